// A certificate that strangers believe, because an authority vouches for it: a chain and its key, as an
// administrator got them. For listeners whose clients are not nodes; nodes trust TlsIdentity.
#pragma once

#include <filesystem>
#include <memory>

#include "config/refusal.h"

namespace assidu::rpc {

// Immutable; may be read from any thread.
class WebCertificate {
  public:
    // PEM: the certificate first, then what leads from it to the authority; and its key, without passphrase,
    // of any kind that TLS knows. Refused if a file is missing or none of these, if others may read the key,
    // or if it is another certificate's.
    [[nodiscard]] static config::Result<WebCertificate> read(const std::filesystem::path& chain,
                                                             const std::filesystem::path& key);

    WebCertificate(WebCertificate&& other) noexcept;
    WebCertificate& operator=(WebCertificate&& other) noexcept;
    ~WebCertificate();

    // For the TLS contexts of this floor (rpc/tls_context.h).
    struct Handles;
    [[nodiscard]] const Handles& handles() const { return *handles_; }

  private:
    explicit WebCertificate(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> handles_;
};

}  // namespace assidu::rpc
