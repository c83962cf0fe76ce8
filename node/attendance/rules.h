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
                                const config::CivilCalendar& calendar, std::int64_t as_of_s);

// Refuses, naming the key, a scale that a node cannot compute from its archive into its ledger: the archive
// holds events alone, without addresses, and the ledger's sessions never overlap and last what they measure.
[[nodiscard]] config::Result<void> fits_ledger(const config::Scale& scale);

}  // namespace assidu::node::attendance
