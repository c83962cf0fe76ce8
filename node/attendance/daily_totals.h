// Intervals to civil days (R8): every interval is cut at the midnights of the scale's zone, so that the sum
// of the days is the period, for every cut of the period. Credits go to the day of their instant.
#pragma once

#include <cstdint>
#include <limits>

#include "config/civil_calendar.h"
#include "federation/ledger.h"
#include "node/attendance/engine.h"

namespace assidu::node::attendance {

// Instants [from, to).
struct Span {
    std::int64_t from_s = std::numeric_limits<std::int64_t>::min();
    std::int64_t to_s = std::numeric_limits<std::int64_t>::max();
};

// The ledger rows of one student, by day and course. Within `span`: intervals are clipped to it, and only
// events and credits inside it count. A row with neither time nor trace nor credit does not exist.
[[nodiscard]] std::vector<federation::LedgerRow> daily_rows(const Attendance& attendance,
                                                            const config::CivilCalendar& calendar,
                                                            const federation::StudentId& student,
                                                            Span span = {});

// The sessions, whole, as the ledger keeps them.
[[nodiscard]] std::vector<federation::SessionRow> session_rows(const Attendance& attendance,
                                                               const federation::StudentId& student);

// Dropped events by day and reason.
[[nodiscard]] std::vector<federation::DroppedEvents> dropped_rows(const Attendance& attendance,
                                                                  const config::CivilCalendar& calendar,
                                                                  const federation::StudentId& student);

}  // namespace assidu::node::attendance
