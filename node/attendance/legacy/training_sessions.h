// report_trainingsessions: its export of working days (D1 to D4), and how a stretch of time is cut at
// midnights and to a window of the day (D1, D4 of docs/scales.md, "trainingsessions"). With the quirk off,
// each does what the engine does (R5).
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "config/civil_calendar.h"
#include "config/scale.h"

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

struct TrainingSessionsRules {
    config::Scale::Calendar calendar;  // weekdays, one window at most, month days
    // Its defects; the name of each is its quirk's, after "trainingsessions.".
    bool day_is_24_hours = true;
    bool midnight_is_zero = true;
    // A day off is numbered within its year from 1, and compared with numbers from 0: the day after it is
    // off.
    bool day_off_by_one = true;
};

// Sessions of use_stats as the export lists them: each from its begin for as long as it measured (pauses
// inside of it move what is after them), cut at midnights, without days off, cropped to the window.
[[nodiscard]] std::vector<Span> working_slices(std::span<const Span> sessions,
                                               const TrainingSessionsRules& rules,
                                               const config::CivilCalendar& calendar);

// Of a scale with quirks "trainingsessions.*".
[[nodiscard]] TrainingSessionsRules training_sessions_rules(const config::Scale& scale);

}  // namespace assidu::node::attendance::legacy
