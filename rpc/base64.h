// Base64 (RFC 4648, section 4), strictly: one byte string has one spelling, white space aside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assidu::rpc {

// The encoding, on one line.
[[nodiscard]] std::string base64(std::string_view bytes);
// Nothing unless `text` is exactly what base64() writes: padded, without white space, no stray bits.
[[nodiscard]] std::optional<std::string> unbase64(std::string_view text);

// The same of a text with white space anywhere (space, tab, CR, LF), as XML may have it.
[[nodiscard]] std::optional<std::string> unbase64_spaced(std::string_view text);

}  // namespace assidu::rpc
