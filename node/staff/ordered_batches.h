// Batches that staff asked for on their pages (batch_orders.h), run by a serving node.
#pragma once

#include <functional>
#include <string>

#include "node/node.h"

namespace assidu::node::staff {

struct OrderedEvents {
    std::function<void(const std::string& line)> done;  // a batch came to its end
    std::function<bool()> goes_on;                      // asked between two reports
};

// Goes on with the batch that was interrupted, else with the oldest that waits, and so on until none is left
// or it is told to stop. True: something is left. One that cannot be made as a whole is noted as failed and
// keeps no other from being made. The node's totals must be up to date, and the caller must have the folder's
// lock. Throws ResourceFailure (a full disk): what was issued until then is whole, and the next call goes on.
[[nodiscard]] bool run_ordered_batches(Node& node, const OrderedEvents& events);

}  // namespace assidu::node::staff
