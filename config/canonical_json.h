// Canonical JSON (RFC 8785, JCS) for documents whose numbers are all integers: one text for one value, so
// that a digest of the text is a digest of the value.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "config/refusal.h"

namespace assidu::config {

// Members sorted, no white space, shortest escapes. Refused, naming the place: a number that is not an
// integer in
// [-(2^53-1), 2^53-1] (what RFC 7493 lets every reader agree on), a member name outside ASCII (whose UTF-16
// order we would have to reproduce and never need), a string that is not UTF-8,
// objects and arrays nested deeper than limits::kJsonDepthMax.
[[nodiscard]] Result<std::string> canonical_json(const nlohmann::json& value);

}  // namespace assidu::config
