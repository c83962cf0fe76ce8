// Students whose rows were passed over before they were students of this node.
#pragma once

#include <span>

#include "node/archive/catalogue.h"
#include "node/node.h"

namespace assidu::node::collect::database {

// Before these records go into the catalogue: puts down, durably, those who become selected by them and may
// have had rows passed over, so that the collector looks for those. A crash in between looks for rows that
// are judged as before, and forgets nobody.
void reclaim_newly_selected(Node& node, std::span<const archive::PersonRecord> records);

}  // namespace assidu::node::collect::database
