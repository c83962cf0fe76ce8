// Computing anew from a restart gives, row for row, what computing everything gives: random logs to which
// late, new and scattered events come, under scales with every kind of rule.

#include "node/attendance/restart.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "node/attendance/daily_totals.h"
#include "node/attendance/rules.h"
#include "tests/node/attendance/random_logs.h"
#include "tests/seed.h"

namespace assidu::node::attendance {
namespace {

using config::Scale;
using federation::StudentId;

constexpr int kLogsAKind = 400;

struct Totals {
    std::vector<federation::LedgerRow> rows;
    std::vector<federation::SessionRow> sessions;
    std::vector<federation::DroppedEvents> dropped;
    bool operator==(const Totals&) const = default;
};

class RestartTest : public ::testing::Test {
  protected:
    static const config::CivilCalendar& paris() {
        static const config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
        return calendar;
    }

    // A log of many days, some of them without an event, some worked through midnight.
    static RandomLog long_log(tests::Dice& dice, int number) {
        RandomLog log = random_log(dice, number);
        std::int64_t later_s = 0;
        for (Event& event : log.events) {
            if (dice.one_in(8)) later_s += dice.roll(0, 3 * kDay);
            event.time_s += later_s;
        }
        log.end_s += later_s;
        return log;
    }

    static Totals totals_of(std::span<const Event> events, const CompiledScale& scale, std::int64_t as_of_s) {
        const Attendance attendance = attend(Evidence{events, {}, {}, {}}, scale, paris(), as_of_s);
        return {daily_rows(attendance, paris(), StudentId{}), session_rows(attendance, StudentId{}),
                dropped_rows(attendance, paris(), StudentId{})};
    }

    // The UTC days of the events, the latest first.
    static std::vector<std::vector<Event>> days_of(const std::vector<Event>& events) {
        std::map<std::int64_t, std::vector<Event>, std::greater<>> days;
        for (const Event& event : events)
            days[event.time_s / kDay].push_back(event);
        std::vector<std::vector<Event>> found;
        for (auto& [number, day] : days)
            found.push_back(std::move(day));
        return found;
    }

    static std::optional<Restart> restart_of(const std::vector<Event>& events, const CompiledScale& scale,
                                             std::int64_t from_s) {
        RestartSearch search(scale, paris(), from_s);
        for (const std::vector<Event>& day : days_of(events)) {
            if (const auto found = search.look_into(day)) return found;
        }
        return std::nullopt;
    }

    // What was there of earlier days, and from the restart on what is computed anew.
    static Totals spliced(Totals totals, const Restart& restart, const Totals& anew) {
        std::erase_if(totals.rows, [&](const auto& row) { return row.day >= restart.day; });
        std::erase_if(totals.dropped, [&](const auto& row) { return row.day >= restart.day; });
        std::erase_if(totals.sessions,
                      [&](const auto& session) { return session.begin_utc_s >= restart.begin_s; });
        std::ranges::copy(anew.rows, std::back_inserter(totals.rows));
        std::ranges::copy(anew.dropped, std::back_inserter(totals.dropped));
        std::ranges::copy(anew.sessions, std::back_inserter(totals.sessions));
        return totals;
    }

    // Tries many logs; answers of how many a restart was found.
    static int try_kind(const std::function<void(tests::Dice&, Scale&)>& change) {
        tests::Dice dice(tests::test_seed());
        int found = 0;
        for (int number = 0; number < kLogsAKind && !HasFailure(); ++number) {
            SCOPED_TRACE(fmt::format("log {}", number));
            RandomLog log = long_log(dice, number);
            change(dice, log.scale);
            const std::vector<EventShape> all = shapes();
            const CompiledScale scale(log.scale, all);
            // What comes late: some of the last events, or of any.
            std::vector<Event> before;
            const std::int64_t from = dice.one_in(2) ? log.begin_s : dice.roll(log.begin_s, log.end_s);
            const std::int64_t chance = dice.roll(1, 30);
            std::int64_t earliest_s = log.end_s;
            for (const Event& event : log.events) {
                if (event.time_s < from || !dice.one_in(chance))
                    before.push_back(event);
                else
                    earliest_s = std::min(earliest_s, event.time_s);
            }
            // And time may have passed, under which only the last event's worth can change.
            const std::int64_t as_of_s = dice.one_in(3) ? dice.roll(log.begin_s, log.end_s) : kAsOf;
            const std::int64_t later_s = std::max(as_of_s, dice.roll(log.begin_s, log.end_s));
            const Totals there = totals_of(before, scale, as_of_s);
            if (later_s != as_of_s) {
                const Attendance attendance =
                    attend(Evidence{before, {}, {}, {}}, scale, paris(), as_of_s);
                if (!attendance.events.empty())
                    earliest_s = std::min(earliest_s, attendance.events.back().begin_s + 1);
            }
            const auto restart = restart_of(log.events, scale, earliest_s);
            if (!restart) continue;
            ++found;
            const auto begin =
                std::ranges::lower_bound(log.events, restart->begin_s, {}, &Event::time_s);
            const Totals anew = totals_of({begin, log.events.end()}, scale, later_s);
            EXPECT_EQ(spliced(there, *restart, anew), totals_of(log.events, scale, later_s))
                << "from " << config::iso_date(restart->day);
        }
        return found;
    }
};

TEST_F(RestartTest, RulesThatForgetOverMidnight) {
    EXPECT_GT(try_kind([](tests::Dice&, Scale&) {}), kLogsAKind / 4);
}

TEST_F(RestartTest, RulesOfActivityTypes) {
    const int found = try_kind([](tests::Dice& dice, Scale& scale) {
        scale.gap.by_module["quiz"] = {dice.roll(60, 7200), dice.roll(0, 3600), dice.roll(0, 3600),
                                       dice.roll(0, 60)};
        scale.gap.min_gap_s = dice.roll(0, 60);
        scale.gap.logout_ends = dice.one_in(2);
        scale.gap.login_starts = dice.one_in(2);
    });
    EXPECT_GT(found, kLogsAKind / 4);
}

TEST_F(RestartTest, SessionsWithALeastAndALongestDuration) {
    const int found = try_kind([](tests::Dice& dice, Scale& scale) {
        scale.session.min_duration_s = dice.roll(0, 1800);
        if (dice.one_in(2)) scale.session.min_compare = Scale::Compare::gt;
        if (dice.one_in(2)) scale.session.max_duration_s = dice.roll(1, 7200);
        if (dice.one_in(2)) scale.session.per = Scale::SessionPer::course;
    });
    EXPECT_GT(found, kLogsAKind / 4);
}

TEST_F(RestartTest, EventsOfPresence) {
    const int found = try_kind([](tests::Dice& dice, Scale& scale) {
        scale.filter.exclude_events = {};
        scale.filter.presence_events = {"\\core\\event\\user_graded"};
        scale.filter.presence_extends = !dice.one_in(4);
        scale.filter.presence_run_s = dice.roll(0, 4 * kDay);
    });
    EXPECT_GT(found, kLogsAKind / 8);
}

TEST_F(RestartTest, CalendarsAndCapsOfADay) {
    const int found = try_kind([](tests::Dice& dice, Scale& scale) {
        restrict_by_chance(dice, scale);
        scale.credits = {};
        scale.caps.week_s.reset();
        scale.caps.activity_total_s.clear();
        scale.caps.course_total_s.clear();
    });
    EXPECT_GT(found, kLogsAKind / 4);
}

TEST_F(RestartTest, CapsOfAWeek) {
    const int found = try_kind([](tests::Dice& dice, Scale& scale) {
        restrict_by_chance(dice, scale);
        scale.credits = {};
        scale.caps.week_s = dice.roll(0, 4 * 3600);
        scale.caps.activity_total_s.clear();
        scale.caps.course_total_s.clear();
    });
    EXPECT_GT(found, kLogsAKind / 16);
}

TEST_F(RestartTest, RulesThatRememberForEverAreComputedWhole) {
    const auto of = [](const std::function<void(Scale&)>& change) {
        Scale scale = sonate();
        change(scale);
        return memory_of(scale);
    };
    EXPECT_EQ(of([](Scale&) {}), Memory::day);
    EXPECT_EQ(of([](Scale& scale) { scale.caps.day_s = 60; }), Memory::day);
    EXPECT_EQ(of([](Scale& scale) { scale.caps.activity_day_s["quiz"] = 60; }), Memory::day);
    EXPECT_EQ(of([](Scale& scale) { scale.caps.week_s = 60; }), Memory::week);
    EXPECT_EQ(of([](Scale& scale) { scale.caps.activity_total_s["quiz"] = 60; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.caps.course_total_s[2] = 60; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.session.split_on_idle = false; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.stream = Scale::Stream::user_course; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.engine = Scale::Engine::completion; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.engine = Scale::Engine::import; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.legacy_quirks = {"x"}; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.credits.scorm = Scale::ForeignTime::floor; }), Memory::ever);
    EXPECT_EQ(of([](Scale& scale) { scale.credits.completion.emplace_back(); }), Memory::ever);
}

// 2026-03-02 09:00 in Paris.
constexpr std::int64_t kMonday = 1'772'438'400;

TEST_F(RestartTest, ANewDayIsComputedFromTheDayOfWorkBeforeItWhoseLastEventItGivesASuccessor) {
    Scale scale = sonate();
    const std::vector<EventShape> all = shapes();
    const CompiledScale compiled(scale, all);
    const std::vector<Event> events = {{kMonday - 7 * kDay, 1, 2, 0, kPage},
                                       {kMonday, 2, 2, 0, kPage},
                                       {kMonday + 60, 3, 2, 0, kPage},
                                       {kMonday + 3 * kDay, 4, 2, 0, kPage}};
    const auto restart = restart_of(events, compiled, kMonday + 3 * kDay);
    ASSERT_TRUE(restart);
    EXPECT_EQ(config::iso_date(restart->day), "2026-03-02");
    EXPECT_EQ(restart->begin_s, kMonday - 9 * 3600);
    EXPECT_EQ(config::iso_date(restart_of(events, compiled, kMonday + 3 * kDay + 1)->day), "2026-03-05")
        << "only the last event's worth changes";
    EXPECT_FALSE(restart_of(events, compiled, kMonday - 7 * kDay)) << "what is before the first event of all";
}

TEST_F(RestartTest, AnEventOfPresenceOpensNothingForSure) {
    Scale scale = sonate();
    scale.filter.presence_events = {"\\core\\event\\user_graded"};
    scale.filter.presence_extends = true;
    scale.filter.presence_run_s = 10 * kDay;
    const std::vector<EventShape> all = shapes();
    const CompiledScale compiled(scale, all);
    const std::vector<Event> events = {{kMonday - 7 * kDay, 1, 2, 0, kPage},
                                       {kMonday - 5 * kDay, 2, 2, 0, kPage},
                                       {kMonday, 3, 2, 0, kGraded},
                                       {kMonday + 60, 4, 2, 0, kPage}};
    EXPECT_EQ(config::iso_date(restart_of(events, compiled, kMonday + 60)->day), "2026-02-25");
}

}  // namespace
}  // namespace assidu::node::attendance
