// `assidu import` as a person runs it.

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "tests/node/cli/node_fixture.h"
#include "tests/seed.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Import : public NodeProcess {};

constexpr const char* kPeople =
    "id,username,idnumber,firstname,lastname,email,institution,department,auth,cohorts\n"
    "1,guest,,Guest,User,guest@x.example,,,manual,\n"
    "42,elodie,E42,Élodie,Roux,elodie@univ-lyon.example,Université de Lyon,DAEU,manual,sonate-2026\n"
    "43,omar,,Omar,Ben Ali,omar@univ-nantes.example,Université de Nantes,,manual,\n";

TEST_F(Import, AFileImportedTwiceGivesTheSameLedger) {
    init();
    const std::string log =
        folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 600, 501) +
                                    row(3, 42, kMorning + 900, 0, "loggedout"));
    const Finished first = run({"import", log});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    EXPECT_THAT(first.err, HasSubstr("3  new events archived"));
    const std::string digest = ledger_digest();
    const Finished second = run({"import", log});
    EXPECT_EQ(second.exit_code, 0);
    EXPECT_THAT(second.err, HasSubstr("3  archived already, or the same row again"));
    EXPECT_THAT(second.err, Not(HasSubstr("new events archived")));
    EXPECT_EQ(ledger_digest(), digest);
}

TEST_F(Import, TwoShuffledHalvesGiveTheLedgerOfTheWhole) {
    Dice dice(test_seed());
    std::vector<std::string> rows;
    for (std::int64_t id = 1; id <= 3000; ++id)
        rows.push_back(row(id, dice.roll(40, 60), kMorning + dice.roll(0, 600'000),
                           dice.one_in(2) ? dice.roll(501, 520) : 0,
                           dice.one_in(40) ? "loggedout" : "viewed"));
    const auto write = [&](const std::string& name, std::size_t begin, std::size_t end) {
        std::string text = kHeader;
        for (std::size_t i = begin; i < end; ++i)
            text += rows[i];
        return folder.write(name, text).string();
    };
    init();
    ASSERT_EQ(run({"import", write("whole.csv", 0, rows.size())}).exit_code, 0);
    const std::string digest = ledger_digest();
    // Another node with the same secret, so that pseudonyms are the same.
    const std::string other = folder / "other";
    std::filesystem::copy(dir(), other, std::filesystem::copy_options::recursive);
    for (const char* store : {"archive.sqlite", "ledger.sqlite", "catalogue.sqlite"})
        std::filesystem::remove(other + "/" + store);
    for (std::size_t i = rows.size(); i > 1; --i)
        std::swap(rows[i - 1],
                  rows[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(i) - 1))]);
    ASSERT_EQ(assidu({"--dir", other, "import", write("b.csv", 1500, 3000)}).exit_code, 0);
    ASSERT_EQ(assidu({"--dir", other, "import", write("a.csv", 0, 1500)}).exit_code, 0);
    EXPECT_THAT(assidu({"--dir", other, "status"}).out, HasSubstr(digest));
}

TEST_F(Import, OnlySelectedStudentsAreKeptAndTheOthersCountedByWhy) {
    init({"--students", "institution=université de Lyon"});
    const std::string people = folder.write("people.csv", kPeople);
    const std::string log =
        folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 43, kMorning) + row(3, 1, kMorning) +
                                    row(4, 0, kMorning) + row(5, -10, kMorning) + row(6, 99, kMorning));
    const Finished without = run({"import", log});
    EXPECT_EQ(without.exit_code, 4);
    EXPECT_THAT(without.err,
                HasSubstr("the settings select students by the catalogue of people, and there is none"));
    // The log is named first: catalogues go first all the same.
    const Finished finished = run({"import", log, people});
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("1  new events archived"));
    EXPECT_THAT(finished.err, HasSubstr("1  not kept: people of others"));
    EXPECT_THAT(finished.err, HasSubstr("1  not kept: the guest account"));
    EXPECT_THAT(finished.err, HasSubstr("2  not kept: nobody was logged in"));
    EXPECT_THAT(finished.err, HasSubstr("1  not kept: people not in the catalogue"));
    for (const char* store : {"archive.sqlite", "catalogue.sqlite", "catalogue.sqlite-wal"})
        EXPECT_THAT(contents_of(folder / "node" / store), Not(HasSubstr("Ben Ali"))) << store;
}

TEST_F(Import, ABrokenRowOfSomebodyElseIsCountedAndNotKeptAside) {
    init({"--students", "institution=Université de Lyon"});
    const auto broken = [](const std::string& whole) {
        return std::string(whole).replace(whole.find("1772"), 4, "hier");
    };
    const std::string log =
        folder.write("log.csv", kHeader + broken(row(1, 42, kMorning)) + broken(row(2, 43, kMorning)));
    const Finished finished = run({"import", folder.write("people.csv", kPeople), log});
    EXPECT_THAT(finished.err, HasSubstr("1  REJECTED: broken rows"));
    EXPECT_THAT(finished.err, HasSubstr("1  not kept: people of others"));
    EXPECT_EQ(std::ranges::count(contents_of(folder / "node/rejects/log.csv-2.jsonl"), '\n'), 1);
}

TEST_F(Import, APeopleFileWithoutAColumnOfTheSelectionIsRefused) {
    init({"--students", "institution=Université de Lyon"});
    const Finished finished =
        run({"import", folder.write("people.csv", "id,username,lastname\n42,elodie,Roux\n")});
    EXPECT_EQ(finished.exit_code, 4);
    EXPECT_THAT(finished.err, HasSubstr("people need a column institution"));
}

TEST_F(Import, ALogPageBesideADumpIsRefusedBecauseItsEventsWouldCountTwice) {
    init();
    ASSERT_EQ(run({"import", folder.write("log.csv", kHeader + row(1, 42, kMorning))}).exit_code, 0);
    const std::string page = folder.write(
        "page.csv",
        "Time,User full name,Affected user,Event context,Component,Event name,Description,Origin,IP address\n"
        "\"17/10/21, 12:39\",-,-,Course: X,System,Course viewed,The user with id '42' viewed the course with "
        "id "
        "'10'.,web,192.0.2.1\n");
    const Finished finished = run({"import", "--timezone", "Europe/Paris", page});
    EXPECT_EQ(finished.exit_code, 4);
    EXPECT_THAT(finished.err, HasSubstr("the same events would count twice"));
}

TEST_F(Import, ABrokenRowIsNamedCountedAndKeptAsideAndStopsNothing) {
    init();
    const std::string log =
        folder.write("log.csv", kHeader + row(1, 42, kMorning) + "2,broken\n" + row(3, 42, kMorning + 60));
    const Finished finished = run({"import", log});
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.err, HasSubstr(log + ":3: "));
    EXPECT_THAT(finished.err, HasSubstr("2  new events archived"));
    EXPECT_THAT(finished.err, HasSubstr("1  REJECTED: broken rows"));
    const std::string rejects = contents_of(folder / "node/rejects/log.csv-1.jsonl");
    EXPECT_THAT(rejects, HasSubstr("\"line\":3"));
    EXPECT_THAT(rejects, HasSubstr("\"record\":\"2,broken\""));
}

TEST_F(Import, WithStrictTheFirstBrokenRowEndsItAndWhatCameBeforeIsKept) {
    init();
    const std::string log =
        folder.write("log.csv", kHeader + row(1, 42, kMorning) + "2,broken\n" + row(3, 42, kMorning + 60));
    const Finished finished = run({"import", "--strict", log});
    EXPECT_EQ(finished.exit_code, 4);
    EXPECT_THAT(finished.err, HasSubstr("log.csv:3: "));
    EXPECT_THAT(run({"status"}).out, HasSubstr("events       1 of 1 users"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("NOT READ TO ITS END"));
}

TEST_F(Import, AFileWithAVeryLongNameHasItsRejectsKeptToo) {
    init();
    const std::string log =
        folder.write(std::string(250, 'a') + ".csv", kHeader + row(1, 42, kMorning) + "2,broken\n");
    const Finished finished = run({"import", log});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(contents_of(folder / ("node/rejects/" + std::string(200, 'a') + "-1.jsonl")),
                HasSubstr("2,broken"));
}

TEST_F(Import, APageThatWasNotReadToItsEndSaysNothingOfTheCourseOfItsActivities) {
    init({"--timezone", "Europe/Paris"});
    const auto line = [](const std::string& context, const std::string& what) {
        return "\"Monday, 2 March 2026, 09:00\",A B,-," + context +
               ",Quiz,Course module viewed,\"The user with id '42' " + what + "\",web,192.0.2.7\n";
    };
    const std::string log =
        folder.write("page.csv",
                     "Time,User full name,Affected user,Event context,Component,Event "
                     "name,Description,Origin,IP address\n" +
                         line("Quiz: Q", "viewed the 'quiz' activity with course module id '501'.") +
                         line("Course: M", "viewed the course with id '10'.") + "broken\n" +
                         line("Course: N", "viewed the course with id '11'."));
    EXPECT_EQ(run({"import", "--strict", log}).exit_code, 4);
    const auto course_of_501 = [&] {
        const Finished json = run({"report", "student", "--from", "2026-03-01", "--to", "2026-03-31",
                                   "--student", "42", "--format", "csv"});
        return json.out;
    };
    EXPECT_THAT(course_of_501(), HasSubstr("-1,"));
}

TEST_F(Import, ARowFromTheFutureIsBroken) {
    init();
    const std::string log = folder.write("log.csv", kHeader + row(1, 42, 32'503'680'000));
    EXPECT_THAT(run({"import", log}).err, HasSubstr("log.csv:2: timecreated 32503680000 lies in the future"));
}

TEST_F(Import, ARowFromTheFutureOfSomebodyElseIsCountedAndNotKept) {
    init({"--students", "institution=université de Lyon"});
    const Finished finished =
        run({"import", folder.write("people.csv", kPeople),
             folder.write("log.csv", kHeader + row(1, 43, 32'503'680'000) + row(2, 0, 32'503'680'000))});
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.err, HasSubstr("1  not kept: people of others"));
    EXPECT_THAT(finished.err, Not(HasSubstr("REJECTED")));
    EXPECT_FALSE(std::filesystem::exists(folder / "node/rejects"));
}

TEST_F(Import, AnArchivedIdWithOtherContentsIsNamedAndTheArchiveKeepsWhatItHas) {
    init();
    ASSERT_EQ(run({"import", folder.write("a.csv", kHeader + row(1, 42, kMorning))}).exit_code, 0);
    const std::string digest = ledger_digest();
    const Finished finished = run({"import", folder.write("b.csv", kHeader + row(1, 42, kMorning + 5))});
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.err, HasSubstr("b.csv:2: id 1 is archived already with other contents"));
    EXPECT_EQ(ledger_digest(), digest);
}

TEST_F(Import, AnExportWithoutTheColumnsThatNoNumberNeedsIsTheSameRows) {
    init();
    const std::string columns =
        "id,eventname,component,action,target,contextlevel,contextinstanceid,userid,courseid,anonymous,"
        "timecreated,origin,realuserid";
    const std::string values = "1,\\x,core,viewed,course,50,10,42,10,0," + std::to_string(kMorning) + ",web,";
    const std::string full =
        folder.write("full.csv", columns + ",crud,edulevel\n" + values + ",r,2\n" + values + ",r,2\n");
    const std::string lean = folder.write("lean.csv", columns + "\n" + values + "\n");
    ASSERT_EQ(run({"import", full}).exit_code, 0);
    const std::string digest = ledger_digest();
    const Finished finished = run({"import", lean});
    EXPECT_THAT(finished.err, HasSubstr("1  archived already, or the same row again"));
    EXPECT_THAT(finished.err, Not(HasSubstr("REJECTED")));
    EXPECT_EQ(ledger_digest(), digest);
}

TEST_F(Import, AFileThatIsNoLogIsRefusedInOneLine) {
    init();
    const Finished finished = run({"import", folder.write("notes.txt", "Dear all,\nsee you on Monday\n")});
    EXPECT_EQ(finished.exit_code, 4);
    EXPECT_THAT(finished.err, HasSubstr("notes.txt"));
    EXPECT_EQ(std::ranges::count(finished.err, '\n'), 1) << finished.err;
    const Finished missing = run({"import", folder / "missing.csv"});
    EXPECT_EQ(missing.exit_code, 4);
    EXPECT_THAT(missing.err, HasSubstr("missing.csv: cannot open: No such file or directory"));
}

TEST_F(Import, APipeIsRefusedBecauseItsBeginningWouldBeLost) {
    init();
    const std::string pipe = folder / "pipe";
    ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
    const Finished finished = run({"import", pipe});
    EXPECT_EQ(finished.exit_code, 4);
    EXPECT_THAT(finished.err, HasSubstr("pipe: is not a file"));
}

TEST_F(Import, ACatalogueLongerThanABatchIsKeptWholeAndWithStrictOnlyWhenAllOfItIsGood) {
    init();
    std::string text = "id,username,firstname\n";
    for (int id = 1; id <= 25'000; ++id)
        text += std::to_string(id) + ",user" + std::to_string(id) + ",A\n";
    const Finished strict = run({"import", "--strict", folder.write("bad.csv", text + "x,y,z\n")});
    EXPECT_EQ(strict.exit_code, 4);
    EXPECT_THAT(strict.err, HasSubstr("nothing of this file was kept"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("catalogue    0 people"));
    const Finished finished = run({"import", "--strict", folder.write("people.csv", text)});
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_THAT(finished.err, HasSubstr("25 000  kept"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("catalogue    25 000 people"));
}

TEST_F(Import, AFullDiskIsOneLineAndLosesNothing) {
    init();
    std::string text = kHeader;
    for (std::int64_t id = 1; id <= 60'000; ++id)
        text += row(id, 40 + id % 500, kMorning + id * 60, 501 + id % 7);
    const std::string log = folder.write("log.csv", text);
    ProcessOptions small_disk;
    small_disk.file_bytes_max = 300'000;
    const Finished full = run({"import", log}, small_disk);
    EXPECT_EQ(full.exit_code, 5) << full.err;
    EXPECT_THAT(full.err, HasSubstr("archive.sqlite: the disk"));
    const Finished again = run({"import", log});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(run({"status"}).out, HasSubstr("events       60 000 of 500 users"));
}

TEST_F(Import, ADamagedGzipFileKeepsWhatWasReadAndSaysSo) {
    init();
    std::string text = kHeader;
    for (std::int64_t id = 1; id <= 20'000; ++id)
        text += row(id, 42, kMorning + id * 60);
    const std::string log = folder.write("log.csv", text);
    ASSERT_EQ(std::system(("gzip -k " + log).c_str()), 0);
    const std::string whole = contents_of(log + ".gz");
    const std::string cut = folder.write("cut.csv.gz", whole.substr(0, whole.size() / 2));
    const Finished finished = run({"import", cut});
    EXPECT_EQ(finished.exit_code, 5);
    EXPECT_THAT(finished.err, HasSubstr("cut.csv.gz: the gzip stream is cut off"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("NOT READ TO ITS END"));
    EXPECT_EQ(run({"import", log + ".gz"}).exit_code, 0);
    EXPECT_THAT(run({"status"}).out, HasSubstr("events       20 000 of 1 users"));
}

// Signals at any moment: what was acknowledged is kept, and the same command brings the same ledger.
class Interrupted : public NodeProcess {
  protected:
    void interrupt_many_times(int signal, const std::vector<int>& expected_codes) {
        init();
        std::string text = kHeader;
        for (std::int64_t id = 1; id <= 60'000; ++id)
            text += row(id, 40 + id % 50, kMorning + id * 30, 501 + id % 7);
        const std::string log = folder.write("log.csv", text);
        const std::string calm = folder / "calm";
        std::filesystem::copy(dir(), calm, std::filesystem::copy_options::recursive);
        ASSERT_EQ(assidu({"--dir", calm, "import", log}).exit_code, 0);
        Dice dice(test_seed());
        for (int round = 0; round < 12; ++round) {
            ProcessOptions options;
            options.while_running = [&](pid_t process) {
                ::usleep(static_cast<useconds_t>(dice.roll(0, 400'000)));
                ::kill(process, signal);
            };
            const Finished finished = run({"import", log}, options);
            EXPECT_THAT(expected_codes, ::testing::Contains(finished.exit_code)) << finished.err;
        }
        const Finished last = run({"import", log});
        EXPECT_EQ(last.exit_code, 0) << last.err;
        EXPECT_THAT(assidu({"--dir", calm, "status"}).out, HasSubstr(ledger_digest()));
    }
};

// 143 and 130 by default action: a signal may come before main() watches for it.
TEST_F(Interrupted, ByCtrlC) {
    interrupt_many_times(SIGINT, {0, 130});
}
TEST_F(Interrupted, BySigterm) {
    interrupt_many_times(SIGTERM, {0, 130, 143});
}
TEST_F(Interrupted, BySigkill) {
    interrupt_many_times(SIGKILL, {0, 137});
}

}  // namespace
}  // namespace assidu::tests
