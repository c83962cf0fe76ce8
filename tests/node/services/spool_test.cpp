// Files from the spool into a node, inside this process: what moves where, and what a crash leaves.

#include "node/services/spool.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <map>

#include "config/clock.h"
#include "config/limits.h"
#include "node/attendance/compute.h"
#include "node/services/intake.h"
#include "tests/node/cli/node_fixture.h"

namespace assidu::node::services {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;
using tests::contents_of;

constexpr std::int64_t kMorning = 1'772'438'400;  // 2026-03-02 09:00 in Paris

class Spooled : public ::testing::Test {
  protected:
    Spooled() : spool(Spool::open(folder / "node/spool").value()) {
        config::Settings settings;
        settings.name = settings.node_id = "lyon";
        settings.wwwroot = "https://moodle.example";
        settings.source_name = "moodle";
        settings.scale = "sonate";
        settings.language = "fr";
        settings.students.everyone = true;
        EXPECT_TRUE(create_node(NodeFolder{folder / "node"}, settings, clock.now_utc_s()));
    }
    void drop(const std::string& name, const std::string& bytes) const {
        folder.write("node/spool/" + name, bytes);
    }
    static std::string log_of(std::int64_t first, std::int64_t count) {
        std::string text = tests::kHeader;
        for (std::int64_t id = first; id < first + count; ++id)
            text += tests::row(id, 40 + id % 5, kMorning + id * 20);
        return text;
    }
    // One round's intake, with a node opened for it.
    TakenIn take_in() {
        said.clear();
        problems.clear();
        remarks.clear();
        left_alone.clear();
        auto node = Node::open(NodeFolder{folder / "node"}, clock, Node::Access::look).value();
        IntakeEvents events;
        events.done = [&](const std::string& line) { said.push_back(line); };
        events.problem = [&](const std::string& subject, const std::string& line) {
            problems[subject] = line;
        };
        events.left_alone = [&](const std::string& name) { left_alone.push_back(name); };
        events.remark = [&](const std::string& line) { remarks.push_back(line); };
        events.wants_more = [&] { return wants_more-- > 0; };
        return services::take_in(node, spool, events).value();
    }
    std::string digest() const {
        auto node = Node::open(NodeFolder{folder / "node"}, clock).value();
        EXPECT_TRUE(attendance::compute_totals(
                        node, [](std::int64_t, std::int64_t) {}, [] { return true; })
                        .finished);
        return node.ledger().digest(node.settings().node_id, node.scale().sha256);
    }
    std::int64_t events() const {
        auto node = Node::open(NodeFolder{folder / "node"}, clock).value();
        return node.archive().extent(node.source()).events;
    }
    std::vector<std::string> in(const std::string& room) const {
        std::vector<std::string> names;
        for (const auto& entry : fs::directory_iterator(folder / ("node/spool/" + room)))
            names.push_back(entry.path().filename().string());
        std::ranges::sort(names);
        return names;
    }
    std::vector<std::string> waiting() const {
        return spool.waiting([](auto&, auto&) {}).value();
    }

    tests::TemporaryFolder folder;
    config::FixedClock clock{kMorning + 10 * 86'400};
    Spool spool;
    std::vector<std::string> said, remarks, left_alone;
    std::map<std::string, std::string> problems;
    int wants_more = 1'000'000;
};

TEST_F(Spooled, AFileIsTakenInAndLiesUnderDone) {
    drop("log.csv", log_of(1, 20));
    const TakenIn taken = take_in();
    EXPECT_EQ(taken.files, 1);
    EXPECT_THAT(said, ElementsAre("imported log.csv: 20 rows, 20 events"));
    EXPECT_THAT(problems, IsEmpty());
    EXPECT_THAT(in("done"), ElementsAre("log.csv"));
    EXPECT_THAT(in("importing"), IsEmpty());
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_EQ(events(), 20);
    (void)take_in();
    EXPECT_THAT(said, IsEmpty()) << "a round without a file says nothing";
}

TEST_F(Spooled, CataloguesGoFirstThenNamesInOrder) {
    drop("b.csv", log_of(1, 3));
    drop("a.csv", log_of(10, 3));
    drop("z-people.csv", "id,username,firstname,lastname\n40,zoe,Zoé,Roux\n");
    (void)take_in();
    EXPECT_THAT(said, ElementsAre("imported z-people.csv: 1 rows, 0 events",
                                  "imported a.csv: 3 rows, 3 events", "imported b.csv: 3 rows, 3 events"));
}

TEST_F(Spooled, ACrashAfterTheImportAndBeforeTheMoveImportsAgainAndCountsNothingTwice) {
    drop("log.csv", log_of(1, 500));
    (void)take_in();
    const std::string before = digest();
    // As the crash left it.
    fs::rename(spool.path() / "done/log.csv", spool.path() / "importing/log.csv");
    EXPECT_EQ(take_in().files, 1);
    EXPECT_THAT(said, ElementsAre("imported log.csv: 500 rows, 0 events"));
    EXPECT_THAT(in("done"), ElementsAre("log.csv"));
    EXPECT_EQ(digest(), before);
    EXPECT_EQ(events(), 500);
}

TEST_F(Spooled, AnInterruptedImportStaysAndGoesOnWhereItWas) {
    drop("log.csv", log_of(1, 30'000));
    drop("more.csv", log_of(40'000, 10));
    wants_more = 2;
    const TakenIn broken_off = take_in();
    EXPECT_EQ(broken_off.files, 0);
    EXPECT_EQ(broken_off.stayed, 2);
    EXPECT_THAT(said, IsEmpty());
    EXPECT_THAT(in("importing"), ElementsAre("log.csv", "more.csv"));
    wants_more = 1'000'000;
    EXPECT_EQ(take_in().files, 2);
    EXPECT_EQ(events(), 30'010);
}

TEST_F(Spooled, ANewerFileOfANameThatACrashLeftIsAnotherFile) {
    folder.write("node/spool/importing/log.csv", log_of(1, 10));
    drop("log.csv", log_of(100, 7));
    EXPECT_EQ(take_in().files, 2);
    EXPECT_EQ(events(), 17);
    EXPECT_THAT(in("done"), ElementsAre("log.csv", "log.csv.2"));
}

TEST_F(Spooled, ANameThatIsThereAlreadyGetsANumber) {
    for (int day = 0; day < 3; ++day) {
        drop("yesterday.csv", log_of(1 + day * 10, 10));
        (void)take_in();
    }
    EXPECT_THAT(in("done"), ElementsAre("yesterday.csv", "yesterday.csv.2", "yesterday.csv.3"));
    EXPECT_EQ(contents_of(spool.path() / "done/yesterday.csv.3"), log_of(21, 10));
}

TEST_F(Spooled, ARefusedFileIsSetAsideWithTheReasonAndStopsNoOther) {
    drop("a.csv", "nothing,of,ours\n1,2,3\n");
    drop("b.csv", log_of(1, 5));
    const TakenIn taken = take_in();
    EXPECT_EQ(taken.files, 1);
    EXPECT_EQ(taken.refused, 1);
    EXPECT_THAT(in("refused"), ElementsAre("a.csv", "a.csv.txt"));
    EXPECT_THAT(contents_of(spool.path() / "refused/a.csv.txt"),
                HasSubstr("not a file of log events or a catalogue"));
    ASSERT_EQ(problems.size(), 1U);
    EXPECT_THAT(problems.begin()->second, HasSubstr("not a file of log events or a catalogue"));
    drop("a.csv", "");
    EXPECT_EQ(take_in().refused, 1);
    EXPECT_THAT(in("refused"), ElementsAre("a.csv", "a.csv.2", "a.csv.2.txt", "a.csv.txt"));
    // A file whose name is that of another's reason takes nobody's place.
    drop("c.txt", "x");
    drop("c", "x");
    EXPECT_EQ(take_in().refused, 2);
    EXPECT_THAT(in("refused"), testing::IsSupersetOf({"c", "c.txt", "c.txt.2", "c.txt.2.txt"}));
}

TEST_F(Spooled, ALogWaitsForTheCatalogueThatSaysWhoseItIs) {
    std::string settings = contents_of(folder / "node/assidu.toml");
    const std::string everyone = "\neveryone = true";
    settings.replace(settings.find(everyone), everyone.size(), "\ninstitution = [\"Lyon\"]");
    folder.write("node/assidu.toml", settings);
    drop("log.csv", log_of(1, 10));
    TakenIn taken = take_in();
    EXPECT_EQ(taken.stayed, 1);
    EXPECT_THAT(problems.at("people"), HasSubstr("there is none yet"));
    EXPECT_THAT(in("importing"), ElementsAre("log.csv"));
    drop("people.csv", "id,username,firstname,lastname,institution\n40,zoe,Zoé,Roux,Lyon\n");
    taken = take_in();
    EXPECT_EQ(taken.files, 2);
    EXPECT_THAT(said,
                ElementsAre("imported people.csv: 1 rows, 0 events", "imported log.csv: 10 rows, 2 events"));
}

TEST_F(Spooled, ADamagedFileIsRefusedAndWhatWasReadOfItIsKept) {
    drop("cut.csv.gz", std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x01\x02", 12));
    EXPECT_EQ(take_in().refused, 1);
    EXPECT_THAT(contents_of(spool.path() / "refused/cut.csv.gz.txt"), HasSubstr("the gzip stream is"));
}

TEST_F(Spooled, BrokenRowsAreNamedAndTheFileIsDone) {
    drop("log.csv", log_of(1, 5) + "x,y,z\n");
    EXPECT_EQ(take_in().files, 1);
    EXPECT_THAT(said, ElementsAre("imported log.csv: 6 rows, 5 events"));
    EXPECT_THAT(remarks, ::testing::Contains(HasSubstr("log.csv:7:")));
    EXPECT_EQ(in("done").size(), 1U);
}

TEST_F(Spooled, IncompleteFilesAreNotMentioned) {
    for (const char* name : {".hidden.csv", "log.csv.part", "log.csv.tmp", ".part"})
        drop(name, log_of(1, 5));
    EXPECT_THAT(waiting(), IsEmpty());
    EXPECT_EQ(take_in().files, 0);
    EXPECT_THAT(problems, IsEmpty());
    fs::rename(spool.path() / "log.csv.part", spool.path() / "log.csv");
    EXPECT_EQ(take_in().files, 1);
    EXPECT_TRUE(fs::exists(spool.path() / ".hidden.csv"));
}

TEST_F(Spooled, LinksPipesAndFoldersAreNamedAndLeftAlone) {
    const fs::path secret = folder.write("secret.csv", log_of(1, 5));
    fs::create_symlink(secret, spool.path() / "link.csv");
    fs::create_symlink("nowhere", spool.path() / "dangling.csv");
    ASSERT_EQ(::mkfifo((spool.path() / "pipe.csv").c_str(), 0600), 0);
    fs::create_directory(spool.path() / "folder");
    drop("log.csv", log_of(100, 3));
    EXPECT_EQ(take_in().files, 1);
    EXPECT_EQ(events(), 3);
    EXPECT_THAT(left_alone, UnorderedElementsAre("link.csv", "dangling.csv", "pipe.csv", "folder"));
    EXPECT_THAT(problems.at("spool link.csv"), HasSubstr("left alone: it is a symbolic link"));
    EXPECT_THAT(problems.at("spool pipe.csv"), HasSubstr("it is no regular file"));
    EXPECT_TRUE(fs::is_symlink(spool.path() / "link.csv"));
    // Exchanged for a link after the look: it was moved, but nobody follows it.
    fs::rename(spool.path() / "link.csv", spool.path() / "importing/log.csv");
    EXPECT_EQ(take_in().files, 0);
    EXPECT_THAT(problems.at("spool importing/log.csv"), HasSubstr("it is a symbolic link"));
}

TEST_F(Spooled, AFileThatCannotBeReadIsNamedAndLeftAlone) {
    if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
    drop("log.csv", log_of(1, 5));
    ASSERT_EQ(::chmod((spool.path() / "log.csv").c_str(), 0), 0);
    EXPECT_EQ(take_in().files, 0);
    EXPECT_THAT(left_alone, ElementsAre("log.csv"));
}

TEST_F(Spooled, NamesFromOutsideDoNotReachTheTerminal) {
    const std::string hostile = "\x1b[2J\x1b]0;owned\x07\xff\n.csv";
    drop(hostile, log_of(1, 2) + "x,y,z\n");
    drop("2" + hostile, "no log");
    fs::create_symlink("nowhere", spool.path() / ("3" + hostile));
    const TakenIn taken = take_in();
    EXPECT_EQ(taken.files, 1);
    EXPECT_EQ(taken.refused, 1);
    std::string everything;
    for (const auto* lines : {&said, &remarks}) {
        for (const std::string& line : *lines)
            everything += line;
    }
    for (const auto& [subject, line] : problems)
        everything += line;
    EXPECT_THAT(everything, HasSubstr("\\x1B[2J\\x1B]0;owned\\x07\\xFF\\x0A.csv"));
    EXPECT_EQ(everything.find_first_of("\x1b\x07\xff\n"), std::string::npos);
}

TEST_F(Spooled, TheLongestNameIsMovedToo) {
    drop(std::string(255, 'n'), log_of(1, 2));
    drop(std::string(254, 'r'), "no log");
    const TakenIn taken = take_in();
    EXPECT_EQ(taken.files, 1);
    EXPECT_EQ(taken.refused, 1);
    EXPECT_EQ(in("done").size(), 1U);
    EXPECT_EQ(in("refused").size(), 2U);
}

TEST_F(Spooled, OneRoundTakesAsManyFilesAsTheLimitSaysAndTheNextTheRest) {
    for (std::size_t i = 0; i <= config::limits::kSpoolFilesMax; ++i)
        drop(std::to_string(1'000'000 + i), "x");
    EXPECT_EQ(take_in().refused, static_cast<std::int64_t>(config::limits::kSpoolFilesMax));
    EXPECT_EQ(waiting().size(), 1U);
    EXPECT_THAT(left_alone, IsEmpty());
    EXPECT_EQ(take_in().refused, 1);
}

TEST_F(Spooled, TheFoldersArePrivateAndAFileInTheirPlaceIsRefused) {
    struct stat status{};
    for (const char* room : {"", "importing", "done", "refused"}) {
        ASSERT_EQ(::stat((spool.path() / room).c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0700U) << room;
    }
    folder.write("node/other", "x");
    const auto refused = Spool::open(folder / "node/other");
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("is no folder"));
}

}  // namespace
}  // namespace assidu::node::services
