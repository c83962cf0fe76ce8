// What a scale does not let count of measured time: rules R5 and R6 of docs/scales.md.
//
// R5  Time outside of the calendar's windows, weekdays and dates, by the clock on the wall in the scale's
// zone: an
//     instant counts if that clock shows a time inside a window. Nights on which clocks change need nothing
//     more.
// R6  Caps take up time in chronological order: of one activity on one day, of one activity and of one course
// for
//     ever, of a day, of a week. What is counted uses up every cap that applies to it.
#pragma once

#include "config/civil_calendar.h"
#include "node/attendance/engine.h"

namespace assidu::node::attendance {

// The first day of the week of `day`, where weeks begin on `week_start` (1 Monday to 7 Sunday).
[[nodiscard]] config::CivilDay week_begin(config::CivilDay day, int week_start);

// Fills `counted` and `lost`, which together are the events' intervals. All of a student's time, whatever the
// period of a report: what is counted on a day is then the same in every report, and parts of a period add
// up. Does nothing under a scale without calendar and caps.
void apply_limits(Attendance& attendance, const CompiledScale& scale, const config::CivilCalendar& calendar);

}  // namespace assidu::node::attendance
