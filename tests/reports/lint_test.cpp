// What an inspector would not believe is found; what is in order is not.
#include "reports/lint/lint.h"

#include <gmock/gmock.h>

#include "reports/render.h"
#include "tests/reports/sample.h"

namespace assidu::reports::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using Severity = LintFinding::Severity;

class Lint : public Sample {
  protected:
    void SetUp() override {
        Sample::SetUp();
        put({ada_ledger(), bob_ledger()});
        context.scale = &scale;
    }
    federation::Dossier dossier(const char* number, const char* from, const char* to) const {
        federation::Dossier made;
        made.funder = "OPCO";
        made.number = number;
        made.from = day(from);
        made.to = day(to);
        return made;
    }
    // "code severity from/to,from/to seconds"
    std::vector<std::string> found(const StudentReport& report) const {
        std::vector<std::string> lines;
        for (const LintFinding& finding : lint(report, context)) {
            std::string line = finding.code + " " + std::string(name_of(finding.severity));
            for (const federation::Period& run : finding.days)
                line += " " + config::iso_date(run.from) + "/" + config::iso_date(run.to);
            lines.push_back(line + " " + std::to_string(finding.seconds));
        }
        return lines;
    }
    using Lines = std::vector<std::string>;

    LintContext context;
};

TEST_F(Lint, AReportInOrderHasNoFinding) {
    EXPECT_EQ(found(student_report(ada)), Lines());
    context.dossiers = {dossier("1", "2026-01-01", "2026-12-31")};
    EXPECT_EQ(found(student_report(ada)), Lines());
    EXPECT_EQ(found(student_report(stranger)), Lines());
}

TEST_F(Lint, TimeOutsideOfEveryDossierRefuses) {
    context.dossiers = {dossier("1", "2026-01-01", "2026-03-23")};
    EXPECT_EQ(found(student_report(ada)), (Lines{"time_after_end refused 2026-03-28/2026-03-29 6600"}));
    context.dossiers = {dossier("1", "2026-03-23", "2026-03-29")};
    EXPECT_EQ(found(student_report(ada)), (Lines{"time_before_start refused 2026-03-20/2026-03-20 1200"}));
    // Between two; a day with a trace and no time is none (the 24th).
    context.dossiers = {dossier("1", "2026-03-20", "2026-03-22"), dossier("2", "2026-03-24", "2026-03-29")};
    EXPECT_EQ(found(student_report(ada)), (Lines{"time_after_end refused 2026-03-23/2026-03-23 10800"}));
    EXPECT_EQ(lint(student_report(ada), context).front().about, "1 (OPCO)");
}

TEST_F(Lint, ClosedDaysOfTheScaleRefuse) {
    scale.calendar.weekdays = {1, 2, 3, 4, 5};  // the 28th and 29th are Saturday and Sunday
    EXPECT_EQ(found(student_report(ada)), (Lines{"closed_day refused 2026-03-28/2026-03-29 6600"}));
    scale.calendar.weekdays = {};
    scale.calendar.exclude_dates = {day("2026-03-23")};
    EXPECT_EQ(found(student_report(ada)), (Lines{"closed_day refused 2026-03-23/2026-03-23 10800"}));
    scale.calendar.exclude_dates = {};
    scale.calendar.exclude_month_days = {{3, 20}};
    EXPECT_EQ(found(student_report(ada)), (Lines{"closed_day refused 2026-03-20/2026-03-20 1200"}));
    // Every day of the week is the one it is.
    for (int weekday = 1; weekday <= 7; ++weekday) {
        scale.calendar = {};
        for (int other = 1; other <= 7; ++other)
            if (other != weekday) scale.calendar.weekdays.push_back(other);
        const bool worked = weekday == 5 || weekday == 1 || weekday >= 6;  // Fri 20, Mon 23, Sat 28, Sun 29
        EXPECT_EQ(found(student_report(ada)).empty(), !worked) << weekday;
    }
}

TEST_F(Lint, TimeAtTwoSitesRefusesWhereItCannotFitAndIsFlaggedWhereItMay) {
    const auto at_lyon = [&](int from_hour, int to_hour, std::int64_t measured_s) {
        return LintContext::Elsewhere{"Lyon",
                                      day("2026-03-23"),
                                      at("2026-03-23", from_hour, 0),
                                      at("2026-03-23", to_hour, 0),
                                      measured_s,
                                      0};
    };
    context.elsewhere = {at_lyon(14, 16, 7200)};  // ada was here from 9:00 to 11:15
    EXPECT_EQ(found(student_report(ada)), Lines());
    context.elsewhere = {at_lyon(10, 16, 3600)};
    EXPECT_EQ(found(student_report(ada)), (Lines{"two_sites flagged 2026-03-23/2026-03-23 10800"}));
    context.elsewhere = {at_lyon(9, 11, 7200)};
    EXPECT_EQ(found(student_report(ada)), (Lines{"two_sites refused 2026-03-23/2026-03-23 10800"}));
    EXPECT_THAT(finding_text(Language::fr, lint(student_report(ada), context).front()), HasSubstr("Lyon"));
}

TEST_F(Lint, MoreThanADayRefusesAtTheLimitAndOnePast) {
    StudentReport report = student_report(ada);
    for (DayLine& line : report.days)
        if (line.day == day("2026-03-29")) line.credited_s = 23 * 3600 - line.measured_s;  // 23 hours long
    EXPECT_EQ(found(report), Lines());
    for (DayLine& line : report.days)
        if (line.day == day("2026-03-29")) ++line.credited_s;
    EXPECT_EQ(found(report), (Lines{"over_a_day refused 2026-03-29/2026-03-29 82801"}));
    context.elsewhere = {{"Lyon", day("2026-03-23"), {}, {}, 76'000, 0}};
    EXPECT_EQ(found(report).front(), "over_a_day refused 2026-03-23/2026-03-23 2026-03-29/2026-03-29 169601");
}

TEST_F(Lint, MoreThanPlannedIsFlagged) {
    StudentReport report = student_report(ada);
    report.dossiers = {dossier("1", "2026-01-01", "2026-12-31")};
    report.dossiers.front().planned_s = 100'000;
    context.dossiers = report.dossiers;
    context.since_begin_s = {100'000};
    EXPECT_EQ(found(report), Lines());
    context.since_begin_s = {100'001};
    EXPECT_EQ(found(report), (Lines{"over_planned flagged 2026-01-01/2026-03-29 100001"}));
}

TEST_F(Lint, MachinesAreTooRegular) {
    std::vector<std::int64_t> traces;
    std::int64_t now = at("2026-03-23", 9, 0);
    for (int i = 0; i < 19; ++i)
        traces.push_back(now += 60 + i % 2);
    EXPECT_TRUE(regular_runs(traces).empty());  // nineteen
    traces.push_back(now += 60);
    ASSERT_EQ(regular_runs(traces).size(), 1U);
    for (int i = 0; i < 40; ++i)
        traces.push_back(now += 30 + i % 7);  // a person
    ASSERT_EQ(regular_runs(traces).size(), 1U);
    EXPECT_TRUE(regular_runs({}).empty());
    EXPECT_TRUE(
        regular_runs(std::vector<std::int64_t>(100, now)).empty());  // a page that makes many traces at once
    context.regular = regular_runs(traces);
    EXPECT_EQ(found(student_report(ada)), (Lines{"regular_clicks flagged 2026-03-23/2026-03-23 1149"}));
}

TEST_F(Lint, SessionsOfOneLengthAtOneTimeOfDayAreFlagged) {
    StudentReport report = student_report(ada);
    report.sessions.emplace();
    const auto add = [&](const char* date, int second, std::int64_t length_s) {
        SessionLine& session = report.sessions->emplace_back();
        session.begin_utc_s = at(date, 9, 0, second);
        session.end_utc_s = session.begin_utc_s + length_s;
    };
    add("2026-03-23", 0, 3600);
    add("2026-03-24", 4, 3601);
    add("2026-03-25", 2, 3599);
    add("2026-03-26", 1, 3600);
    add("2026-03-27", 30, 3600);
    EXPECT_EQ(found(report), Lines());
    add("2026-03-29", 3, 3602);  // the clocks went forward: the same time of day
    ASSERT_EQ(found(report).size(), 1U);
    EXPECT_THAT(found(report).front(),
                HasSubstr("regular_days flagged 2026-03-23/2026-03-26 2026-03-29/2026-03-29"));
}

TEST_F(Lint, OutagesAndAChangedScaleAreFlagged) {
    ledger->add_outage(kNode, {at("2026-03-19", 0, 0), at("2026-03-20", 6, 0), "maintenance"});
    EXPECT_EQ(found(student_report(ada)), (Lines{"outage_inside flagged 2026-03-20/2026-03-20 21600"}));
    context.other_scale_days = {day("2026-03-21"), day("2026-03-22")};
    context.other_scale = "usestats 1";
    scale.valid_from = day("2026-03-25");
    EXPECT_EQ(found(student_report(ada)).back(),
              "scale_changed flagged 2026-03-21/2026-03-22 2026-03-25/2026-03-25 0");
    scale.valid_from = day("2026-03-20");  // from the first day on: nothing changes inside
    context.other_scale_days = {};
    EXPECT_EQ(found(student_report(ada)).size(), 1U);
}

TEST_F(Lint, EveryCodeHasWordsInBothLanguagesAndStandsInTheDocumentation) {
    const std::string page = tests::contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/reports.md");
    for (const std::string_view code : kFindingCodes) {
        LintFinding finding;
        finding.code = code;
        finding.days = {period};
        finding.about = "X";
        EXPECT_NE(finding_text(Language::fr, finding), finding_text(Language::en, finding)) << code;
        EXPECT_THAT(page, HasSubstr("`" + finding.code + "`"));
    }
}

TEST_F(Lint, AnOverrideIsForOneFindingAsItIs) {
    context.dossiers = {dossier("1", "2026-01-01", "2026-03-23")};
    LintFinding finding = lint(student_report(ada), context).front();
    EXPECT_TRUE(finding.refuses());
    const std::string before = finding.digest();
    finding.overridden = {"the funder agreed by mail of 2 April", "scolarité", 1};
    EXPECT_FALSE(finding.refuses());
    EXPECT_EQ(finding.digest(), before);
    finding.days.front().to = next(finding.days.front().to);
    EXPECT_NE(finding.digest(), before);
    StudentReport report = student_report(ada);
    report.findings = {finding};
    for (const std::string& document :
         {render_json(report), render_xml(report), render_csv(report), render_html(report, Language::fr)}) {
        EXPECT_THAT(document, HasSubstr("the funder agreed by mail of 2 April"));
        EXPECT_THAT(document, HasSubstr("time_after_end"));
    }
}

}  // namespace
}  // namespace assidu::reports::test
