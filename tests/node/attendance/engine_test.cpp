// The engine's rules one by one, at their limits.

#include "node/attendance/engine.h"

#include <gtest/gtest.h>

#include <numeric>

#include "node/attendance/daily_totals.h"
#include "tests/node/attendance/fixtures.h"

namespace assidu::node::attendance {
namespace {

constexpr std::int64_t kMorning = 1'772'438'400;  // 2026-03-02 09:00 in Paris
constexpr std::int64_t kLater = kMorning + 1'000'000;

Event page(std::int64_t id, std::int64_t second, Kind kind = kPage, std::int64_t course = 10) {
    return {kMorning + second, id, course, kind == kQuiz || kind == kAnonymousQuiz ? 501 : 0, kind};
}

std::int64_t total(const Attendance& attendance) {
    return std::accumulate(
        attendance.events.begin(), attendance.events.end(), std::int64_t{0},
        [](std::int64_t sum, const CreditedEvent& e) { return sum + e.end_s - e.begin_s; });
}

TEST(Engine, AGapOfExactlyTheIdleLimitIsTimeAndOneSecondMoreIsTheIdleCredit) {
    EXPECT_EQ(total(attend_all({page(1, 0), page(2, 1800), page(3, 1800, kLogout)}, sonate(), kLater)), 1800);
    EXPECT_EQ(total(attend_all({page(1, 0), page(2, 1801), page(3, 1801, kLogout)}, sonate(), kLater)), 900);
}

TEST(Engine, AGapOverTheIdleLimitEndsTheSession) {
    EXPECT_EQ(attend_all({page(1, 0), page(2, 1800)}, sonate(), kLater).sessions.size(), 1U);
    const Attendance two = attend_all({page(1, 0), page(2, 1801)}, sonate(), kLater);
    ASSERT_EQ(two.sessions.size(), 2U);
    EXPECT_EQ(two.sessions[0].end_s, kMorning + 900);
    EXPECT_EQ(two.sessions[1].begin_s, kMorning + 1801);
}

TEST(Engine, TheLastEventEarnsItsCreditAndNeverMoreThanAsOfAllows) {
    EXPECT_EQ(total(attend_all({page(1, 0)}, sonate(), kLater)), 900);
    EXPECT_EQ(total(attend_all({page(1, 0)}, sonate(), kMorning + 900)), 900);
    EXPECT_EQ(total(attend_all({page(1, 0)}, sonate(), kMorning + 899)), 899);
    EXPECT_EQ(total(attend_all({page(1, 0)}, sonate(), kMorning)), 0);
    // A Moodle whose clock runs ahead takes nothing away.
    EXPECT_EQ(total(attend_all({page(1, 0)}, sonate(), kMorning - 60)), 0);
}

TEST(Engine, ALogoutEarnsNothingAndWhatFollowsIsAnotherSession) {
    const Attendance attendance =
        attend_all({page(1, 0), page(2, 60, kLogout), page(3, 120), page(4, 180, kLogout)}, sonate(), kLater);
    EXPECT_EQ(total(attendance), 120);
    ASSERT_EQ(attendance.sessions.size(), 2U);
    EXPECT_EQ(attendance.sessions[0].events, 1);
}

TEST(Engine, ALoginOpensASessionAndTheEventBeforeItKeepsItsGap) {
    const Attendance attendance = attend_all(
        {page(1, 0), page(2, 60, kLogin, 0), page(3, 90), page(4, 100, kLogout)}, sonate(), kLater);
    EXPECT_EQ(total(attendance), 100);
    ASSERT_EQ(attendance.sessions.size(), 2U);
    EXPECT_EQ(attendance.sessions[0].end_s, kMorning + 60);
    EXPECT_EQ(attendance.sessions[1].courses, (std::vector<std::int64_t>{0, 10}));
}

TEST(Engine, EveryDroppedEventHasItsReasonAndLeavesNoTimeOfItsOwn) {
    const Attendance attendance =
        attend_all({page(1, 0), page(2, 10, kCli), page(3, 20, kLoginAs), page(4, 30, kFailed),
                    page(5, 40, kGraded), page(6, 60, kWs), page(7, 80, kLogout)},
                   sonate(), kLater);
    ASSERT_EQ(attendance.dropped.size(), 4U);
    EXPECT_EQ(attendance.dropped[0].reason, DropReason::origin);
    EXPECT_EQ(attendance.dropped[1].reason, DropReason::login_as);
    EXPECT_EQ(attendance.dropped[2].reason, DropReason::action);
    EXPECT_EQ(attendance.dropped[3].reason, DropReason::event);
    EXPECT_EQ(total(attendance), 80);
    EXPECT_EQ(attendance.events.size(), 3U);
}

TEST(Engine, AnAnonymousEventKeepsItsTimeAndHidesItsActivity) {
    const Attendance attendance =
        attend_all({page(1, 0, kAnonymousQuiz), page(2, 60, kQuiz), page(3, 90, kLogout)}, sonate(), kLater);
    EXPECT_EQ(attendance.events[0].activity, 0);
    EXPECT_EQ(attendance.events[0].end_s - attendance.events[0].begin_s, 60);
    EXPECT_EQ(attendance.events[1].activity, 501);
    config::Scale strict = sonate();
    strict.filter.anonymous = config::Scale::Anonymous::drop;
    EXPECT_EQ(attend_all({page(1, 0, kAnonymousQuiz)}, strict, kLater).dropped.front().reason,
              DropReason::anonymous);
}

TEST(Engine, AnExcludedModuleIsDroppedByItsType) {
    config::Scale scale = sonate();
    scale.filter.exclude_modules = {"quiz"};
    const Attendance attendance =
        attend_all({page(1, 0), page(2, 60, kQuiz), page(3, 90, kLogout)}, scale, kLater);
    EXPECT_EQ(attendance.dropped.front().reason, DropReason::module);
    EXPECT_EQ(total(attendance), 90);
}

TEST(Engine, ASessionShorterThanTheMinimumGivesNoTimeAndOneOfExactlyTheMinimumDoes) {
    config::Scale scale = sonate();
    scale.session.min_duration_s = 60;
    EXPECT_EQ(total(attend_all({page(1, 0), page(2, 60, kLogout)}, scale, kLater)), 60);
    const Attendance attendance =
        attend_all({page(1, 0), page(2, 59, kLogout), page(3, 5000), page(4, 5600, kLogout)}, scale, kLater);
    EXPECT_EQ(total(attendance), 600);
    EXPECT_EQ(attendance.sessions.size(), 1U);
    EXPECT_EQ(attendance.events.size(), 4U) << "the traces stay";
}

TEST(Engine, AChangeOfCourseEndsTheSessionWhereTheScaleSaysSo) {
    config::Scale scale = sonate();
    const std::vector<Event> events{page(1, 0), page(2, 60, kPage, 11), page(3, 90, kPage, 11),
                                    page(4, 100, kLogout)};
    EXPECT_EQ(attend_all(events, scale, kLater).sessions.size(), 1U);
    scale.session.per = config::Scale::SessionPer::course;
    EXPECT_EQ(attend_all(events, scale, kLater).sessions.size(), 2U);
    EXPECT_EQ(total(attend_all(events, scale, kLater)), 100);
}

TEST(Engine, EventsOfOneSecondAreTakenInTheOrderOfTheirIds) {
    const Attendance attendance =
        attend_all({page(9, 0, kPage, 11), page(5, 0, kPage, 10), page(10, 60, kLogout)}, sonate(), kLater);
    EXPECT_EQ(attendance.events[0].course, 10);
    EXPECT_EQ(attendance.events[0].end_s, attendance.events[0].begin_s);
    EXPECT_EQ(attendance.events[1].course, 11);
    EXPECT_EQ(attendance.events[1].end_s - attendance.events[1].begin_s, 60);
}

TEST(DailyTotals, ARowSaysItsFirstAndLastTraceAndADayThatTimeOnlyRunsIntoHasNone) {
    // 23:50 in Paris, then nothing: fifteen minutes of credit, five of them on the next day.
    const std::int64_t evening = kMorning + 53'400;
    const config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    const Attendance attendance = attend_all({{evening, 1, 10, 501, kQuiz}}, sonate(), kLater);
    const auto rows = daily_rows(attendance, paris, {});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].measured_s, 600);
    EXPECT_EQ(rows[0].events, 1);
    EXPECT_EQ(rows[0].first_utc_s, evening);
    EXPECT_EQ(rows[0].last_utc_s, evening);
    EXPECT_EQ(rows[1].measured_s, 300);
    EXPECT_EQ(rows[1].events, 0);
    EXPECT_EQ(rows[1].first_utc_s, std::nullopt);
    ASSERT_EQ(rows[1].activities.size(), 1U);
    EXPECT_EQ(rows[1].activities[0].measured_s, 300);
}

TEST(DailyTotals, ALogoutIsATraceAndNotAnEvent) {
    const config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    const auto rows = daily_rows(attend_all({page(1, 0), page(2, 60, kLogout)}, sonate(), kLater), paris, {});
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].events, 1);
    EXPECT_EQ(rows[0].last_utc_s, kMorning + 60);
}

TEST(DailyTotals, DroppedEventsAreCountedByDayAndReason) {
    const config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    const Attendance attendance = attend_all(
        {page(1, 0, kCli), page(2, 10, kCli), page(3, 20, kFailed), page(4, 86'400, kCli)}, sonate(), kLater);
    const auto rows = dropped_rows(attendance, paris, {});
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].reason, "action");
    EXPECT_EQ(rows[1].reason, "origin");
    EXPECT_EQ(rows[1].events, 2);
    EXPECT_EQ(rows[2].day.number, rows[0].day.number + 1);
}

}  // namespace
}  // namespace assidu::node::attendance
