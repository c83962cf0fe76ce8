// What does not count of measured time: exclusions, and rules R5 and R6 of docs/scales.md.
//
// First of all goes what an administrator excluded; it uses up no cap.
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
#include "node/attendance/evidence.h"

namespace assidu::node::attendance {

// The first day of the week of `day`, where weeks begin on `week_start` (1 Monday to 7 Sunday).
[[nodiscard]] config::CivilDay week_begin(config::CivilDay day, int week_start);

// Fills `counted` and `lost`, which together are the events' intervals. All of a student's time, whatever the
// period of a report: what is counted on a day is then the same in every report, and parts of a period add
// up. Does nothing where nothing was excluded, under a scale without calendar, caps and places. Of `evidence`
// the exclusions and the signed days are looked at.
void apply_limits(Attendance& attendance, const CompiledScale& scale, const config::CivilCalendar& calendar,
                  const Evidence& evidence);

}  // namespace assidu::node::attendance
