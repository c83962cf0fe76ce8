// Where the hub of this node is told names at issue: what federation::Reception needs to hear it.
#pragma once

#include <functional>
#include <string_view>

#include "config/clock.h"
#include "federation/reception.h"
#include "node/node.h"

namespace assidu::node::services {

// The hub and the agreement are read from hub.json at every message, the names from stores opened for the
// question alone: what an administrator changes holds at once, and whoever else works in the folder is not
// disturbed. `log` gets a line where hub.json cannot be read; `clock`, `audit` and `log` must outlive it.
[[nodiscard]] federation::OwnHub names_desk(const NodeFolder& folder, const config::Clock& clock,
                                            federation::AuditLog& audit,
                                            std::function<void(std::string_view)> log);

}  // namespace assidu::node::services
