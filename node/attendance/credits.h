// Time that a scale grants beside what was measured: rule R7 of docs/scales.md.
//
// R7  Of an activity, one target is made of its measured time (all of it, whatever the period of a report) by
// its
//     completion, then by what was declared of it, then by what else measured it; each step's difference is a
//     credit with its source. A credit belongs to the day and the period of its own instant: the completion,
//     the declaration, the record. It stands in a column of its own and is never part of measured time.
//     What happened in excluded time gives none.
#pragma once

#include "node/attendance/engine.h"
#include "node/attendance/evidence.h"

namespace assidu::node::attendance {

// Fills `credits` and `refused` from what is known as of `as_of_s`; later entries are not looked at. After
// the limits, which credits are not under.
void grant_credits(Attendance& attendance, const CompiledScale& scale, const Evidence& evidence,
                   std::int64_t as_of_s);

}  // namespace assidu::node::attendance
