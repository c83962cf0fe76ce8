// report_trainingsessions: how a stretch of time is cut at midnights and to a window of the day (D1, D4 of
// docs/scales.md, "trainingsessions"). With the quirk off, each does what the engine does (R5).
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "config/civil_calendar.h"

namespace assidu::node::attendance::legacy {

using Span = std::pair<std::int64_t, std::int64_t>;  // [begin, end)

// `day_is_24_hours`: the midnights after the first are taken to be 24 hours apart.
[[nodiscard]] std::vector<Span> split_at_midnights(Span span, const config::CivilCalendar& calendar,
                                                   bool day_is_24_hours);

// To the seconds of the day [window_begin, window_end). Nothing: nothing is left of it. `midnight_is_zero`: a
// span that ends at midnight is taken to end as the day began, and is lost.
[[nodiscard]] std::optional<Span> crop_to_window(Span span, std::int32_t window_begin_s,
                                                 std::int32_t window_end_s,
                                                 const config::CivilCalendar& calendar,
                                                 bool midnight_is_zero);

}  // namespace assidu::node::attendance::legacy
