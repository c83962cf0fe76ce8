// The collector's state as the JSON object that stands in the archive (docs/formats/archive.md).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "node/archive/collection.h"

namespace assidu::node::archive {

[[nodiscard]] std::string json_of(const CollectorState& state);
// Nothing if it is not of that form.
[[nodiscard]] std::optional<CollectorState> collector_state_of(std::string_view json);

}  // namespace assidu::node::archive
