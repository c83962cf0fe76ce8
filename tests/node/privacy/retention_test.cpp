// [retention] as an operator meets it. The clock is the machine's: days are reckoned from it.

#include <SQLiteCpp/Database.h>

#include <ctime>
#include <fstream>

#include "tests/node/cli/node_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Retention : public NodeProcess {
  protected:
    static constexpr std::int64_t kDay = 86'400;

    void set(const std::string& lines) {
        std::string text = contents_of(dir() + "/assidu.toml");
        text.erase(text.find("[retention]"));
        std::ofstream(dir() + "/assidu.toml", std::ios::trunc) << text << "[retention]\n" << lines;
    }
    static std::string day_text(std::int64_t days_ago) {
        const std::time_t then = std::time(nullptr) - days_ago * kDay;
        std::tm local{};
        gmtime_r(&then, &local);
        char text[16];
        std::strftime(text, sizeof text, "%Y-%m-%d", &local);
        return text;
    }
    // Noon (UTC) of so many days ago: the same civil day in Paris.
    static std::int64_t noon(std::int64_t days_ago) {
        return (std::time(nullptr) / kDay - days_ago) * kDay + 43'200;
    }
    void import_old_and_new() {
        init();
        log = folder.write("log.csv", kHeader + row(1, 42, noon(100)) + row(2, 42, noon(100) + 600) +
                                          row(3, 42, noon(5)) + row(4, 42, noon(5) + 600));
        ASSERT_EQ(run({"import", log}).exit_code, 0);
    }
    std::string log;
};

TEST_F(Retention, OldEventsGoAndTheirTotalsStayWhateverComesAfter) {
    import_old_and_new();
    const std::string digest = ledger_digest();
    set("events_days = 60\n");
    EXPECT_THAT(run({"retention", "--dry-run"}).out, HasSubstr("2 would be deleted"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("events       4 of"));
    const Finished done = run({"retention"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr(": 2 deleted"));
    EXPECT_EQ(ledger_digest(), digest);
    // The same file again brings nothing back, and nothing is a conflict or a hole.
    const Finished again = run({"import", log});
    EXPECT_THAT(again.err, HasSubstr("2  not kept: older than [retention] keeps events"));
    EXPECT_THAT(again.err, HasSubstr("2  archived already"));
    EXPECT_EQ(ledger_digest(), digest);
    // Everything computed anew says the same of what can be computed.
    EXPECT_EQ(run({"recompute"}).exit_code, 0);
    EXPECT_EQ(ledger_digest(), digest);
    const std::string more = folder.write("more.csv", kHeader + row(9, 42, noon(5) + 1200));
    ASSERT_EQ(run({"import", more}).exit_code, 0);
    const Finished report = run({"report", "student", "--student", "42", "--from", day_text(101), "--to",
                                 day_text(99), "--format", "csv"});
    EXPECT_EQ(report.exit_code, 0) << report.err;
    EXPECT_THAT(report.out, HasSubstr("1500"));
    const Finished explained = run({"explain", "42", day_text(100)});
    EXPECT_EQ(explained.exit_code, 6);
    EXPECT_THAT(explained.err, HasSubstr("are deleted ([retention])"));
    EXPECT_THAT(run({"outage", "list"}).out, ::testing::IsEmpty());
}

TEST_F(Retention, OldEvidenceGoesWithTheEventsButWhatStillHoldsStays) {
    import_old_and_new();
    const auto at = [](std::int64_t days_ago) { return std::to_string(noon(days_ago)); };
    const auto count = [&](const std::string& of) {
        return SQLite::Database(dir() + "/archive.sqlite").execAndGet("SELECT count(*) FROM " + of).getInt();
    };
    ASSERT_EQ(
        run({"import",
             // Enrolled 200 days ago and still is; enrolled 200 days ago and suspended 100 days ago.
             folder.write(
                 "enrolments.csv",
                 "id,userid,courseid,status,timestart,timeend,timecreated,timemodified\n1,42,10,0,0,0," +
                     at(200) + "," + at(200) + "\n2,42,11,1,0,0," + at(200) + "," + at(100) + "\n"),
             folder.write("completion.csv", "coursemoduleid,userid,completionstate,timemodified\n501,42,0," +
                                                at(101) + "\n501,42,1," + at(100) + "\n"),
             folder.write(
                 "timestat.csv",
                 "id,userid,timespent,timecreated,courseid,contextlevel,contextinstanceid\n1,42,60," +
                     at(100) + ",10,70,501\n2,42,60," + at(5) + ",10,70,501\n")})
            .exit_code,
        0);
    ASSERT_EQ(run({"exclude", "add", "42", day_text(100), day_text(100), "--reason", "an old reason",
                   "--author", "T"})
                  .exit_code,
              0);
    const std::string digest = ledger_digest();
    set("events_days = 60\n");
    EXPECT_THAT(run({"retention", "--dry-run"}).out, HasSubstr("2 would be deleted; 3 records of evidence"));
    const Finished done = run({"retention"});
    ASSERT_EQ(done.exit_code, 0) << done.err;
    EXPECT_THAT(done.out, HasSubstr("2 deleted; 3 records of evidence"));
    EXPECT_EQ(count("foreign_time"), 1);
    EXPECT_EQ(count("completion WHERE state=1"), 1) << "it is completed to this day";
    EXPECT_EQ(count("completion"), 1);
    EXPECT_EQ(count("enrolment WHERE enrolment=1 AND active=1"), 1);
    EXPECT_EQ(count("enrolment WHERE enrolment=2 AND active=1"), 0);
    EXPECT_EQ(count("enrolment WHERE enrolment=2 AND active=0"), 1);
    EXPECT_EQ(count("exclusion"), 1) << "the total it explains is kept";
    EXPECT_EQ(ledger_digest(), digest);
    EXPECT_EQ(run({"recompute"}).exit_code, 0);
    EXPECT_EQ(ledger_digest(), digest);
    EXPECT_THAT(run({"retention"}).out, HasSubstr("0 deleted; 0 records of evidence"));
    // With the totals goes the reason.
    set("events_days = 60\ntotals_days = 60\n");
    EXPECT_THAT(run({"retention"}).out, HasSubstr("1 exclusions and signed days"));
    EXPECT_EQ(count("exclusion"), 0);
}

TEST_F(Retention, AReportOverTotalsThatAreGoneIsNoDataAndNotNoActivity) {
    import_old_and_new();
    set("events_days = 60\ntotals_days = 60\n");
    ASSERT_EQ(run({"retention"}).exit_code, 0);
    const Finished gone =
        run({"report", "student", "--student", "42", "--from", day_text(101), "--to", day_text(99)});
    EXPECT_EQ(gone.exit_code, 6);
    EXPECT_THAT(gone.err, HasSubstr("no data: the totals of days before"));
    EXPECT_EQ(
        run({"report", "student", "--student", "42", "--from", day_text(6), "--to", day_text(5)}).exit_code,
        0);
    EXPECT_THAT(run({"audit"}).out, HasSubstr("retention"));
}

TEST_F(Retention, OnlyPeopleWhomTheMoodleDeletedLongAgoLoseTheirNames) {
    init();
    ASSERT_EQ(
        run({"import",
             folder.write("people.csv", "id,username,lastname,deleted\n42,elodie,Roux,0\n43,gael,Roy,0\n"),
             folder.write("log.csv", kHeader + row(1, 42, noon(100)) + row(2, 43, noon(100)))})
            .exit_code,
        0);
    ASSERT_EQ(
        run({"import", folder.write("later.csv", "id,username,lastname,deleted\n43,gael@x.1774,Roy,1\n")})
            .exit_code,
        0);
    set("identities_days = 60\n");
    EXPECT_THAT(run({"retention"}).out, HasSubstr("identities  0 deleted")) << "deleted only today";
    SQLite::Database(dir() + "/catalogue.sqlite", SQLite::OPEN_READWRITE)
        .exec(
            "UPDATE person SET valid_from=1 WHERE id=43 AND deleted=0; UPDATE person SET valid_to=100 WHERE "
            "id=43 AND deleted=0; UPDATE person SET valid_from=100 WHERE id=43 AND deleted=1");
    EXPECT_THAT(run({"retention"}).out, HasSubstr("identities  1 deleted"));
    EXPECT_THAT(run({"status"}).out, HasSubstr("1 people"));
}

TEST_F(Retention, TotalsThatWouldComeBackFromEventsAreRefusedInTheSettings) {
    init();
    set("events_days = 90\ntotals_days = 60\n");
    const Finished refused = run({"status"});
    EXPECT_EQ(refused.exit_code, 3);
    EXPECT_THAT(refused.err, HasSubstr("[retention] events_days must be at most totals_days"));
}

}  // namespace
}  // namespace assidu::tests
