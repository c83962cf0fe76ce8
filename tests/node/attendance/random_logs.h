// Random logs and scales, half of them around a night on which clocks change.
#pragma once

#include <cstdint>
#include <vector>

#include "node/attendance/evidence.h"
#include "tests/node/attendance/fixtures.h"
#include "tests/seed.h"

namespace assidu::node::attendance {

inline constexpr int kLogs = 800;
inline constexpr std::int64_t kDay = 86'400;
inline constexpr std::int64_t kWinter = 1'768'000'000;       // 2026-01-09, far from any change of clocks
inline constexpr std::int64_t kSpringNight = 1'774'740'000;  // 2026-03-29 00:20 in Paris
inline constexpr std::int64_t kAutumnNight = 1'792'880'400;  // 2026-10-25 00:20 in Paris
inline constexpr std::int64_t kAsOf = 1'900'000'000;

struct RandomLog {
    std::vector<Event> events;
    config::Scale scale;
    std::int64_t begin_s = 0, end_s = 0;
};

inline RandomLog random_log(tests::Dice& dice, int number) {
    RandomLog log;
    log.scale = sonate();
    log.scale.gap.idle_s = dice.roll(60, 3600);
    log.scale.gap.idle_credit_s = dice.roll(0, 1800);
    log.scale.gap.last_credit_s = dice.roll(0, 1800);
    if (dice.one_in(4)) log.scale.session.per = config::Scale::SessionPer::course;
    if (dice.one_in(4)) log.scale.gap.truncate_to_s = 60;
    if (dice.one_in(4)) log.scale.gap.compare = config::Scale::Compare::ge;
    if (dice.one_in(4)) log.scale.filter.exclude_courses = {2};
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

// A calendar, caps and credits by chance.
inline void restrict_by_chance(tests::Dice& dice, config::Scale& scale) {
    using Calendar = config::Scale::Calendar;
    if (dice.one_in(2)) {
        const auto noon = static_cast<std::int32_t>(dice.roll(1, 86'399));
        scale.calendar.windows = {Calendar::Window{static_cast<std::int32_t>(dice.roll(0, noon - 1)), noon}};
        if (dice.one_in(2)) scale.calendar.windows.push_back({noon, 86'400});
    }
    if (dice.one_in(3)) scale.calendar.weekdays = {1, 2, 3, 4, 5};
    if (dice.one_in(3)) scale.calendar.exclude_month_days = {{3, 29}, {10, 25}};
    if (dice.one_in(4)) scale.calendar.mode = config::Scale::CalendarMode::mark;
    if (dice.one_in(2)) scale.caps.day_s = dice.roll(0, 4 * 3600);
    if (dice.one_in(3)) scale.caps.week_s = dice.roll(0, 8 * 3600);
    if (dice.one_in(3)) scale.caps.activity_day_s["quiz"] = dice.roll(0, 3600);
    if (dice.one_in(3)) scale.caps.activity_total_s["quiz"] = dice.roll(0, 7200);
    if (dice.one_in(3)) scale.caps.course_total_s[1] = dice.roll(0, 7200);
    scale.week_start = static_cast<int>(dice.roll(1, 7));
    if (dice.one_in(2)) {
        const auto mode = static_cast<config::Scale::CreditMode>(dice.roll(0, 3));
        scale.credits.completion = {{std::nullopt, "quiz", std::nullopt, dice.roll(0, 7200), mode, {1, 2}}};
    }
}

inline std::vector<Completion> completions_by_chance(tests::Dice& dice, const RandomLog& log) {
    std::vector<Completion> completions;
    for (std::int64_t activity = 501; activity <= 503; ++activity) {
        if (dice.one_in(2))
            completions.push_back({dice.roll(log.begin_s, log.end_s), activity, 1,
                                   static_cast<int>(dice.roll(0, 3)), "quiz", "", std::nullopt});
    }
    return completions;
}

}  // namespace assidu::node::attendance
