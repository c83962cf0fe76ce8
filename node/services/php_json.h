// JSON as PHP's json_encode() writes it by default: ASCII alone, slashes escaped, no blanks. Programs that
// read Moodle's answers byte by byte exist.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace assidu::node::services {

// Bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string php_json(const nlohmann::ordered_json& json);

}  // namespace assidu::node::services
