// A node with evidence beside its log, as a user drives it.

#include <SQLiteCpp/Database.h>

#include <nlohmann/json.hpp>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class EvidenceCommands : public NodeProcess {
  protected:
    void use_scale(const json& changes) {
        json document = json::parse(assidu({"scale", "show", "sonate"}).out);
        document.merge_patch(changes);
        document["id"] = "mine";
        folder.write("node/mine.json", document.dump());
        std::string settings = contents_of(folder / "node/assidu.toml");
        const std::size_t at = settings.find("use = \"sonate\"");
        if (at != std::string::npos) settings.replace(at, 14, "use = \"mine.json\"");
        folder.write("node/assidu.toml", settings);
    }
    // Fifteen minutes in course 10, of which five in quiz 501.
    std::string log() {
        return folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 600, 501) +
                                           row(3, 42, kMorning + 900, 0, "loggedout"));
    }
    json student(const std::string& day = "2026-03-02") {
        const Finished report =
            run({"report", "student", "--student", "42", "--from", day, "--to", day, "--format", "json"});
        EXPECT_EQ(report.exit_code, 0) << report.err;
        return json::parse(report.out);
    }
    json explained() {
        const Finished answer = run({"explain", "42", "2026-03-02", "--format", "json"});
        EXPECT_EQ(answer.exit_code, 0) << answer.err;
        return json::parse(answer.out);
    }
};

TEST_F(EvidenceCommands, ExcludedTimeDoesNotCountIsExplainedAuditedAndRevoked) {
    init();
    ASSERT_EQ(run({"import", log()}).exit_code, 0);
    const std::string digest = ledger_digest();
    const Finished added = run({"exclude", "add", "42", "2026-03-02T09:05", "2026-03-02T09:08", "--reason",
                                "a session left open", "--author", "C. Martin"});
    ASSERT_EQ(added.exit_code, 0) << added.err;
    EXPECT_THAT(added.out, HasSubstr("a session left open (C. Martin"));
    EXPECT_NE(ledger_digest(), digest);
    const json day = explained();
    EXPECT_EQ(day.at("measured_s"), 720);
    EXPECT_EQ(day.at("ledger").at("same"), true);
    EXPECT_EQ(day.at("exclusions").at(0).at("reason"), "a session left open");
    EXPECT_EQ(day.at("events").at(0).at("parts").at(1).at("lost_by"), "excluded");
    const Finished text = run({"explain", "42", "2026-03-02", "--lang", "en"});
    EXPECT_THAT(text.out, HasSubstr("Exclusion no. 1, from 2026-03-02T09:05:00+01:00"));
    EXPECT_THAT(text.out, HasSubstr("not counted (excluded by the institution)"));
    EXPECT_THAT(student().dump(), HasSubstr("time_excluded"));
    EXPECT_THAT(run({"audit"}).out, HasSubstr("exclusion.add"));

    EXPECT_EQ(run({"exclude", "revoke", "7", "--reason", "x", "--author", "y"}).exit_code, 6);
    const Finished revoked =
        run({"exclude", "revoke", "1", "--reason", "it was theirs", "--author", "C. Martin"});
    ASSERT_EQ(revoked.exit_code, 0) << revoked.err;
    EXPECT_EQ(ledger_digest(), digest);
    EXPECT_THAT(student().dump(), Not(HasSubstr("time_excluded")));
    EXPECT_THAT(run({"exclude", "list"}).out, HasSubstr("revoked"));
    EXPECT_THAT(run({"explain", "42", "2026-03-02", "--lang", "en"}).out,
                HasSubstr("Exclusion no. 1 was revoked"));
    EXPECT_EQ(
        run({"exclude", "add", "42", "2026-03-03", "2026-03-02", "--reason", "x", "--author", "y"}).exit_code,
        2);
    EXPECT_EQ(run({"exclude", "add", "nobody", "2026-03-03", "2026-03-03", "--reason", "x", "--author", "y"})
                  .exit_code,
              6);
    EXPECT_EQ(run({"recompute"}).exit_code, 0);
}

TEST_F(EvidenceCommands, ANodeCreditsCompletionsBesideTheMeasuredTime) {
    init();
    use_scale(
        {{"credits",
          {{"completion", {{{"match", {{"modname", "quiz"}}}, {"seconds", 1800}, {"mode", "floor"}}}}}}});
    ASSERT_EQ(run({"import", log()}).exit_code, 0);
    EXPECT_EQ(explained().at("credited_s"), 0);
    const std::string dump =
        folder.write("completion.csv", "id,coursemoduleid,userid,completionstate,timemodified\n1,501,42,1," +
                                           std::to_string(kMorning + 800) + "\n2,501,43,1,100\n");
    const Finished imported = run({"import", dump});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    EXPECT_THAT(imported.err, HasSubstr("dump of course_modules_completion, 2 rows read"));
    const json day = explained();
    EXPECT_EQ(day.at("measured_s"), 900);
    EXPECT_EQ(day.at("credited_s"), 1500);
    EXPECT_EQ(day.at("credits").at(0).at("source"), "completion");
    EXPECT_EQ(day.at("ledger").at("credited_s"), 1500);
    EXPECT_THAT(run({"explain", "42", "2026-03-02", "--lang", "en"}).out,
                HasSubstr("+1500 s  completion (raises the time to it)"));
    EXPECT_EQ(student().at("totals").at("credited_s"), 1500);
    const std::string digest = ledger_digest();
    EXPECT_THAT(run({"import", dump}).err, HasSubstr("2  archived already"));
    EXPECT_EQ(ledger_digest(), digest);
    const Finished again = run({"recompute"});
    EXPECT_EQ(again.exit_code, 0) << again.err;
    EXPECT_THAT(again.out, HasSubstr("No row differs."));
    const Finished compared = run({"scale", "compare", "sonate", dir() + "/mine.json", "--student", "42",
                                   "--from", "2026-03-02", "--to", "2026-03-02"});
    EXPECT_EQ(compared.exit_code, 0) << compared.err;
    EXPECT_THAT(compared.out, HasSubstr("A: no_credit  B: credit:completion"));
}

TEST_F(EvidenceCommands, AScaleThatAsksForWhatNobodyKnowsIsNoReasonToCountNothing) {
    init();
    use_scale({{"filter", {{"roles", {{"include", {"student"}}}}, {"enrolment", "active"}}}});
    const Finished without = run({"import", log()});
    EXPECT_EQ(without.exit_code, 6);
    EXPECT_THAT(without.err, HasSubstr("no data: scale mine 1 has key 'filter.enrolment'"));
    EXPECT_THAT(without.err, HasSubstr("3  new events archived"));
    const std::string enrolments = folder.write("ue.csv",
                                                "id,status,enrolid,userid,timestart,timeend,timecreated,"
                                                "timemodified,courseid\n1,0,1,42,0,0,100,100,10\n");
    const std::string roles = folder.write(
        "ra.csv", "id,userid,shortname,contextlevel,instanceid,timemodified\n1,42,student,50,10," +
                      std::to_string(kMorning + 1) + "\n");
    const Finished with = run({"import", enrolments, roles});
    ASSERT_EQ(with.exit_code, 0) << with.err;
    const json day = explained();
    EXPECT_EQ(day.at("measured_s"), 300);
    EXPECT_EQ(day.at("events").at(0).at("dropped_by"), "role");
    EXPECT_THAT(run({"report", "student", "--student", "42", "--from", "2026-03-02", "--to", "2026-03-02",
                     "--lang", "en"})
                    .out,
                HasSubstr("made without a role that the scale counts"));
}

TEST_F(EvidenceCommands, DaysCountWhereTheyWereSignedByThisNode) {
    init();
    use_scale({{"calendar", {{"user_days", "signed_list"}}}});
    EXPECT_EQ(run({"import", log()}).exit_code, 6);
    ASSERT_EQ(run({"days", "add", "42", "2026-03-01", "2026-03-03", "--author", "C. Martin"}).exit_code, 0);
    EXPECT_EQ(explained().at("measured_s"), 900);
    ASSERT_EQ(run({"days", "withdraw", "42", "2026-03-02", "--author", "C. Martin"}).exit_code, 0);
    EXPECT_EQ(explained().at("measured_s"), 0);
    EXPECT_EQ(explained().at("events").at(0).at("parts").at(0).at("lost_by"), "user_day");
    ASSERT_EQ(run({"days", "add", "42", "2026-03-02", "--author", "C. Martin"}).exit_code, 0);
    EXPECT_EQ(explained().at("measured_s"), 900);
    SQLite::Database(dir() + "/archive.sqlite", SQLite::OPEN_READWRITE)
        .exec(
            "INSERT INTO signed_day (source, user_id, day, counts, author, made_utc_s, signature) "
            "SELECT source, user_id, 20520, 1, author, made_utc_s, signature FROM signed_day LIMIT 1");
    EXPECT_THAT(run({"days", "list", "42"}).out, HasSubstr("2026-03-08  counts     "));
    EXPECT_THAT(run({"days", "list", "42"}).out, HasSubstr("NOT SIGNED BY THIS NODE"));
    EXPECT_THAT(run({"explain", "42", "2026-03-02", "--lang", "en"}).out,
                HasSubstr("the signature of 1 days of the list is not this node’s"));
}

TEST_F(EvidenceCommands, EvidenceOfOthersIsNotKept) {
    init({"--students", "institution=Lyon"});
    const std::string people = folder.write(
        "people.csv", "id,username,firstname,lastname,institution\n42,elodie,E,R,Lyon\n43,lea,L,P,Paris\n");
    const std::string dump =
        folder.write("completion.csv",
                     "coursemoduleid,userid,completionstate,timemodified\n501,42,1,100\n501,43,1,100\n"
                     "501,99,1,100\n501,43,9,100\n");
    EXPECT_EQ(run({"import", dump}).exit_code, 4);
    const Finished imported = run({"import", people, dump});
    ASSERT_EQ(imported.exit_code, 0) << imported.err;
    EXPECT_THAT(imported.err, HasSubstr("1  kept"));
    EXPECT_THAT(imported.err, HasSubstr("2  not kept: people of others"));
    EXPECT_THAT(imported.err, HasSubstr("1  not kept: people not in the catalogue"));
    EXPECT_THAT(imported.err, Not(HasSubstr("REJECTED")));
    SQLite::Database archive(dir() + "/archive.sqlite");
    EXPECT_EQ(archive.execAndGet("SELECT count(*) FROM completion").getInt(), 1);
}

}  // namespace
}  // namespace assidu::tests
