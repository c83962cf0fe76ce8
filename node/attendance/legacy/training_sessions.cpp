#include "node/attendance/legacy/training_sessions.h"

#include <algorithm>

namespace assidu::node::attendance::legacy {

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

}  // namespace assidu::node::attendance::legacy
