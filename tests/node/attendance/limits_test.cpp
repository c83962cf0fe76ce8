// R5 to R7 and the streams, by hand.

#include "node/attendance/limits.h"

#include <gtest/gtest.h>

#include "node/attendance/daily_totals.h"
#include "node/attendance/rules.h"
#include "tests/node/attendance/fixtures.h"

namespace assidu::node::attendance {
namespace {

using config::Scale;

constexpr std::int64_t kMorning = 1'772'438'400;  // Monday 2026-03-02 09:00 in Paris
constexpr std::int64_t kAsOf = 1'900'000'000;

const config::CivilCalendar& paris() {
    static const config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
    return calendar;
}

Attendance attend_all_rules(std::vector<Event> events, const Scale& scale,
                            const std::vector<Completion>& completions = {},
                            const std::vector<Declaration>& declarations = {},
                            const std::vector<ForeignTime>& foreign = {}) {
    order_events(events);
    const std::vector<EventShape> all = shapes();
    return attend(Evidence{events, completions, declarations, foreign}, CompiledScale(scale, all), paris(),
                  kAsOf);
}

std::int64_t total(const Attendance& attendance) {
    std::int64_t seconds = 0;
    for (const federation::LedgerRow& row : daily_rows(attendance, paris(), {}))
        seconds += row.measured_s + row.credited_s;
    return seconds;
}

// A page, and a logout `seconds` later.
std::vector<Event> stay(std::int64_t at_s, std::int64_t seconds, ShapeKey kind = kPage,
                        std::int64_t activity = 0) {
    return {{at_s, 1, 10, activity, kind}, {at_s + seconds, 2, 0, 0, kLogout}};
}

TEST(Calendar, AWindowBeginsAndEndsByTheClockOnTheWall) {
    Scale scale = sonate();
    scale.gap.idle_s = 86'400;
    scale.calendar.windows = {{2 * 3600 + 1800, 3 * 3600}};             // 02:30 to 03:00
    const std::int64_t spring = 1'774'738'800, autumn = 1'792'879'200;  // midnights of the nights
    // In spring the clock never shows 02:30; in autumn it shows it twice.
    EXPECT_EQ(total(attend_all_rules(stay(spring, 6 * 3600), scale)), 0);
    EXPECT_EQ(total(attend_all_rules(stay(autumn, 6 * 3600), scale)), 2 * 1800);
    scale.calendar.windows = {{0, 86'400}};
    EXPECT_EQ(total(attend_all_rules(stay(autumn, 6 * 3600), scale)), 6 * 3600);
}

TEST(Calendar, DaysOutAreNotCountedOrOnlyMarked) {
    Scale scale = sonate();
    scale.calendar.exclude_dates = {config::parse_iso_date("2026-03-02").value()};
    const std::vector<Event> events = stay(kMorning, 600);
    EXPECT_EQ(total(attend_all_rules(events, scale)), 0);
    EXPECT_EQ(attend_all_rules(events, scale).lost.at(0).reason, Loss::calendar);
    scale.calendar.mode = Scale::CalendarMode::mark;
    const Attendance marked = attend_all_rules(events, scale);
    EXPECT_EQ(total(marked), 600);
    EXPECT_TRUE(marked.counted->at(0).outside);
    scale.calendar = {};
    scale.calendar.exclude_month_days = {{3, 2}};
    EXPECT_EQ(total(attend_all_rules(events, scale)), 0);
    scale.calendar.exclude_month_days = {{3, 3}};
    EXPECT_EQ(total(attend_all_rules(events, scale)), 600);
    scale.calendar.weekdays = {7};
    EXPECT_EQ(total(attend_all_rules(events, scale)), 0);
}

TEST(Caps, AWeekBeginsWhereTheScaleSays) {
    Scale scale = sonate();
    scale.caps.week_s = 600;
    std::vector<Event> events = stay(kMorning - 86'400, 500);  // Sunday
    for (Event event : stay(kMorning, 500)) {
        event.id += 10;
        events.push_back(event);
    }
    EXPECT_EQ(total(attend_all_rules(events, scale)), 1000);
    scale.week_start = 7;
    EXPECT_EQ(total(attend_all_rules(events, scale)), 600);
}

TEST(Caps, OfAnActivityAndACourseHoldForEver) {
    Scale scale = sonate();
    scale.caps.activity_total_s["quiz"] = 700;
    std::vector<Event> events = stay(kMorning, 500, kQuiz, 501);
    for (Event event : stay(kMorning + 86'400, 500, kQuiz, 501)) {
        event.id += 10;
        events.push_back(event);
    }
    const Attendance attendance = attend_all_rules(events, scale);
    EXPECT_EQ(total(attendance), 700);
    EXPECT_EQ(attendance.lost.at(0).reason, Loss::activity_total);
    scale.caps.course_total_s[10] = 100;
    EXPECT_EQ(total(attend_all_rules(events, scale)), 100);
}

TEST(Gap, AnActivityTypeHasARuleOfItsOwn) {
    Scale scale = sonate();
    Scale::GapRule rule = scale.gap;
    rule.idle_s = 3600;
    rule.last_credit_s = 60;
    scale.gap.by_module["quiz"] = rule;
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 3000), scale)), 900);
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 3000, kQuiz, 501), scale)), 3000);
    EXPECT_EQ(total(attend_all_rules({{kMorning, 1, 10, 501, kQuiz}}, scale)), 60);
}

TEST(Gap, IsRoundedDownBeforeItIsJudgedAndMayBeTooShort) {
    Scale scale = sonate();
    scale.gap.truncate_to_s = 60;
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 1859), scale)), 1859);
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 1860), scale)), 900);
    scale.gap.truncate_to_s = 1;
    scale.gap.compare = Scale::Compare::ge;
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 1799), scale)), 1799);
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 1800), scale)), 900);
    scale.gap.min_gap_s = 30;
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 29), scale)), 0);
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 30), scale)), 30);
}

TEST(Session, MayBeTooShortTooLongOrGoOnOverIdleGaps) {
    Scale scale = sonate();
    scale.session.min_duration_s = 600;
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 600), scale)), 600);
    scale.session.min_compare = Scale::Compare::gt;
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 600), scale)), 0);
    scale.session = {};
    scale.session.max_duration_s = 400;
    EXPECT_EQ(total(attend_all_rules(stay(kMorning, 600), scale)), 400);
    EXPECT_EQ(attend_all_rules(stay(kMorning, 600), scale).sessions.at(0).end_s, kMorning + 400);
    scale.session = {};
    const std::vector<Event> long_gap{{kMorning, 1, 10, 0, kPage}, {kMorning + 7200, 2, 10, 0, kPage}};
    EXPECT_EQ(attend_all_rules(long_gap, scale).sessions.size(), 2U);
    scale.session.split_on_idle = false;
    const Attendance attendance = attend_all_rules(long_gap, scale);
    ASSERT_EQ(attendance.sessions.size(), 1U);
    EXPECT_EQ(attendance.sessions[0].measured_s, 1800);
}

TEST(Stream, OfACourseCountsAnHourOfTwoCoursesTwiceAndOfASetKnowsNoOther) {
    const std::vector<Event> events{{kMorning, 1, 10, 0, kPage},
                                    {kMorning + 600, 2, 11, 0, kPage},
                                    {kMorning + 1200, 3, 10, 0, kPage},
                                    {kMorning + 1500, 4, 11, 0, kPage}};
    Scale scale = sonate();
    scale.gap.idle_credit_s = scale.gap.last_credit_s = 0;
    EXPECT_EQ(total(attend_all_rules(events, scale)), 1500);
    scale.stream = Scale::Stream::user_course;
    EXPECT_EQ(total(attend_all_rules(events, scale)), 1200 + 900);
    EXPECT_EQ(attend_all_rules(events, scale).sessions.size(), 2U);
    scale.stream = Scale::Stream::user_courseset;
    scale.filter.include_courses = {11};
    EXPECT_EQ(total(attend_all_rules(events, scale)), 900);
    EXPECT_EQ(attend_all_rules(events, scale).dropped.at(0).reason, DropReason::course);
}

TEST(Presence, ExtendsTimeOnlySoLongAfterTheLastClick) {
    Scale scale = sonate();
    scale.gap.idle_credit_s = scale.gap.last_credit_s = 0;
    scale.filter.exclude_events.clear();
    scale.filter.presence_events = {"\\core\\event\\user_graded"};  // the fixtures' odd event
    std::vector<Event> events{{kMorning, 1, 10, 0, kPage}};
    for (std::int64_t i = 1; i <= 6; ++i)
        events.push_back({kMorning + i * 600, i + 1, 10, 0, kGraded});
    EXPECT_EQ(total(attend_all_rules(events, scale)), 0);
    scale.filter.presence_extends = true;
    scale.filter.presence_run_s = 1800;
    const Attendance attendance = attend_all_rules(events, scale);
    EXPECT_EQ(total(attendance), 1800);
    EXPECT_EQ(attendance.dropped.size(), 3U);
    EXPECT_EQ(attendance.dropped[0].reason, DropReason::presence);
}

TEST(Credits, OneTargetIsMadeByEverySourceInTurn) {
    Scale scale = sonate();
    scale.credits.completion = {{501, std::nullopt, std::nullopt, 1800, Scale::CreditMode::floor, {1, 2}}};
    scale.credits.declared = Scale::ForeignTime::floor;
    scale.credits.scorm = Scale::ForeignTime::replace;
    const std::vector<Event> events = stay(kMorning, 600, kQuiz, 501);
    const std::vector<Completion> completed{{kMorning + 600, 501, 10, 2, "quiz", "MATH", std::nullopt}};
    const std::vector<Declaration> declared{{kMorning, 2000, 10, 501, kMorning + 5000, true}};
    const std::vector<ForeignTime> scorm{{ForeignTime::Source::scorm, kMorning, 1900, 10, 501}};
    const Attendance attendance = attend_all_rules(events, scale, completed, declared, scorm);
    EXPECT_EQ(total(attendance), 1900);
    std::int64_t credited = 0;
    for (const Credit& credit : attendance.credits)
        credited += credit.seconds;
    EXPECT_EQ(attendance.credits.size(), 3U);
    EXPECT_EQ(credited, 1300);
    const auto rows = daily_rows(attendance, paris(), {});
    EXPECT_EQ(rows.at(1).measured_s, 600) << "credit stands beside measured time";
    EXPECT_EQ(rows.at(1).credited_s, 1300);
    EXPECT_EQ(rows.at(1).activities.at(0).credited_s, 1300);
}

TEST(Credits, EachModeAndEachStateDoesWhatItSays) {
    const std::vector<Event> events = stay(kMorning, 600, kQuiz, 501);
    const auto with = [&](Scale::CreditMode mode, std::int64_t seconds, int state) {
        Scale scale = sonate();
        scale.credits.completion = {{std::nullopt, "quiz", "MATH", seconds, mode, {1, 2}}};
        return total(attend_all_rules(events, scale,
                                      {{kMorning + 700, 501, 10, state, "quiz", "MATH", std::nullopt}}));
    };
    EXPECT_EQ(with(Scale::CreditMode::floor, 300, 1), 600);
    EXPECT_EQ(with(Scale::CreditMode::floor, 900, 1), 900);
    EXPECT_EQ(with(Scale::CreditMode::ceiling, 300, 1), 300);
    EXPECT_EQ(with(Scale::CreditMode::replace, 300, 2), 300);
    EXPECT_EQ(with(Scale::CreditMode::add, 300, 2), 900);
    EXPECT_EQ(with(Scale::CreditMode::add, 300, 3), 600);
    EXPECT_EQ(with(Scale::CreditMode::add, 300, 0), 600);
}

TEST(Credits, ADeclaredSessionIsRefusedByTheKeyItOffends) {
    Scale scale = sonate();
    scale.credits.declared = Scale::ForeignTime::floor;
    scale.credits.declared_session_max_s = 43'200;
    scale.credits.declared_age_max_days = 10;
    const auto refusal = [&](std::int64_t begin_s, std::int64_t seconds, std::int64_t after_s,
                             bool validated) {
        const Attendance attendance =
            attend_all_rules(stay(kMorning, 600), scale, {},
                             {{begin_s, seconds, 10, 0, begin_s + seconds + after_s, validated}});
        return attendance.refused.empty() ? std::string_view("taken") : attendance.refused[0].key;
    };
    EXPECT_EQ(refusal(kMorning + 600, 43'200, 864'000, true), "taken");
    EXPECT_EQ(refusal(kMorning + 599, 3600, 0, true), "credits.declared.no_overlap");
    EXPECT_EQ(refusal(kMorning + 600, 43'201, 0, true), "credits.declared.max_session");
    EXPECT_EQ(refusal(kMorning + 600, 3600, 864'001, true), "credits.declared.max_age_days");
    EXPECT_EQ(refusal(kMorning + 600, 3600, 0, false), "credits.declared.require_validation");
    EXPECT_EQ(refusal(kAsOf - 3599, 3600, 0, true), "as_of");
}

TEST(Engines, CompletionMeasuresNothingAndImportTakesRecordsAsTheyAre) {
    const Scale attestoodle =
        config::parse_scale(config::preset_document("attestoodle"), "attestoodle").value();
    const Attendance completed =
        attend_all_rules(stay(kMorning, 600), attestoodle, {{kMorning, 501, 10, 1, "quiz", "", 1800}});
    EXPECT_TRUE(completed.events.empty());
    EXPECT_EQ(total(completed), 1800);
    const Scale timestat = config::parse_scale(config::preset_document("timestat"), "timestat").value();
    const Attendance imported =
        attend_all_rules({}, timestat, {}, {},
                         {{ForeignTime::Source::timestat, kMorning, 300, 10, 501},
                          {ForeignTime::Source::timestat, kMorning + 200, 300, 10, 502}});
    EXPECT_EQ(total(imported), 500) << "a record never runs into the next one's time";
}

TEST(FitsLedger, OnlyWhatTheArchiveAndTheLedgerCanHold) {
    const auto fits = [](const char* preset) {
        return fits_ledger(config::parse_scale(config::preset_document(preset), preset).value()).has_value();
    };
    EXPECT_TRUE(fits("sonate"));
    EXPECT_TRUE(fits("usestats"));
    EXPECT_TRUE(fits("trainingsessions"));
    EXPECT_FALSE(fits("sonate-legacy"));
    EXPECT_FALSE(fits("dedication"));
    EXPECT_TRUE(fits("attestoodle"));
    EXPECT_TRUE(fits("learningtimecheck-0"));
    EXPECT_FALSE(fits("learningtimecheck-2")) << "it may lower an activity's time";
}

}  // namespace
}  // namespace assidu::node::attendance
