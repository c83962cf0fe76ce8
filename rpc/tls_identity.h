// A node's TLS identity: a P-256 key and a self-signed X.509 certificate (RFC 5280) that names the node.
//
// Nobody vouches for such a certificate: peers trust the fingerprint of its key, accepted by an
// administrator. Name and dates in it are for people. It is valid ten years; making it anew with the same key
// keeps the trust.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::rpc {

// What a server asks of its clients.
enum class ClientCertificate { not_asked, optional, required };

// Immutable; may be read from any thread.
class TlsIdentity {
  public:
    // Makes one in a new file: the key (PKCS#8) and the certificate, PEM, readable by its owner alone,
    // durable. One file, so that a crash leaves both or none. `node_id` becomes the common name and the DNS
    // name; `made_at_utc_s` begins its ten years. Refused if the file exists or `node_id` is none
    // (config::is_node_id). Throws ResourceFailure if OpenSSL or the disk lets us down.
    [[nodiscard]] static config::Result<void> create(const std::filesystem::path& path,
                                                     std::string_view node_id, std::int64_t made_at_utc_s);
    // Refused if the file is missing, readable by others than its owner, or not a P-256 key with its
    // certificate.
    [[nodiscard]] static config::Result<TlsIdentity> read(const std::filesystem::path& path);

    TlsIdentity(TlsIdentity&& other) noexcept;
    TlsIdentity& operator=(TlsIdentity&& other) noexcept;
    TlsIdentity(const TlsIdentity&) = delete;
    TlsIdentity& operator=(const TlsIdentity&) = delete;
    ~TlsIdentity();

    // SHA-256 of the certificate's SubjectPublicKeyInfo, 64 hexadecimal digits: what peers accept.
    [[nodiscard]] const std::string& fingerprint() const;
    // The certificate's common name.
    [[nodiscard]] const std::string& node_id() const;

    // Key and certificate for the TLS contexts of this floor (rpc/tls_context.h).
    struct Handles;
    [[nodiscard]] const Handles& handles() const { return *handles_; }

  private:
    explicit TlsIdentity(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> handles_;
};

}  // namespace assidu::rpc
