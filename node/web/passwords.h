// Passwords of staff: kept as Argon2id says (RFC 9106), 64 MiB, three passes, one lane, a salt of 16 bytes.
#pragma once

#include <string>
#include <string_view>

namespace assidu::node::web {

// The encoded form, "$argon2id$...". One password at a time in a process: each takes its 64 MiB and a good
// tenth of a second. Throws ResourceFailure if there is no memory or randomness.
[[nodiscard]] std::string hash_password(std::string_view password);

// Whether it is the password of that form. An empty or broken form is nobody's, and takes as long.
[[nodiscard]] bool is_password(const std::string& encoded, std::string_view password);

}  // namespace assidu::node::web
