// The collector of the Moodle's database as `serve` and `collect` run it: a turn at a time, while the caller
// has the lock on the folder.
#pragma once

#include <cstdint>
#include <string>

#include "config/refusal.h"
#include "node/collect/database/log_collector.h"
#include "node/node.h"

namespace assidu::node::services {

struct CollectingTurn {
    std::int64_t rows = 0, events = 0, found_again = 0;
    bool at_end = false;    // nothing more to read for now
    std::string trouble;    // why it broke off; empty: it did not
    bool retryable = true;  // whether the trouble may pass by itself
};

// Rows of at most so many pages; at the end of a pass the days that are over are reconciled, too. What it
// read is archived whatever the trouble. Refused as LogCollector::make(). Throws ResourceFailure.
[[nodiscard]] config::Result<CollectingTurn> collect_turn(Node& node,
                                                          const collect::database::CollectEvents& events,
                                                          std::int64_t pages_max);

}  // namespace assidu::node::services
