#include "reports/build.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

class BuildReport : public Sample {};

TEST_F(BuildReport, TotalsAreTheRowsOfThePeriodAndNoOthers) {
    put({ada_ledger(), bob_ledger()});
    const StudentReport report = student_report(ada);
    EXPECT_EQ(report.totals.measured_s, 16'800);
    EXPECT_EQ(report.totals.credited_s, 1'800);
    EXPECT_EQ(report.totals.events, 36);
    EXPECT_EQ(report.totals.days, 5);
    EXPECT_EQ(report.totals.sessions, 5);
}

TEST_F(BuildReport, ADayHasItsFirstAndLastTraceOverAllCourses) {
    put({ada_ledger()});
    const StudentReport report = student_report(ada);
    const DayLine& day = report.days.at(1);
    EXPECT_EQ(config::iso_date(day.day), "2026-03-23");
    EXPECT_EQ(day.first_utc_s, at("2026-03-23", 9, 0));
    EXPECT_EQ(day.last_utc_s, at("2026-03-23", 11, 15));
    EXPECT_EQ(day.measured_s, 9'000);
    EXPECT_EQ(day.sessions, 1);
    ASSERT_EQ(day.courses.size(), 3U);
    EXPECT_EQ(day.courses[1].names->shortname, "ALG1");
}

TEST_F(BuildReport, CoursePagesAreTheCourseLessItsActivities) {
    put({ada_ledger()});
    const StudentReport report = student_report(ada);
    const CourseLine& algebra = report.courses.at(0);
    EXPECT_EQ(algebra.course, 12);
    EXPECT_EQ(algebra.measured_s, 6'600);
    EXPECT_EQ(algebra.pages_measured_s, 6'600 - 3'900 - 1'000);
    EXPECT_EQ(algebra.pages_credited_s, 0);
    EXPECT_EQ(algebra.pages_events, 21 - 9 - 4);
    ASSERT_EQ(algebra.activities.size(), 2U);
    EXPECT_EQ(algebra.activities[0].measured_s, 3'900);
    EXPECT_EQ(algebra.activities[0].names->type, "quiz");
    EXPECT_FALSE(algebra.activities[1].names);
}

TEST_F(BuildReport, CoursesStandByNameWithThePlatformLast) {
    put({ada_ledger()});
    std::vector<std::int64_t> order;
    for (const CourseLine& course : student_report(ada).courses)
        order.push_back(course.course);
    EXPECT_EQ(order, (std::vector<std::int64_t>{12, 14, -1, 0}));
}

TEST_F(BuildReport, ASessionOverAnEndIsWholeAndMarkedAndItsPartInsideAddsUp) {
    put({ada_ledger()});
    const StudentReport report = student_report(ada);
    ASSERT_EQ(report.sessions->size(), 5U);
    EXPECT_TRUE(report.sessions->front().clipped);
    EXPECT_EQ(report.sessions->front().begin_utc_s, at("2026-03-19", 23, 30));
    EXPECT_EQ(report.sessions->front().inside_s, 1'200);
    EXPECT_FALSE((*report.sessions)[1].clipped);
    EXPECT_FALSE((*report.sessions)[3].clipped);  // over a midnight inside the period
    EXPECT_TRUE(report.sessions->back().clipped);
    std::int64_t inside_s = 0;
    for (const SessionLine& session : *report.sessions)
        inside_s += session.inside_s;
    EXPECT_EQ(inside_s, report.totals.measured_s);
}

TEST_F(BuildReport, ASessionThatEndsWhereThePeriodBeginsIsNotOfThePeriod) {
    federation::StudentLedger ledger_of_bob = bob_ledger();
    ledger_of_bob.sessions.insert(ledger_of_bob.sessions.begin(),
                                  {bob, at("2026-03-19", 23, 0), at("2026-03-20", 0, 0), 3, {12}});
    put({ledger_of_bob});
    EXPECT_EQ(student_report(bob).sessions->size(), 1U);
    EXPECT_EQ(group_report().totals.sessions, 1);
}

TEST_F(BuildReport, AStudentWithoutATraceHasAReportOfZeros) {
    put({ada_ledger()});
    const StudentReport report = student_report(zoe);
    EXPECT_EQ(report.totals.measured_s, 0);
    EXPECT_TRUE(report.days.empty());
    EXPECT_EQ(report.person->lastname, "Faure");
}

TEST_F(BuildReport, WithoutTotalsThereIsARefusalAndNoReport) {
    const auto report = build_student_report(request, ada, *ledger, directory);
    ASSERT_FALSE(report);
    EXPECT_NE(report.error().what.find("no data"), std::string::npos);
    EXPECT_NE(report.error().what.find(kNode), std::string::npos);
    EXPECT_FALSE(build_group_report(request, group(), *ledger, directory));
}

TEST_F(BuildReport, TotalsThatEndBeforeThePeriodAreNoDataToo) {
    federation::Freshness made = freshness();
    made.as_of_utc_s = at("2026-03-20", 0, 0);
    put({ada_ledger()}, made);
    const auto refused = build_student_report(request, ada, *ledger, directory);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().what.find("no data"), std::string::npos);
    made.as_of_utc_s += 1;
    put({ada_ledger()}, made);
    EXPECT_TRUE(build_student_report(request, ada, *ledger, directory));
}

TEST_F(BuildReport, TotalsThatEndInsideThePeriodAreRemarkedUpon) {
    request.remarks = {"minute_resolution"};
    federation::Freshness made = freshness();
    made.as_of_utc_s = at("2026-03-30", 0, 0) - 1;
    put({ada_ledger()}, made);
    EXPECT_EQ(student_report(ada).provenance.remarks,
              (std::vector<std::string>{"minute_resolution", "period_not_over"}));
    made.as_of_utc_s = at("2026-03-30", 0, 0);
    put({ada_ledger()}, made);
    EXPECT_EQ(student_report(ada).provenance.remarks, (std::vector<std::string>{"minute_resolution"}));
}

TEST_F(BuildReport, AnArchiveWhoseLastEventIsOlderThanThePeriodIsRemarkedUpon) {
    federation::Freshness made = freshness();
    made.last_event_utc_s = at("2026-03-19", 12, 0);
    put({}, made);
    EXPECT_EQ(student_report(ada).provenance.remarks, (std::vector<std::string>{"last_event_before_period"}));
}

TEST_F(BuildReport, RefusesAPeriodThatEndsBeforeItBegins) {
    put({ada_ledger()});
    request.period = {day("2026-03-29"), day("2026-03-28")};
    EXPECT_FALSE(build_student_report(request, ada, *ledger, directory));
}

TEST_F(BuildReport, RefusesAPeriodOfOneDayMoreThanTheLimit) {
    put({ada_ledger()});
    request.period.from = {request.period.to.number - 36'524};
    EXPECT_TRUE(build_student_report(request, ada, *ledger, directory));
    --request.period.from.number;
    EXPECT_FALSE(build_student_report(request, ada, *ledger, directory));
}

TEST_F(BuildReport, ProvenanceNamesRuleFreshnessOutagesAndWhatWasDropped) {
    put({ada_ledger(), bob_ledger()});
    ledger->add_outage(kNode, {at("2026-03-24", 2, 0), at("2026-03-24", 6, 0), "maintenance"});
    ledger->add_outage(kNode, {at("2026-03-18", 2, 0), at("2026-03-18", 6, 0), "before the period"});
    const Provenance provenance = student_report(ada).provenance;
    EXPECT_EQ(provenance.scale.sha256, scale.sha256);
    EXPECT_EQ(provenance.idle_s, 1'800);
    EXPECT_EQ(provenance.freshness, freshness());
    ASSERT_EQ(provenance.outages.size(), 1U);
    EXPECT_EQ(provenance.outages[0].cause, "maintenance");
    EXPECT_EQ(provenance.dropped, (std::map<std::string, std::int64_t>{{"login_as", 2}, {"origin", 7}}));
}

TEST_F(BuildReport, ActivitiesLongerThanTheirCourseAreABrokenInvariant) {
    put({{bob, "moodle", {row(bob, "2026-03-25", 12, 100, 5, {{501, 60, 0, 1}, {502, 41, 0, 1}})}, {}, {}}});
    EXPECT_THROW((void)student_report(bob), std::logic_error);
    EXPECT_THROW((void)group_report(), std::logic_error);
}

TEST_F(BuildReport, MoreTimeThanTheDayHasIsABrokenInvariant) {
    // The 29th has 23 hours: 82 800 s are possible, one more is not.
    put({{bob,
          "moodle",
          {row(bob, "2026-03-29", 12, 80'000, 5), row(bob, "2026-03-29", 14, 2'800, 5)},
          {},
          {}}});
    EXPECT_EQ(student_report(bob).totals.measured_s, 82'800);
    EXPECT_EQ(group_report().totals.measured_s, 82'800);
    put({{bob,
          "moodle",
          {row(bob, "2026-03-29", 12, 80'000, 5), row(bob, "2026-03-29", 14, 2'801, 5)},
          {},
          {}}});
    EXPECT_THROW((void)student_report(bob), std::logic_error);
    EXPECT_THROW((void)group_report(), std::logic_error);
}

TEST_F(BuildReport, TheGroupHasALineForEveryStudentByName) {
    put({ada_ledger(), bob_ledger()});
    const GroupReport report = group_report();
    std::vector<federation::StudentId> order;
    for (const GroupStudentLine& line : report.lines)
        order.push_back(line.student);
    // "<script>", "Élie", "Faure", and last who has no name.
    EXPECT_EQ(order, (std::vector<federation::StudentId>{bob, ada, zoe, stranger}));
    EXPECT_EQ(report.lines[2].totals.measured_s, 0);
    EXPECT_FALSE(report.lines[2].first_utc_s);
}

TEST_F(BuildReport, TheGroupCountsStudentsActiveAndTheMedianOfTheActive) {
    put({ada_ledger(), bob_ledger()});
    const GroupReport report = group_report();
    EXPECT_EQ(report.students, 4);
    EXPECT_EQ(report.active, 2);
    EXPECT_EQ(report.median_s, 119);  // the lower middle of 119 and 18 600
    EXPECT_EQ(report.totals.measured_s, 16'800 + 119);
    EXPECT_EQ(report.totals.days, 6);
    EXPECT_EQ(report.totals.sessions, 6);
}

TEST_F(BuildReport, EveryLineOfTheGroupIsTheTotalOfTheStudentsOwnReport) {
    put({ada_ledger(), bob_ledger()});
    for (const GroupStudentLine& line : group_report().lines) {
        const StudentReport own = student_report(line.student);
        EXPECT_EQ(line.totals.measured_s, own.totals.measured_s);
        EXPECT_EQ(line.totals.credited_s, own.totals.credited_s);
        EXPECT_EQ(line.totals.events, own.totals.events);
        EXPECT_EQ(line.totals.days, own.totals.days);
        EXPECT_EQ(line.totals.sessions, own.totals.sessions);
    }
}

TEST_F(BuildReport, TheGroupHasCoursesWithTheirStudentsAndEveryWeekOfThePeriod) {
    put({ada_ledger(), bob_ledger()});
    const GroupReport report = group_report();
    ASSERT_EQ(report.courses.size(), 4U);
    EXPECT_EQ(report.courses[0].course, 12);
    EXPECT_EQ(report.courses[0].students, 2);
    EXPECT_EQ(report.courses[0].measured_s, 6'600 + 119);
    ASSERT_EQ(report.weeks.size(), 2U);
    EXPECT_EQ(config::iso_week_name(report.weeks[0].week), "2026-W12");
    EXPECT_EQ(config::iso_date(report.weeks[0].from), "2026-03-20");
    EXPECT_EQ(config::iso_date(report.weeks[0].to), "2026-03-22");
    EXPECT_EQ(report.weeks[0].measured_s, 1'200);
    EXPECT_EQ(report.weeks[0].students, 1);
    EXPECT_EQ(report.weeks[1].students, 2);
}

TEST_F(BuildReport, AWeekWithoutATraceIsStillALine) {
    put({bob_ledger()});
    request.period = {day("2026-03-02"), day("2026-03-29")};
    const GroupReport report = group_report();
    ASSERT_EQ(report.weeks.size(), 4U);
    EXPECT_EQ(report.weeks[0].students, 0);
    EXPECT_EQ(report.weeks[3].students, 1);
}

TEST_F(BuildReport, AGroupOfSomeHasNothingOfTheOthers) {
    put({ada_ledger(), bob_ledger()});
    const auto report = build_group_report(request, {{bob, "moodle"}, {bob, "moodle"}}, *ledger, directory);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->students, 1);
    EXPECT_EQ(report->totals.measured_s, 119);
    EXPECT_EQ(report->totals.sessions, 1);
    EXPECT_EQ(report->provenance.dropped, (std::map<std::string, std::int64_t>{{"origin", 1}}));
}

TEST_F(BuildReport, OneCourseIdOfTwoMoodlesIsTwoCourses) {
    federation::StudentLedger elsewhere = bob_ledger();
    elsewhere.source = "second";
    put({ada_ledger(), elsewhere});
    directory.courses[{"second", 12}] = {"Zoologie", "ZOO", ""};
    const auto report = build_group_report(request, {{ada, "moodle"}, {bob, "second"}}, *ledger, directory);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->courses.at(0).names->shortname, "ALG1");
    EXPECT_EQ(report->courses.at(1).names->shortname, "ZOO");
    EXPECT_EQ(report->courses.at(1).students, 1);
    EXPECT_EQ(student_report(bob).courses.at(0).names->shortname, "ZOO");
}

}  // namespace
}  // namespace assidu::reports::test
