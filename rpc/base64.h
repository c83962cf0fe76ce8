// Base64 (RFC 4648, section 4), strictly: one byte string has one spelling, white space aside.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace assidu::rpc {

// Appends the encoding of `bytes`, on one line.
void append_base64(std::string& out, std::string_view bytes);

// Appends `encoded` without its white space (space, tab, CR, LF). False, with `out` in any state, if what
// remains is not whole groups of four of the alphabet, with '=' only where the last group needs it and no
// bits set that stand for nothing.
[[nodiscard]] bool append_checked_base64(std::string& out, std::string_view encoded);

}  // namespace assidu::rpc
