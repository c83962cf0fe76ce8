// All events under another scale: `recompute`, `report --scale`, `scale compare`; and scales that were used.

#include <SQLiteCpp/Database.h>
#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tests/node/cli/node_fixture.h"
#include "tests/seed.h"

namespace assidu::tests {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

class Recompute : public NodeProcess {
  protected:
    void import_some(int students = 3) {
        init();
        std::string log = kHeader;
        std::int64_t id = 0;
        for (std::int64_t user = 42; user < 42 + students; ++user) {
            for (int i = 0; i < 6; ++i)
                log += row(++id, user, kMorning + i * 2'400 + user, i % 2 == 0 ? 501 : 0);
        }
        ASSERT_EQ(run({"import", folder.write("log.csv", log)}).exit_code, 0);
    }
    // "totals       SHA-256 ..." of what it printed.
    static std::string totals_of(const Finished& finished) {
        const std::size_t at = finished.out.find("totals       SHA-256 ");
        return at == std::string::npos ? "none: " + finished.out + finished.err
                                       : finished.out.substr(at + 21, 64);
    }
    void use_scale(const std::string& name) const {
        std::string settings = contents_of(folder / "node/assidu.toml");
        const std::size_t at = settings.find("\nuse = \"") + 8;
        settings.replace(at, settings.find('"', at) - at, name);
        folder.write("node/assidu.toml", settings);
    }
    [[nodiscard]] Finished measured(const std::vector<std::string>& more = {}) const {
        std::vector<std::string> arguments{"report",     "student",   "--from", "2026-03-01", "--to",
                                           "2026-03-31", "--student", "42",     "--format",   "json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run(arguments);
    }
    static std::int64_t seconds_of(const Finished& finished) {
        return nlohmann::json::parse(finished.out).at("totals").at("measured_s").get<std::int64_t>();
    }
};

TEST_F(Recompute, UnderTheNodesOwnScaleNoRowDiffersAndATamperedOneIsMadeAgain) {
    import_some();
    const std::string digest = ledger_digest();
    const Finished same = run({"recompute"});
    EXPECT_EQ(same.exit_code, 0) << same.err;
    EXPECT_THAT(same.out, HasSubstr("before       SHA-256 " + digest));
    EXPECT_THAT(same.out, HasSubstr("after        SHA-256 " + digest));
    EXPECT_THAT(same.out, HasSubstr("No row differs."));
    SQLite::Database(dir() + "/ledger.sqlite", SQLite::OPEN_READWRITE)
        .exec("UPDATE ledger_row SET measured_s=measured_s+1 WHERE student=1");
    const Finished changed = run({"recompute"});
    EXPECT_EQ(changed.exit_code, 1);
    EXPECT_THAT(changed.err, HasSubstr("the totals of 1 students differed and were made anew"));
    EXPECT_EQ(ledger_digest(), digest);
}

TEST_F(Recompute, AReportIsIssuedFromAnotherScaleOnceItIsWholeAndUntilEventsCome) {
    import_some();
    const std::string digest = ledger_digest();
    const std::int64_t own = seconds_of(measured());
    const Finished before = measured({"--scale", "usestats"});
    EXPECT_EQ(before.exit_code, 6);
    EXPECT_THAT(before.err, HasSubstr("no data: the totals under scale usestats 1 were not made"));
    const Finished made = run({"recompute", "--scale", "usestats"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    EXPECT_EQ(ledger_digest(), digest) << "the node's own totals are as they were";
    const Finished after = measured({"--scale", "usestats"});
    ASSERT_EQ(after.exit_code, 0) << after.err;
    EXPECT_NE(seconds_of(after), own);
    EXPECT_THAT(after.out, HasSubstr("\"usestats\""));
    EXPECT_EQ(seconds_of(measured()), own);
    EXPECT_THAT(run({"explain", "42", "2026-03-02", "--scale", "usestats", "--lang", "en"}).out,
                HasSubstr("The ledger says the same"));
    ASSERT_EQ(run({"import", folder.write("late.csv", kHeader + row(900, 43, kMorning + 100))}).exit_code, 0);
    EXPECT_EQ(measured({"--scale", "usestats"}).exit_code, 6) << "they lack an event";
    ASSERT_EQ(run({"recompute", "--scale", "usestats"}).exit_code, 0);
    EXPECT_EQ(measured({"--scale", "usestats"}).exit_code, 0);
}

TEST_F(Recompute, AChangeOfScaleInTheSettingsMixesNothing) {
    import_some();
    const std::string sonate = ledger_digest();
    const std::string usestats = totals_of(run({"recompute", "--scale", "usestats"}));
    use_scale("usestats");
    ASSERT_EQ(run({"report", "group", "--from", "2026-03-01", "--to", "2026-03-31"}).exit_code, 0);
    EXPECT_EQ(ledger_digest(), usestats);
    EXPECT_EQ(measured({"--scale", "sonate"}).exit_code, 6) << "nobody keeps them up to date now";
    EXPECT_EQ(totals_of(run({"recompute", "--scale", "sonate"})), sonate);
    EXPECT_EQ(measured({"--scale", "sonate"}).exit_code, 0);
    use_scale("sonate");
    ASSERT_EQ(run({"report", "group", "--from", "2026-03-01", "--to", "2026-03-31"}).exit_code, 0);
    EXPECT_EQ(ledger_digest(), sonate);
}

TEST_F(Recompute, WhateverInterruptsItTheOwnTotalsStayAndTheOtherAreWholeOnlyAtTheEnd) {
    import_some(700);
    const std::string own = ledger_digest();
    Dice dice(test_seed());
    int killed = 0;
    for (int number = 0; number < 12; ++number) {
        const int signal = number % 3 == 0 ? SIGTERM : SIGKILL;
        ProcessOptions options;
        options.while_running = [&](pid_t process) {
            ::usleep(static_cast<useconds_t>(dice.roll(10'000, 120'000)));
            ::kill(process, signal);
        };
        const Finished finished = run({"recompute", "--scale", "usestats"}, options);
        EXPECT_THAT(finished.exit_code, AnyOf(0, 130, 137, 143)) << finished.err;
        EXPECT_EQ(ledger_digest(), own);
        if (finished.exit_code == 0) continue;
        ++killed;
        const Finished report = measured({"--scale", "usestats"});
        EXPECT_THAT(report.exit_code, AnyOf(0, 6)) << "whole: it was killed after its last commit";
    }
    std::cout << killed << " of 12 were interrupted\n";
    const Finished disk_full =
        run({"recompute", "--scale", "trainingsessions"}, {.file_bytes_max = 40'000, .while_running = {}});
    EXPECT_EQ(disk_full.exit_code, 5) << disk_full.out << disk_full.err;
    EXPECT_EQ(ledger_digest(), own);
    EXPECT_EQ(measured({"--scale", "trainingsessions"}).exit_code, 6);

    const std::string after = totals_of(run({"recompute", "--scale", "usestats"}));
    const std::string calm = folder / "calm";
    std::filesystem::create_directories(calm + "/keys");
    for (const char* file : {"assidu.toml", "keys/student.secret", "keys/node.pem", "keys/tls.pem"})
        std::filesystem::copy_file(dir() + "/" + file, calm + "/" + file);
    ASSERT_EQ(assidu({"--dir", calm, "import", folder / "log.csv"}).exit_code, 0);
    EXPECT_EQ(totals_of(assidu({"--dir", calm, "recompute", "--scale", "usestats"})), after);
}

TEST_F(Recompute, AScaleThatWasUsedNeverChanges) {
    import_some();
    const auto scale = [&](const char* name, std::int64_t idle, std::int64_t version) {
        auto document = nlohmann::json::parse(run({"scale", "show", "sonate"}).out);
        document["id"] = "mine";
        document["version"] = version;
        document["gap"]["idle"] = idle;
        return folder.write(name, document.dump()).string();
    };
    const std::string mine = scale("node/mine.json", 1'800, 1);
    ASSERT_EQ(run({"recompute", "--scale", mine}).exit_code, 0);
    const std::string changed = scale("changed.json", 1'700, 1);
    const Finished refused = run({"recompute", "--scale", changed});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.err, HasSubstr("a scale that was used never changes"));
    use_scale("mine.json");
    ASSERT_EQ(run({"report", "group", "--from", "2026-03-01", "--to", "2026-03-31"}).exit_code, 0);
    (void)scale("node/mine.json", 1'700, 1);
    const Finished closed = run({"status"});
    EXPECT_EQ(closed.exit_code, 3);
    const auto sha_of = [&](const std::string& path) {
        const std::string out = assidu({"scale", "check", path}).out;
        return out.substr(out.find("SHA-256 ") + 8, 64);
    };
    const std::string new_sha = sha_of(folder / "node/mine.json");
    EXPECT_THAT(closed.err, HasSubstr("scale mine 1 has SHA-256 " + new_sha));
    (void)scale("node/mine.json", 1'800, 1);
    EXPECT_THAT(closed.err, HasSubstr("with SHA-256 " + sha_of(folder / "node/mine.json")));
    EXPECT_EQ(run({"status"}).exit_code, 0);
    (void)scale("node/mine.json", 1'700, 2);
    EXPECT_EQ(run({"status"}).exit_code, 0) << "another version is another scale";
}

TEST_F(Recompute, TwoScalesAreComparedDayByDayWithTheRulesThatDiffer) {
    import_some();
    const std::vector<std::string> asked{"scale", "compare", "sonate",     "usestats", "--student",
                                         "42",    "--from",  "2026-03-01", "--to",     "2026-03-31"};
    const std::string digest = ledger_digest();
    const Finished text = run(asked);
    ASSERT_EQ(text.exit_code, 0) << text.err;
    EXPECT_THAT(text.out, HasSubstr("A: idle_credit  B: gap"));
    std::vector<std::string> as_json = asked;
    as_json.insert(as_json.end(), {"--format", "json"});
    const auto json = nlohmann::json::parse(run(as_json).out);
    ASSERT_EQ(json.at("days").size(), 1U);
    const auto& day = json.at("days").at(0);
    EXPECT_EQ(day.at("a_s"), 6 * 900);
    EXPECT_EQ(day.at("b_s"), 5 * 2'400 + 900);
    EXPECT_EQ(day.at("reasons").at(0).at("a"), "idle_credit");
    EXPECT_EQ(day.at("reasons").at(0).at("b"), "gap");
    EXPECT_EQ(day.at("reasons").at(0).at("events"), 5);
    EXPECT_EQ(day.at("reasons").at(0).at("seconds"), 7'500);
    EXPECT_EQ(json.at("difference_s"), 7'500);
    EXPECT_EQ(ledger_digest(), digest);
    EXPECT_THAT(run({"report", "student", "--from", "2026-03-01", "--to", "2026-03-31", "--student", "42",
                     "--scale", "usestats"})
                    .exit_code,
                6)
        << "nothing was stored";
    std::vector<std::string> legacy = asked;
    legacy[3] = "usestats-legacy";
    EXPECT_EQ(run(legacy).exit_code, 3);
    std::vector<std::string> nobody = asked;
    nobody[5] = "nobody";
    EXPECT_EQ(run(nobody).exit_code, 6);
    std::vector<std::string> backwards = asked;
    backwards[7] = "2026-04-01";
    EXPECT_EQ(run(backwards).exit_code, 2);
    EXPECT_EQ(run({"scale", "compare", "sonate", "sonate", "--student", "42", "--from", "2026-03-01", "--to",
                   "2026-03-31"})
                  .exit_code,
              0);
}

class ReportList : public Recompute {};

TEST_F(ReportList, AReportIsSupersededOnceARowItWasMadeOfChanges) {
    import_some();
    EXPECT_EQ(run({"report", "list"}).out, "");
    const Finished issued = measured();
    ASSERT_EQ(run({"report", "student", "--from", "2026-03-01", "--to", "2026-03-31", "--student", "43",
                   "--format", "csv,xml", "--out", folder / "out"})
                  .exit_code,
              0);
    ASSERT_EQ(run({"report", "student", "--from", "2026-04-01", "--to", "2026-04-30", "--student", "42",
                   "--out", folder / "out"})
                  .exit_code,
              0);
    ASSERT_EQ(run({"report", "group", "--from", "2026-03-01", "--to", "2026-03-31", "--out", folder / "out"})
                  .exit_code,
              0);
    const auto lines_with = [](const std::string& text, const std::string& what) {
        std::size_t count = 0;
        for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
            ++count;
        return count;
    };
    const Finished fresh = run({"report", "list"});
    EXPECT_EQ(fresh.exit_code, 0) << fresh.err;
    EXPECT_EQ(lines_with(fresh.out, "  current\n"), 4U) << fresh.out;
    EXPECT_THAT(fresh.out, HasSubstr("  standard output\n"));
    for (const char* extension : {".csv", ".xml"})
        EXPECT_EQ(lines_with(fresh.out, std::string(extension) + "\n"), 1U);
    EXPECT_THAT(fresh.out, HasSubstr("student  universite-de-lyon  "));

    // A repeated row changes nothing, a late one the reports that are about it.
    ASSERT_EQ(run({"import", folder / "log.csv"}).exit_code, 0);
    EXPECT_EQ(run({"report", "list"}).out, fresh.out);
    ASSERT_EQ(run({"import", folder.write("late.csv", kHeader + row(900, 42, kMorning + 1'000))}).exit_code,
              0);
    const Finished late = run({"report", "list"});
    EXPECT_EQ(lines_with(late.out, "superseded since 20"), 2U)
        << "the student's March and the group: " << late.out;
    EXPECT_EQ(lines_with(late.out, "  current\n"), 2U);
    EXPECT_EQ(run({"report", "list"}).out, late.out) << "since when is noted once";
    (void)measured();
    const Finished again = run({"report", "list"});
    EXPECT_EQ(lines_with(again.out, "  current\n"), 3U) << "a report made since is current";
    EXPECT_EQ(lines_with(again.out, "superseded since 20"), 2U);
}

}  // namespace
}  // namespace assidu::tests
