// The reasons of a number must be those of the number: on random logs under random scales.

#include "node/attendance/explain.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "node/attendance/daily_totals.h"
#include "node/attendance/rules.h"
#include "tests/node/attendance/random_logs.h"

namespace assidu::node::attendance {
namespace {

using config::CivilDay;

const config::CivilCalendar& paris() {
    static const config::CivilCalendar calendar = config::CivilCalendar::of("Europe/Paris").value();
    return calendar;
}

config::Scale random_scale(tests::Dice& dice, config::Scale scale) {
    restrict_by_chance(dice, scale);
    scale.credits.completion.clear();  // an archive has none
    if (dice.one_in(4)) scale.stream = config::Scale::Stream::user_course;
    if (dice.one_in(4)) scale.session.min_duration_s = dice.roll(1, 900);
    if (dice.one_in(4)) scale.session.max_duration_s = dice.roll(1, 3600);
    if (dice.one_in(4)) scale.gap.min_gap_s = dice.roll(1, 60);
    return scale;
}

void for_each_log(const std::function<void(tests::Dice&, RandomLog&)>& check) {
    tests::Dice dice(tests::test_seed());
    for (int number = 0; number < kLogs && !::testing::Test::HasFailure(); ++number) {
        RandomLog log = random_log(dice, number);
        order_events(log.events);
        SCOPED_TRACE(fmt::format("log {}", number));
        check(dice, log);
    }
}

TEST(Explained, EveryEventIsThereOnceAndItsPartsAreTheDaysRows) {
    const std::vector<EventShape> all = shapes();
    for_each_log([&](tests::Dice& dice, RandomLog& log) {
        const CompiledScale scale(random_scale(dice, log.scale), all);
        const Explanation explanation(Evidence{log.events}, scale, paris(), {}, kAsOf);
        ASSERT_EQ(explanation.events().size(), log.events.size());
        for (std::size_t i = 0; i < log.events.size(); ++i)
            EXPECT_EQ(explanation.events()[i].traced.event, log.events[i]);
        const Attendance untraced = attend(Evidence{log.events}, scale, paris(), kAsOf);
        const auto rows = daily_rows(untraced, paris(), {});
        EXPECT_EQ(explanation.rows(), rows);
        std::int64_t days_s = 0, rows_s = 0;
        std::size_t events = 0;
        const CivilDay last = config::next(paris().day_of(log.end_s), 2);
        for (CivilDay day = paris().day_of(log.begin_s); day <= last; day = config::next(day)) {
            const DayExplanation explained = explanation.day(day);  // throws where the parts are not the rows
            days_s += explained.measured_s;
            events += explained.events.size();
        }
        for (const federation::LedgerRow& row : rows)
            rows_s += row.measured_s;
        EXPECT_EQ(days_s, rows_s);
        EXPECT_EQ(events, log.events.size());
    });
}

TEST(Explained, TheReasonsOfTwoScalesAddUpToTheirDifference) {
    const std::vector<EventShape> all = shapes();
    for_each_log([&](tests::Dice& dice, RandomLog& log) {
        const CompiledScale a(random_scale(dice, log.scale), all), b(random_scale(dice, sonate()), all);
        const Explanation under_a(Evidence{log.events}, a, paris(), {}, kAsOf),
            under_b(Evidence{log.events}, b, paris(), {}, kAsOf);
        const federation::Period period{paris().day_of(log.begin_s), paris().day_of(log.end_s)};
        for (const ComparedDay& day : compare(under_a, under_b, period)) {  // throws where they do not
            EXPECT_EQ(day.a_s, under_a.day(day.day).measured_s);
            EXPECT_EQ(day.b_s, under_b.day(day.day).measured_s);
        }
        for (const ComparedDay& day : compare(under_a, under_a, period))
            EXPECT_TRUE(day.differences.empty());
    });
}

Explanation explained(const std::vector<Event>& events, const CompiledScale& scale,
                      std::int64_t as_of_s = kAsOf) {
    return {Evidence{events}, scale, paris(), {}, as_of_s};
}

constexpr std::int64_t kNine = 1'772'438'400;  // 2026-03-02 09:00 in Paris
const CivilDay kMonday = config::parse_iso_date("2026-03-02").value();

TEST(Explained, EachRuleHasItsName) {
    const std::vector<EventShape> all = shapes();
    config::Scale scale = sonate();
    scale.gap.min_gap_s = 5;
    const CompiledScale compiled(scale, all);
    const std::vector<Event> events{{kNine, 1, 0, 0, kLogin},         {kNine + 4, 2, 10, 0, kPage},
                                    {kNine + 60, 3, 10, 0, kGraded},  {kNine + 100, 4, 10, 501, kQuiz},
                                    {kNine + 4'000, 5, 10, 0, kPage}, {kNine + 4'100, 6, 0, 0, kLogout},
                                    {kNine + 9'000, 7, 10, 0, kPage}};
    const Explanation explanation = explained(events, compiled);
    const DayExplanation day = explanation.day(kMonday);
    std::vector<std::string> reasons;
    for (const ExplainedEvent& event : day.events)
        reasons.push_back(reason_of(event, kMonday));
    EXPECT_EQ(reasons, (std::vector<std::string>{"short_gap", "gap", "dropped:event", "idle_credit", "gap",
                                                 "logout", "last_credit"}));
    EXPECT_EQ(day.measured_s, 96 + 900 + 100 + 900);
    std::vector<std::string> openings;
    for (const ExplainedSession& session : day.sessions)
        openings.emplace_back(code_of(session.traced.opening));
    EXPECT_EQ(openings, (std::vector<std::string>{"login", "after_idle", "after_logout"}));
    const Explanation early = explained(events, compiled, kNine + 9'010);
    EXPECT_EQ(reason_of(early.events().back(), kMonday), "last_credit_so_far");

    scale.gap.idle_credit_s = 86'400;
    EXPECT_EQ(reason_of(explained(events, CompiledScale(scale, all)).events()[3], kMonday),
              "idle_credit_capped");
    scale.session.min_duration_s = 200;
    EXPECT_EQ(reason_of(explained(events, CompiledScale(scale, all)).events()[4], kMonday),
              "gap+session_too_short");
    scale.session.min_duration_s = 0;
    scale.session.max_duration_s = 50;
    EXPECT_EQ(reason_of(explained(events, CompiledScale(scale, all)).events()[4], kMonday),
              "gap+session_max");
    scale.session.max_duration_s.reset();
    scale.caps.day_s = 10;
    EXPECT_EQ(reason_of(explained(events, CompiledScale(scale, all)).events()[4], kMonday), "gap+day");
    scale.calendar.weekdays = {7};
    EXPECT_EQ(reason_of(explained(events, CompiledScale(scale, all)).events()[4], kMonday), "gap+calendar");
}

TEST(Explained, TimeThatRunsOverMidnightIsOfBothDaysAndTheNeighboursAreNamed) {
    const std::vector<EventShape> all = shapes();
    const CompiledScale scale(sonate(), all);
    const std::int64_t midnight = paris().end_of(kMonday);
    const std::vector<Event> events{{midnight - 600, 1, 10, 0, kPage}, {midnight + 600, 2, 10, 0, kPage}};
    const Explanation explanation = explained(events, scale);
    const DayExplanation tuesday = explanation.day(config::next(kMonday));
    ASSERT_EQ(tuesday.before.size(), 1U);
    EXPECT_EQ(tuesday.before.front().traced.event.id, 1);
    EXPECT_EQ(tuesday.measured_s, 600 + 900);
    EXPECT_EQ(explanation.day(kMonday).after->traced.event.id, 2);
    EXPECT_EQ(explanation.day(kMonday).measured_s, 600);
    const DayExplanation sunday = explanation.day(config::next(kMonday, -1));
    EXPECT_TRUE(sunday.events.empty());
    EXPECT_EQ(sunday.measured_s, 0);
}

}  // namespace
}  // namespace assidu::node::attendance
