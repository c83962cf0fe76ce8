// Everything between a Moodle and the ledger, looked at.
#pragma once

#include <filesystem>
#include <vector>

#include "config/clock.h"
#include "node/doctor/finding.h"
#include "node/node.h"

namespace assidu::node::doctor {

// The whole examination of a folder, by the way from the Moodle to the ledger. Changes nothing; waits for the
// database as long as its settings allow. Throws nothing that a check can find: what fails is a finding.
[[nodiscard]] std::vector<Finding> examine(const NodeFolder& folder, const config::Clock& clock);

// The Moodle's own database, as [database] says (database_examination.cpp).
[[nodiscard]] std::vector<Finding> examine_database(const Node& node);

}  // namespace assidu::node::doctor
