// All archived events computed anew, under the node's scale or another.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "config/scale.h"
#include "node/node.h"

namespace assidu::node::attendance {

struct Recomputed {
    std::int64_t students = 0, events = 0, rows = 0, sessions = 0;
    bool finished = true;  // false if it was asked to stop
    // Of the totals under the scale (Ledger::digest()), before and after; after only if it finished.
    std::string digest_before, digest_after;
    // Under the node's own scale: whose rows were not what the events give. There must be none.
    std::vector<federation::StudentId> changed;
    // Whose totals the ledger has under the scale without any event in the archive; they are left as they are
    // under the node's own scale, and taken away under another.
    std::int64_t without_events = 0;
};

// Under the node's own scale, whose totals must be up to date (compute_totals()): computes every student as
// of the instant that the ledger holds for, so that not a row may differ; what differs all the same is
// replaced and named. Under another scale: makes its totals beside, which are whole (Ledger::is_whole()) once
// this finished and until further events come; the node's own are not touched.
//
// Totals are committed some hundred students at a time. Whatever interrupts it, each student's totals are
// whole, and repeating it gives what an undisturbed run gives. Refused if the scale cannot be computed into a
// ledger, or was changed after use. Throws ResourceFailure.
[[nodiscard]] config::Result<Recomputed> recompute(
    Node& node, const config::Scale& scale,
    const std::function<void(std::int64_t done, std::int64_t of)>& progress,
    const std::function<bool()>& wants_more);

}  // namespace assidu::node::attendance
