// Ed25519 keys (RFC 8032): what a node signs with, and what others verify it by.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::rpc {

inline constexpr std::size_t kEd25519KeyBytes = 32;
inline constexpr std::size_t kEd25519SignatureBytes = 64;

// A public key. Copies share it; from any thread.
class VerifyingKey {
  public:
    // Refused if `raw` is not 32 bytes.
    [[nodiscard]] static config::Result<VerifyingKey> of(std::string_view raw);

    // The 32 bytes.
    [[nodiscard]] const std::string& raw() const { return raw_; }
    // SHA-256 of the SubjectPublicKeyInfo (RFC 8410), 64 hexadecimal digits: what people compare.
    [[nodiscard]] std::string fingerprint() const;
    [[nodiscard]] bool verifies(std::string_view message, std::string_view signature) const;

    bool operator==(const VerifyingKey& other) const { return raw_ == other.raw_; }

  private:
    explicit VerifyingKey(std::string raw) : raw_(std::move(raw)) {}
    std::string raw_;
};

// A private key. Move-only; wiped by OpenSSL when it goes. sign() from any thread.
class SigningKey {
  public:
    // From a key file of the node (key_file.h). Refused if it is missing, open to others or no Ed25519 key.
    [[nodiscard]] static config::Result<SigningKey> read(const std::filesystem::path& path);
    // A new one, for tests and examples.
    [[nodiscard]] static SigningKey generate();

    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    // 64 bytes. Throws ResourceFailure if OpenSSL refuses.
    [[nodiscard]] std::string sign(std::string_view message) const;
    [[nodiscard]] const VerifyingKey& verifying_key() const;

  private:
    struct Parts;
    explicit SigningKey(std::unique_ptr<Parts> parts);
    std::unique_ptr<Parts> parts_;
};

}  // namespace assidu::rpc
