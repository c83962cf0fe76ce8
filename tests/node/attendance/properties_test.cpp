// What must hold of the engine on any log (docs/scales.md, "Properties"): 800 random logs, half of them
// around a night on which clocks change.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "node/attendance/daily_totals.h"
#include "node/attendance/engine.h"
#include "tests/node/attendance/fixtures.h"
#include "tests/seed.h"

namespace assidu::node::attendance {
namespace {

constexpr int kLogs = 800;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWinter = 1'768'000'000;       // 2026-01-09, far from any change of clocks
constexpr std::int64_t kSpringNight = 1'774'740'000;  // 2026-03-29 00:20 in Paris
constexpr std::int64_t kAutumnNight = 1'792'880'400;  // 2026-10-25 00:20 in Paris
constexpr std::int64_t kAsOf = 1'900'000'000;

struct RandomLog {
    std::vector<Event> events;
    config::Scale scale;
    std::int64_t begin_s = 0, end_s = 0;
};

RandomLog random_log(tests::Dice& dice, int number) {
    RandomLog log;
    log.scale = sonate();
    log.scale.gap.idle_s = dice.roll(60, 3600);
    log.scale.gap.idle_credit_s = dice.roll(0, 1800);
    log.scale.gap.last_credit_s = dice.roll(0, 1800);
    if (dice.one_in(4)) log.scale.session.per = config::Scale::SessionPer::course;
    if (dice.one_in(4)) log.scale.filter.include_site = false;
    const std::int64_t start = number % 2 == 0 ? kWinter : number % 4 == 1 ? kSpringNight : kAutumnNight;
    std::int64_t at = start - dice.roll(0, kDay);
    log.begin_s = at - kDay;
    const std::int64_t count = dice.roll(0, 120);
    for (std::int64_t id = 1; id <= count; ++id) {
        at += dice.one_in(8) ? dice.roll(0, 6 * 3600) : dice.one_in(4) ? 0 : dice.roll(0, 2400);
        const auto kind = static_cast<ShapeKey>(dice.roll(0, kKinds - 1));
        const bool module = kind == kQuiz || kind == kAnonymousQuiz;
        log.events.push_back({at, id, dice.roll(0, 3), module ? dice.roll(501, 503) : 0, kind});
    }
    log.end_s = at + 2 * kDay;
    return log;
}

std::int64_t sum(const std::vector<federation::LedgerRow>& rows) {
    std::int64_t seconds = 0;
    for (const federation::LedgerRow& row : rows)
        seconds += row.measured_s;
    return seconds;
}

class Properties : public ::testing::Test {
  protected:
    static void for_each_log(const std::function<void(tests::Dice&, const RandomLog&)>& check) {
        tests::Dice dice(tests::test_seed());
        for (int number = 0; number < kLogs && !HasFailure(); ++number) {
            const RandomLog log = random_log(dice, number);
            SCOPED_TRACE(fmt::format("log {}", number));
            check(dice, log);
        }
    }
    static const config::CivilCalendar& paris() {
        static const config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
        return calendar;
    }
};

TEST_F(Properties, TheSumOfTheDaysIsTheSumOfTheIntervalsAndNoDayIsLongerThanItself) {
    for_each_log([](tests::Dice&, const RandomLog& log) {
        const Attendance attendance = attend_all(log.events, log.scale, kAsOf);
        std::int64_t intervals = 0;
        for (const CreditedEvent& event : attendance.events)
            intervals += event.end_s - event.begin_s;
        const auto rows = daily_rows(attendance, paris(), {});
        EXPECT_EQ(sum(rows), intervals);
        std::map<config::CivilDay, std::int64_t> days;
        for (const federation::LedgerRow& row : rows) {
            days[row.day] += row.measured_s;
            std::int64_t inside = 0;
            for (const federation::ActivityShare& share : row.activities)
                inside += share.measured_s;
            EXPECT_LE(inside, row.measured_s);
        }
        for (const auto& [day, seconds] : days)
            EXPECT_LE(seconds, paris().end_of(day) - paris().begin_of(day)) << config::iso_date(day);
    });
}

TEST_F(Properties, TwoHalvesOfAPeriodAddUpForEveryCut) {
    for_each_log([](tests::Dice& dice, const RandomLog& log) {
        const Attendance attendance = attend_all(log.events, log.scale, kAsOf);
        const std::int64_t cut = dice.roll(log.begin_s, log.end_s);
        const auto whole = daily_rows(attendance, paris(), {}, {log.begin_s, log.end_s});
        const auto first = daily_rows(attendance, paris(), {}, {log.begin_s, cut});
        const auto second = daily_rows(attendance, paris(), {}, {cut, log.end_s});
        EXPECT_EQ(sum(first) + sum(second), sum(whole)) << "cut at " << cut;
    });
}

TEST_F(Properties, OrderAndRepetitionOfTheEventsChangeNothing) {
    for_each_log([](tests::Dice& dice, const RandomLog& log) {
        std::vector<Event> mixed = log.events;
        for (const Event& event : log.events) {
            if (dice.one_in(3)) mixed.push_back(event);
        }
        for (std::size_t i = mixed.size(); i > 1; --i)
            std::swap(mixed[i - 1],
                      mixed[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(i) - 1))]);
        const Attendance a = attend_all(log.events, log.scale, kAsOf);
        const Attendance b = attend_all(mixed, log.scale, kAsOf);
        EXPECT_EQ(daily_rows(a, paris(), {}), daily_rows(b, paris(), {}));
        EXPECT_EQ(session_rows(a, {}), session_rows(b, {}));
        EXPECT_EQ(dropped_rows(a, paris(), {}), dropped_rows(b, paris(), {}));
    });
}

TEST_F(Properties, IntervalsAndSessionsNeverOverlapAndASessionLastsItsIntervals) {
    for_each_log([](tests::Dice&, const RandomLog& log) {
        const Attendance attendance = attend_all(log.events, log.scale, kAsOf);
        std::int64_t intervals = 0, sessions = 0;
        for (std::size_t i = 0; i < attendance.events.size(); ++i) {
            intervals += attendance.events[i].end_s - attendance.events[i].begin_s;
            if (i == 0) continue;
            EXPECT_LE(attendance.events[i - 1].end_s, attendance.events[i].begin_s) << "credit over the gap";
        }
        for (std::size_t i = 0; i < attendance.sessions.size(); ++i) {
            sessions += attendance.sessions[i].end_s - attendance.sessions[i].begin_s;
            if (i == 0) continue;
            EXPECT_LE(attendance.sessions[i - 1].end_s, attendance.sessions[i].begin_s);
        }
        EXPECT_EQ(sessions, intervals);
    });
}

TEST_F(Properties, OneMoreOrdinaryEventNeverLowersTheTotal) {
    for_each_log([](tests::Dice& dice, const RandomLog& log) {
        std::vector<Event> more = log.events;
        more.push_back({dice.roll(log.begin_s, log.end_s), 1000, 2, 0, kPage});
        EXPECT_GE(sum(daily_rows(attend_all(more, log.scale, kAsOf), paris(), {})),
                  sum(daily_rows(attend_all(log.events, log.scale, kAsOf), paris(), {})));
    });
}

TEST_F(Properties, EventsAreKeptOrDroppedAndNoneIsLost) {
    for_each_log([](tests::Dice&, const RandomLog& log) {
        const Attendance attendance = attend_all(log.events, log.scale, kAsOf);
        EXPECT_EQ(attendance.events.size() + attendance.dropped.size(), log.events.size());
    });
}

}  // namespace
}  // namespace assidu::node::attendance
