// The engine over the archive: brings the ledger up to date with the events.
#pragma once

#include <cstdint>
#include <functional>

#include "node/node.h"

namespace assidu::node::attendance {

struct Computed {
    std::int64_t students = 0, events = 0, rows = 0, sessions = 0;
    bool finished = true;  // false if it was asked to stop; what is done is done, the rest stays dirty
};

// Whether there is anything to compute: a node that never archived an event knows nothing of anybody, and
// must not come to hold totals that say "none". Throws ResourceFailure.
[[nodiscard]] bool has_anything_to_compute(const Node& node);

// Computes every student whose events or other evidence changed since the last time, under the node's scale,
// as of the clock's now. A student whose last event could still earn more later stays dirty. Totals are
// committed some hundred students at a time; interrupting loses nothing and repeating changes nothing. Throws
// ResourceFailure.
Computed compute_totals(Node& node, const std::function<void(std::int64_t done, std::int64_t of)>& progress,
                        const std::function<bool()>& wants_more);

}  // namespace assidu::node::attendance
