// All rules of a scale over all that is known of one student, in their order: R1 to R7 of docs/scales.md. A
// pure function, as each of its parts.
#pragma once

#include <string_view>

#include "config/civil_calendar.h"
#include "config/refusal.h"
#include "node/attendance/engine.h"
#include "node/attendance/evidence.h"

namespace assidu::node::attendance {

// The engine `gap` measures the gaps between events; `completion` measures nothing; `import` takes the
// records of block_timestat as they are: [time, time + seconds), and never into the next one's time. A scale
// with quirks is not for this function (legacy/): its time would not be the plugin's. `calendar` is that of
// the scale's zone.
[[nodiscard]] Attendance attend(const Evidence& evidence, const CompiledScale& scale,
                                const config::CivilCalendar& calendar, std::int64_t as_of_s,
                                Trace* trace = nullptr);

// Whether a scale asks in which role or enrolment events were made.
[[nodiscard]] bool looks_at_memberships(const config::Scale& scale);

// Whether a scale asks where courses stand: in which category, under which id number.
[[nodiscard]] bool looks_at_places(const config::Scale& scale);

// Refuses, naming the key, a scale that asks for more than an archive has: it holds no addresses. Nor is a
// plugin's own algorithm one of these rules.
[[nodiscard]] config::Result<void> fits_archive(const config::Scale& scale);

// Refuses, naming the key, a scale whose time cannot be explained event by event: that of another system's
// records.
[[nodiscard]] config::Result<void> fits_explanation(const config::Scale& scale);

// Refuses, naming the key, a scale that a node cannot compute from its archive into its ledger: one that does
// not fit the archive, or of which the ledger has no place for something: its sessions never overlap and last
// what they measure, and what it holds as credited is never below zero.
[[nodiscard]] config::Result<void> fits_ledger(const config::Scale& scale);

}  // namespace assidu::node::attendance
