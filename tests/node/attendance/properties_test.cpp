// What must hold of the engine on any log (docs/scales.md, "Properties"): 800 random logs, half of them
// around a night on which clocks change, each under a random scale: first without calendar, caps and credits,
// then with them.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>

#include "node/attendance/daily_totals.h"
#include "node/attendance/engine.h"
#include "node/attendance/rules.h"
#include "tests/node/attendance/random_logs.h"
#include "tests/seed.h"

namespace assidu::node::attendance {
namespace {

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

// Log, completions and what a random scale with limits and credits makes of them.
struct Restricted {
    RandomLog log;
    std::vector<Completion> completions;
    Attendance attendance;
};

Attendance attend_restricted(std::vector<Event> events, const config::Scale& scale,
                             const std::vector<Completion>& completions,
                             const config::CivilCalendar& calendar) {
    order_events(events);
    const std::vector<EventShape> all = shapes();
    return attend(Evidence{events, completions}, CompiledScale(scale, all), calendar, kAsOf);
}

class RestrictedProperties : public Properties {
  protected:
    static void for_each_restricted(const std::function<void(tests::Dice&, const Restricted&)>& check) {
        for_each_log([&](tests::Dice& dice, const RandomLog& log) {
            Restricted one{log, completions_by_chance(dice, log), {}};
            restrict_by_chance(dice, one.log.scale);
            one.attendance = attend_restricted(one.log.events, one.log.scale, one.completions, paris());
            check(dice, one);
        });
    }
    static std::int64_t counted(const Attendance& attendance) {
        std::int64_t seconds = 0;
        for (const Interval& interval : *attendance.counted)
            seconds += interval.end_s - interval.begin_s;
        return seconds;
    }
};

TEST_F(RestrictedProperties, TwoHalvesOfAPeriodAddUpForEveryCutWithCapsAndCreditsToo) {
    for_each_restricted([](tests::Dice& dice, const Restricted& one) {
        const std::int64_t cut = dice.roll(one.log.begin_s, one.log.end_s);
        const auto both = [&](Span span) {
            std::int64_t seconds = 0;
            for (const federation::LedgerRow& row : daily_rows(one.attendance, paris(), {}, span))
                seconds += row.measured_s + row.credited_s;
            return seconds;
        };
        EXPECT_EQ(both({one.log.begin_s, cut}) + both({cut, one.log.end_s}),
                  both({one.log.begin_s, one.log.end_s}))
            << "cut at " << cut;
    });
}

TEST_F(RestrictedProperties, CountedAndLostTimeAreTheMeasuredTime) {
    for_each_restricted([](tests::Dice&, const Restricted& one) {
        std::int64_t measured = 0, lost = 0;
        for (const CreditedEvent& event : one.attendance.events)
            measured += event.end_s - event.begin_s;
        for (const LostInterval& interval : one.attendance.lost)
            lost += interval.end_s - interval.begin_s;
        if (one.attendance.counted) {
            EXPECT_EQ(counted(one.attendance) + lost, measured);
        } else {
            EXPECT_EQ(lost, 0);
        }
    });
}

TEST_F(RestrictedProperties, NothingCountsOutsideOfTheWindowsNorOverACap) {
    for_each_restricted([](tests::Dice&, const Restricted& one) {
        const config::Scale& scale = one.log.scale;
        if (!one.attendance.counted) return;
        std::map<config::CivilDay, std::int64_t> days;
        std::int64_t course_1 = 0, last_end_s = 0;
        for (const Interval& interval : *one.attendance.counted) {
            EXPECT_LE(last_end_s, interval.begin_s) << "intervals overlap";
            last_end_s = interval.end_s;
            days[paris().day_of(interval.begin_s)] += interval.end_s - interval.begin_s;
            if (interval.course == 1) course_1 += interval.end_s - interval.begin_s;
            if (scale.calendar.windows.empty()) continue;
            const std::string clock = paris().time_of_day(interval.begin_s);
            const std::int64_t second = std::stol(clock.substr(0, 2)) * 3600 +
                                        std::stol(clock.substr(3, 2)) * 60 + std::stol(clock.substr(6));
            const bool open = std::ranges::any_of(scale.calendar.windows, [&](const auto& window) {
                return window.begin_s <= second && second < window.end_s;
            });
            EXPECT_TRUE(open || interval.outside) << clock;
        }
        for (const auto& [day, seconds] : days) {
            EXPECT_LE(seconds, scale.caps.day_s.value_or(90'000)) << config::iso_date(day);
        }
        if (scale.caps.course_total_s.contains(1)) {
            EXPECT_LE(course_1, scale.caps.course_total_s.at(1));
        }
    });
}

TEST_F(RestrictedProperties, OrderAndRepetitionChangeNothingWithCapsAndCreditsToo) {
    for_each_restricted([](tests::Dice& dice, const Restricted& one) {
        std::vector<Event> mixed = one.log.events;
        mixed.insert(mixed.end(), one.log.events.begin(), one.log.events.end());
        for (std::size_t i = mixed.size(); i > 1; --i)
            std::swap(mixed[i - 1],
                      mixed[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(i) - 1))]);
        const Attendance again = attend_restricted(mixed, one.log.scale, one.completions, paris());
        EXPECT_EQ(daily_rows(again, paris(), {}), daily_rows(one.attendance, paris(), {}));
        EXPECT_EQ(again.credits, one.attendance.credits);
    });
}

TEST_F(RestrictedProperties, OneMoreOrdinaryEventNeverLowersTheTotalUnderACalendarOrADailyCap) {
    for_each_restricted([](tests::Dice& dice, const Restricted& one) {
        // A cap of an activity or of a course may: the new event takes time over to it.
        config::Scale scale = one.log.scale;
        scale.caps.activity_day_s.clear();
        scale.caps.activity_total_s.clear();
        scale.caps.course_total_s.clear();
        scale.credits.completion.clear();
        scale.filter.exclude_courses.clear();
        // So may a last credit longer than the idle credit: the new event takes it away to where nothing
        // counts.
        scale.gap.last_credit_s = std::min(scale.gap.last_credit_s, scale.gap.idle_credit_s);
        std::vector<Event> more = one.log.events;
        more.push_back({dice.roll(one.log.begin_s, one.log.end_s), 1000, 2, 0, kPage});
        EXPECT_GE(sum(daily_rows(attend_restricted(more, scale, {}, paris()), paris(), {})),
                  sum(daily_rows(attend_restricted(one.log.events, scale, {}, paris()), paris(), {})));
    });
}

}  // namespace
}  // namespace assidu::node::attendance
