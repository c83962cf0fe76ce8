// The index pages of a batch: what lies where, what took the place of what and why, and who is missing.
#pragma once

#include <filesystem>
#include <vector>

#include "node/directory.h"
#include "node/staff/batch.h"
#include "node/staff/issue_log.h"

namespace assidu::node::staff {

// OUT/index.html with everything and with who was not issued, and OUT/FUNDER/index.html with a funder's
// alone. Pages stand alone: no script, nothing from outside. Throws ResourceFailure.
void write_index(const Node& node, const NodeDirectory& directory, const std::filesystem::path& out,
                 const std::vector<Issue>& issues, const BatchResult& result, reports::Language language);

}  // namespace assidu::node::staff
