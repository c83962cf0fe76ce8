// The other subcommands as a person runs them.

#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

class Commands : public NodeProcess {
  protected:
    void import_a_day() {
        const std::string log =
            folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 600, 501) +
                                        row(3, 42, kMorning + 900, 0, "loggedout"));
        ASSERT_EQ(run({"import", log}).exit_code, 0);
    }
    [[nodiscard]] std::vector<std::string> report(const std::string& kind,
                                                  const std::vector<std::string>& more = {}) const {
        std::vector<std::string> arguments{"report", kind, "--from", "2026-03-01", "--to", "2026-03-31"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
};

TEST_F(Commands, EveryCommandHasHelpAndWrongWordsAreExitCodeTwo) {
    for (const char* command :
         {"init", "import", "report", "explain", "recompute", "outage", "status", "demo", "serve"}) {
        const Finished help = assidu({command, "--help"});
        EXPECT_EQ(help.exit_code, 0) << command;
        EXPECT_THAT(help.out, HasSubstr("Usage:")) << command;
    }
    EXPECT_THAT(assidu({"--help"}).out, HasSubstr("Exit codes:"));
    EXPECT_THAT(assidu({"--version"}).out, StartsWith("assidu 0."));
    EXPECT_EQ(assidu({}).exit_code, 2);
    EXPECT_EQ(assidu({"imprt"}).exit_code, 2);
    EXPECT_EQ(assidu({"report", "student", "--from", "2026-03-01"}).exit_code, 2);
}

TEST_F(Commands, InitNeverOverwrites) {
    init();
    const std::string settings = contents_of(folder / "node/assidu.toml");
    const std::string secret = contents_of(folder / "node/keys/student.secret");
    const Finished again =
        assidu({"init", "--dir", dir(), "--name", "Other", "--wwwroot", "https://other.example"});
    EXPECT_EQ(again.exit_code, 3);
    EXPECT_THAT(again.err, HasSubstr("there is a node here already; nothing was changed"));
    EXPECT_EQ(contents_of(folder / "node/assidu.toml"), settings);
    EXPECT_EQ(contents_of(folder / "node/keys/student.secret"), secret);
}

TEST_F(Commands, InitMakesAPrivateFolderAndLeavesTheModeOfOneInUseAlone) {
    const auto mode_of = [](const std::filesystem::path& path) {
        struct stat status{};
        EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
        return status.st_mode & 0777U;
    };
    init();
    EXPECT_EQ(mode_of(dir()), 0700U);
    const std::string home = folder / "home";
    std::filesystem::create_directory(home);
    ASSERT_EQ(::chmod(home.c_str(), 0755), 0);
    folder.write("home/theirs", "x");
    ASSERT_EQ(assidu({"init", "--dir", home, "--name", "X", "--wwwroot", "https://m.example"}).exit_code, 0);
    EXPECT_EQ(mode_of(home), 0755U);
    EXPECT_EQ(mode_of(home + "/keys"), 0700U);
    EXPECT_EQ(mode_of(home + "/assidu.toml"), 0600U);
    ASSERT_EQ(assidu({"--dir", home, "outage", "list"}).exit_code, 0);
    for (const char* store : {"archive.sqlite", "catalogue.sqlite", "ledger.sqlite", "lock"})
        EXPECT_EQ(mode_of(home + "/" + store), 0600U) << store;
}

TEST_F(Commands, InitRefusesWhatItCouldNotReadBack) {
    const Finished finished = assidu({"init", "--dir", dir(), "--name", "X", "--wwwroot", "moodle.example"});
    EXPECT_EQ(finished.exit_code, 3);
    EXPECT_THAT(finished.err, HasSubstr("wwwroot"));
    EXPECT_FALSE(std::filesystem::exists(dir()));
    EXPECT_EQ(assidu({"init", "--dir", dir(), "--name", "X", "--wwwroot", "https://m.example", "--students",
                      "hair=red"})
                  .exit_code,
              2);
}

TEST_F(Commands, AFolderThatIsNoNodeAWrongSettingAndAMissingKeyAreOneLineAndExitCodeThree) {
    const Finished nowhere = run({"status"});
    EXPECT_EQ(nowhere.exit_code, 3);
    EXPECT_THAT(nowhere.err, HasSubstr("no node here (no assidu.toml)"));
    init();
    std::filesystem::rename(folder / "node/keys/student.secret", folder / "kept");
    const Finished keyless = run({"status"});
    EXPECT_EQ(keyless.exit_code, 3);
    EXPECT_THAT(keyless.err, HasSubstr("student.secret: the key is missing"));
    std::filesystem::rename(folder / "kept", folder / "node/keys/student.secret");
    std::string settings = contents_of(folder / "node/assidu.toml");
    settings += "lnguage = \"fr\"\n";
    folder.write("node/assidu.toml", settings);
    const Finished wrong = run({"status"});
    EXPECT_EQ(wrong.exit_code, 3);
    EXPECT_THAT(wrong.err, HasSubstr("] lnguage is not known"));
    EXPECT_EQ(std::ranges::count(wrong.err, '\n'), 1);
}

TEST_F(Commands, AReportBeforeAnyImportIsNoData) {
    init();
    EXPECT_EQ(run(report("group")).exit_code, 6);
    EXPECT_EQ(run(report("student")).exit_code, 6);
    EXPECT_EQ(run(report("student", {"--student", "nobody"})).exit_code, 6);
}

TEST_F(Commands, ANodeWithoutAnEventHasNoTotalsWhateverIsAskedOfIt) {
    init();
    const std::vector<std::string> october{"--from", "2025-10-01", "--to", "2025-10-31"};
    for (const std::string kind : {"group", "pool"}) {
        std::vector<std::string> report{"report", kind};
        report.insert(report.end(), october.begin(), october.end());
        const Finished finished = run(report);
        EXPECT_EQ(finished.exit_code, 6) << kind;
        EXPECT_THAT(finished.err, HasSubstr("no data")) << kind;
        EXPECT_THAT(finished.out, ::testing::IsEmpty()) << kind << ": a page of zeros is no report";
    }
    ASSERT_EQ(run({"import", folder.write("people.csv", "id,username,lastname\n42,elodie,Roux\n")}).exit_code,
              0);
    EXPECT_THAT(run({"status"}).out, HasSubstr("computed     never: no data"));
}

TEST_F(Commands, AStudentsReportHasTheSecondsOfTheirRows) {
    init();
    import_a_day();
    const Finished json = run(report("student", {"--student", "42", "--format", "json"}));
    ASSERT_EQ(json.exit_code, 0) << json.err;
    EXPECT_THAT(json.out, HasSubstr("\"measured_s\": 900"));
    EXPECT_TRUE(nlohmann::json::accept(json.out));
    const Finished html = run(report("student", {"--student", "42"}));
    EXPECT_THAT(html.out, StartsWith("<!DOCTYPE html>"));
    EXPECT_THAT(html.out, HasSubstr("lang=\"fr\""));
    EXPECT_THAT(run(report("student", {"--student", "42", "--lang", "en"})).out, HasSubstr("lang=\"en\""));
    EXPECT_THAT(run(report("student", {"--student", "42", "--format", "xml"})).out,
                HasSubstr("<ELAPSED>15</ELAPSED>"));
}

TEST_F(Commands, AReportThatStandardOutputDoesNotTakeIsNotDone) {
    init();
    import_a_day();
    const std::string command = std::string(ASSIDU_BINARY_DIR) + "/assidu --dir '" + dir() +
                                "' --quiet report group --from 2026-03-01 --to 2026-03-31 > /dev/full 2> '" +
                                (folder / "err").string() + "'";
    const int status = std::system(command.c_str());
    ASSERT_TRUE(WIFEXITED(status));
    EXPECT_EQ(WEXITSTATUS(status), 5);
    EXPECT_THAT(contents_of(folder / "err"), HasSubstr("standard output: cannot write"));
}

TEST_F(Commands, SomebodyElsesStudentHasNoReportHere) {
    init({"--students", "institution=Lyon"});
    const std::string people = folder.write("people.csv",
                                            "id,username,firstname,lastname,institution\n"
                                            "42,elodie,Elodie,Roux,Lyon\n43,omar,Omar,Ben Ali,Nantes\n"
                                            "44,lea,Lea,Petit,Lyon\n");
    const std::string log = folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 43, kMorning));
    ASSERT_EQ(run({"import", people, log}).exit_code, 0);
    EXPECT_EQ(run(report("student", {"--student", "elodie"})).exit_code, 0);
    EXPECT_EQ(run(report("student", {"--student", "lea"})).exit_code, 0) << "ours, without a trace";
    for (const char* name : {"omar", "43"}) {
        const Finished other = run(report("student", {"--student", name}));
        EXPECT_EQ(other.exit_code, 6) << name;
        EXPECT_THAT(other.err, HasSubstr("no student of this node"));
        EXPECT_EQ(other.out, "");
    }
}

TEST_F(Commands, ReportsGoToFilesThatOnlyTheirOwnerReads) {
    init();
    import_a_day();
    const Finished finished =
        run(report("student", {"--format", "html,csv,json,xml", "--out", folder / "out"}));
    ASSERT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(std::ranges::count(finished.out, '\n'), 4);
    for (const auto& entry : std::filesystem::directory_iterator(folder / "out")) {
        struct stat status{};
        ASSERT_EQ(::stat(entry.path().c_str(), &status), 0);
        EXPECT_EQ(status.st_mode & 0777U, 0600U) << entry.path();
    }
    const Finished too_many = run(report("student", {"--format", "csv,json"}));
    EXPECT_EQ(too_many.exit_code, 2);
    EXPECT_THAT(too_many.err, HasSubstr("name a folder with --out"));
    const Finished unwritable = run(report("student", {"--out", "/proc/nowhere"}));
    EXPECT_EQ(unwritable.exit_code, 5);
    EXPECT_THAT(unwritable.err, HasSubstr("/proc/nowhere"));
}

TEST_F(Commands, APeriodThatIsNoneIsRefused) {
    init();
    EXPECT_EQ(run({"report", "group", "--from", "2026-03-31", "--to", "2026-03-01"}).exit_code, 2);
    EXPECT_EQ(run({"report", "group", "--from", "1 March", "--to", "2026-03-01"}).exit_code, 2);
}

TEST_F(Commands, AnOutageStandsOnTheReportsItTouches) {
    init();
    import_a_day();
    ASSERT_EQ(run({"outage", "add", "--from", "2026-03-05T08:00", "--to", "2026-03-06", "--cause",
                   "journal <purgé>"})
                  .exit_code,
              0);
    EXPECT_THAT(run({"outage", "list"}).out,
                HasSubstr("2026-03-05T08:00:00+01:00  2026-03-06T00:00:00+01:00  journal <purgé>"));
    EXPECT_THAT(run(report("student", {"--student", "42"})).out, HasSubstr("journal &lt;purgé&gt;"));
    EXPECT_EQ(run({"outage", "add", "--from", "2026-03-06", "--to", "2026-03-05", "--cause", "x"}).exit_code,
              2);
    EXPECT_EQ(
        run({"outage", "add", "--from", "2026-03-06T25:00", "--to", "2026-03-07", "--cause", "x"}).exit_code,
        2);
}

TEST_F(Commands, AChangeOfScaleRecomputesEverything) {
    init();
    import_a_day();
    const std::string scale =
        R"({"schema":1,"id":"mine","version":1,"label":{},"engine":"gap","timezone":"Europe/Paris",
        "filter":{"origins":["web"],"exclude_loginas":true,"anonymous":"time_only","exclude_actions":[],"exclude_events":[],
        "include_site":true,"modules":{"exclude":[]}},"stream":"user","gap":{"idle":60,"compare":"gt",
        "idle_credit":0,"cap_credit_by_gap":true,"last_credit":0,"attribute":"earlier","logout_ends":true,"login_starts":true},
        "session":{"per":"site","split_on_idle":true,"min_duration":0}})";
    folder.write("node/mine.json", scale);

    std::string settings = contents_of(folder / "node/assidu.toml");
    settings.replace(settings.find("use = \"sonate\""), 14, "use = \"mine.json\"");
    folder.write("node/assidu.toml", settings);
    EXPECT_THAT(run(report("student", {"--student", "42", "--format", "json"})).out,
                HasSubstr("\"measured_s\": 0"));
    settings.replace(settings.find("use = \"mine.json\""), 17, "use = \"sonate\"");
    folder.write("node/assidu.toml", settings);
    EXPECT_THAT(run(report("student", {"--student", "42", "--format", "json"})).out,
                HasSubstr("\"measured_s\": 900"));
}

TEST_F(Commands, ALostLedgerIsMadeAgainAndNotReadAsNoActivity) {
    init();
    import_a_day();
    for (const char* file : {"ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"})
        std::filesystem::remove(folder / "node" / file);
    EXPECT_THAT(run(report("student", {"--student", "42", "--format", "json"})).out,
                HasSubstr("\"measured_s\": 900"));
}

TEST_F(Commands, ALedgerRestoredFromAnOlderBackupIsMadeAgain) {
    init();
    import_a_day();
    const std::string backup = folder / "backup";
    std::filesystem::copy(folder / "node/ledger.sqlite", backup);
    const std::string late = folder.write(
        "late.csv", kHeader + row(4, 42, kMorning + 86'400) + row(5, 42, kMorning + 86'500, 0, "loggedout"));
    // A backup of the minute before: the test itself is faster than the clock's second.
    SQLite::Database(backup, SQLite::OPEN_READWRITE).exec("UPDATE freshness SET as_of_utc_s=as_of_utc_s-60");
    ASSERT_EQ(run({"import", late}).exit_code, 0);
    std::filesystem::copy(backup, folder / "node/ledger.sqlite",
                          std::filesystem::copy_options::overwrite_existing);
    EXPECT_THAT(run(report("student", {"--student", "42", "--format", "json"})).out,
                HasSubstr("\"measured_s\": 1000"));
}

TEST_F(Commands, StatusSaysTheSameInLinesAndAsJson) {
    init();
    import_a_day();
    std::filesystem::create_directories(dir() + "/spool/refused");
    for (const char* name :
         {"spool/a.csv", "spool/b.csv", "spool/c.part", "spool/refused/x", "spool/refused/x.txt"})
        folder.write(std::string("node/") + name, "x");
    folder.write(
        "node/serve.json",
        "{\"format\":1,\"round_utc_s\":1772438400,\"round_problem\":\"\",\"delivery_utc_s\":1772438400,"
        "\"delivery_problem\":\"nobody \\u001b[2J\",\"retry_utc_s\":1772439000}");
    const Finished lines = run({"status"});
    EXPECT_THAT(lines.out, HasSubstr("events       3 of 1 users"));
    EXPECT_THAT(lines.out, HasSubstr("spool        spool: 2 files wait, 0 being imported, 1 refused\n"));
    EXPECT_THAT(lines.out, HasSubstr("serve        not running; last round 2026-03-02T09:00:00+01:00 ("));
    EXPECT_THAT(lines.out, HasSubstr("ago): nobody \\x1B[2J; next attempt 2026-03-02T09:10:00+01:00\n"));
    const auto json = nlohmann::json::parse(run({"status", "--json"}).out);
    EXPECT_EQ(json.at("node").at("id"), "universite-de-lyon");
    EXPECT_EQ(json.at("events").at("count"), 3);
    EXPECT_EQ(json.at("computed").at("ledger_sha256"), ledger_digest());
    EXPECT_EQ(json.at("statements").at("declared"), 0);
    EXPECT_EQ(json.at("spool").at("waiting"), 2);
    EXPECT_EQ(json.at("spool").at("refused"), 1);
    EXPECT_EQ(json.at("serve").at("running"), false);
    EXPECT_EQ(json.at("serve").at("round_utc_s"), kMorning);
    EXPECT_EQ(json.at("serve").at("retry_utc_s"), kMorning + 600);
    EXPECT_EQ(json.at("hub"), nullptr);
    EXPECT_EQ(json.at("imports").at(0).at("counts").at("added"), 3);
    EXPECT_FALSE(std::filesystem::exists(dir() + "/spool/done")) << "status makes nothing";

    folder.write("node/serve.json", "[]");
    EXPECT_THAT(run({"status"}).out, HasSubstr("serve.json: not what assidu serve writes"));
}

TEST_F(Commands, ACommandIsRefusedOnceItHasWaitedForTheFolderLongEnough) {
    init();
    const int lock = ::open((dir() + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(::flock(lock, LOCK_EX), 0);
    const Finished refused = run({"outage", "list"});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.err, HasSubstr("waiting for another assidu"));
    EXPECT_THAT(refused.err, HasSubstr("another assidu is working in this folder"));
    ProcessOptions interrupted;
    interrupted.while_running = [](pid_t process) { ::kill(process, SIGTERM); };
    EXPECT_THAT(run({"outage", "list"}, interrupted).exit_code, ::testing::AnyOf(3, 143));
    ProcessOptions released;
    released.while_running = [&](pid_t) { ::close(lock); };
    EXPECT_EQ(run({"outage", "list"}, released).exit_code, 0);
}

TEST_F(Commands, UnderAnotherNodeIdOrSecretTheSecondsAreTheSame) {
    init();
    import_a_day();
    std::string settings = contents_of(folder / "node/assidu.toml");
    settings.replace(settings.find("id = \"universite-de-lyon\""), 25, "id = \"lyon\"");
    folder.write("node/assidu.toml", settings);
    EXPECT_THAT(run(report("student", {"--student", "42", "--format", "json"})).out,
                HasSubstr("\"measured_s\": 900"));
    folder.write("node/keys/student.secret", std::string(64, 'a') + "\n");
    EXPECT_THAT(run(report("student", {"--student", "42", "--format", "json"})).out,
                HasSubstr("\"measured_s\": 900"));
}

}  // namespace
}  // namespace assidu::tests
