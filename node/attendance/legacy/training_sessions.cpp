#include "node/attendance/legacy/training_sessions.h"

#include <algorithm>

namespace assidu::node::attendance::legacy {
namespace {

using config::CivilDay;

// Whether a day counts at all: its weekday, and the days off by their number within the year.
bool is_working_day(const TrainingSessionsRules& rules, CivilDay day) {
    const auto& weekdays = rules.calendar.weekdays;
    const int weekday = ((day.number + 3) % 7 + 7) % 7 + 1;
    if (!weekdays.empty() && std::ranges::find(weekdays, weekday) == weekdays.end()) return false;
    const config::Date date = config::date_of(day);
    const std::int32_t from_0 = day.number - config::civil_day(date.year, 1, 1)->number;
    return std::ranges::none_of(rules.calendar.exclude_month_days, [&](const auto& off) {
        if (!rules.day_off_by_one) return off.month == date.month && off.day == date.day;
        constexpr int kCommonYear = 2025;
        const auto numbered = config::civil_day(kCommonYear, off.month, off.day);
        if (!numbered) return false;  // 29 February has no number of every year
        return numbered->number - config::civil_day(kCommonYear, 1, 1)->number + 1 == from_0;
    });
}

}  // namespace

std::vector<Span> split_at_midnights(Span span, const config::CivilCalendar& calendar, bool day_is_24_hours) {
    constexpr std::int64_t kDaySeconds = 86'400;
    std::vector<Span> parts;
    std::int64_t at_s = span.first;
    std::int64_t midnight_s = calendar.end_of(calendar.day_of(at_s));
    if (day_is_24_hours) midnight_s = calendar.begin_of(calendar.day_of(at_s)) + kDaySeconds;
    while (at_s < span.second) {
        const std::int64_t until_s = std::min(midnight_s, span.second);
        parts.emplace_back(at_s, until_s);
        at_s = until_s;
        midnight_s = day_is_24_hours ? midnight_s + kDaySeconds : calendar.end_of(calendar.day_of(at_s));
    }
    return parts;
}

std::optional<Span> crop_to_window(Span span, std::int32_t window_begin_s, std::int32_t window_end_s,
                                   const config::CivilCalendar& calendar, bool midnight_is_zero) {
    const config::CivilDay day = calendar.day_of(span.first);
    const auto second_of_day = [&](std::int64_t utc_s) {
        return utc_s + calendar.offset_s(utc_s) - std::int64_t{day.number} * 86'400;
    };
    const std::int64_t begin = second_of_day(span.first);
    std::int64_t end = second_of_day(span.second);
    if (midnight_is_zero && end == 86'400) end = 0;
    if (end <= window_begin_s || begin >= window_end_s) return std::nullopt;
    Span cropped = span;
    if (begin < window_begin_s) cropped.first = calendar.instant_of(day, window_begin_s).utc_s;
    if (end > window_end_s) cropped.second = calendar.instant_of(day, window_end_s).utc_s;
    return cropped;
}

std::vector<Span> working_slices(std::span<const Span> sessions, const TrainingSessionsRules& rules,
                                 const config::CivilCalendar& calendar) {
    std::vector<Span> slices;
    for (const Span& session : sessions) {
        for (const Span& slice : split_at_midnights(session, calendar, rules.day_is_24_hours)) {
            if (!is_working_day(rules, calendar.day_of(slice.first))) continue;
            if (rules.calendar.windows.empty()) {
                slices.push_back(slice);
                continue;
            }
            const auto& window = rules.calendar.windows.front();
            const auto cropped =
                crop_to_window(slice, window.begin_s, window.end_s, calendar, rules.midnight_is_zero);
            if (cropped && cropped->first < cropped->second) slices.push_back(*cropped);
        }
    }
    return slices;
}

TrainingSessionsRules training_sessions_rules(const config::Scale& scale) {
    TrainingSessionsRules rules;
    rules.calendar = scale.calendar;
    rules.day_is_24_hours = scale.has_quirk("trainingsessions.day_is_24_hours");
    rules.midnight_is_zero = scale.has_quirk("trainingsessions.midnight_is_zero");
    rules.day_off_by_one = scale.has_quirk("trainingsessions.day_off_by_one");
    return rules;
}

}  // namespace assidu::node::attendance::legacy
