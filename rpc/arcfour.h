// RC4 ("arcfour"), which Moodle Networking seals its messages with: a key of 128 bits, no initial vector,
// nothing of the key stream discarded, and no protection against changes (whoever opens verifies a signature
// inside).
//
// OpenSSL 3 has it in its "legacy" provider alone. That is loaded into a library context of this file's own:
// in the process's, it would take everything else away (docs/dependencies.md) and let old algorithms into
// TLS.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::rpc {

inline constexpr std::size_t kArcfourKeyBytes = 16;

class Arcfour {
  public:
    // The one of this process. Refused, with what to install, where OpenSSL has no legacy provider; asked
    // again, it gives the same answer.
    [[nodiscard]] static config::Result<const Arcfour*> get();

    // Seals or opens: the same. `key` has kArcfourKeyBytes (std::logic_error). From any thread. Throws
    // ResourceFailure if OpenSSL refuses.
    [[nodiscard]] std::string apply(std::string_view key, std::string_view bytes) const;

    struct Handles;

  private:
    explicit Arcfour(const Handles* handles) : handles_(handles) {}
    const Handles* handles_;  // for as long as the process lives
};

}  // namespace assidu::rpc
