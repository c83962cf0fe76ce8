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

// Appends `encoded` without its white space (space, tab, CR, LF). False, with `out` in any state, if what
// remains is not whole groups of four of the alphabet, with '=' only where the last group needs it and no
// bits set that stand for nothing.
[[nodiscard]] bool append_checked_base64(std::string& out, std::string_view encoded);

}  // namespace assidu::rpc
