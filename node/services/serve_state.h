// How the last round of `assidu serve` ended, and when it tries its hub again: what `status` tells, in
// `serve.json` (docs/operating.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "config/refusal.h"
#include "node/node.h"
#include "node/services/mnet_counts.h"
#include "node/services/push_listener.h"

namespace assidu::node::services {

struct ServeState {
    std::optional<std::int64_t> round_utc_s;     // when the last round ended; nothing before the first
    std::string round_problem;                   // empty: it went well
    std::optional<std::int64_t> delivery_utc_s;  // when the last delivery ended
    std::string delivery_problem;                // empty: everything had its receipt
    std::optional<std::int64_t> retry_utc_s;     // when a delivery that failed is tried again
    std::optional<PushCounts> pushes;            // nothing where no listener takes them
    std::optional<MnetCounts> mnet;              // nothing where no listener takes calls of Moodles
    bool operator==(const ServeState&) const = default;
};

// Durable; replaces the one before. Throws ResourceFailure.
void write_serve_state(const NodeFolder& folder, const ServeState& state);
// Nothing if no `serve` ever ended a round here; refused if the file is not of its form.
[[nodiscard]] config::Result<std::optional<ServeState>> read_serve_state(const NodeFolder& folder);

}  // namespace assidu::node::services
