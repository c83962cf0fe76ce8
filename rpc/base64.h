// Base64 (RFC 4648, section 4): one text for one byte string.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assidu::rpc {

[[nodiscard]] std::string base64(std::string_view bytes);
// Nothing unless `text` is exactly what base64() writes: padded, without white space, no stray bits.
[[nodiscard]] std::optional<std::string> unbase64(std::string_view text);

}  // namespace assidu::rpc
