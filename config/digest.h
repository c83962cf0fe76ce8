// SHA-256 (FIPS 180-4) and hexadecimal.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace assidu::config {

using Sha256Digest = std::array<std::uint8_t, 32>;

// The digest of a whole byte string. Throws ResourceFailure if OpenSSL refuses.
[[nodiscard]] Sha256Digest sha256(std::string_view bytes);
// The same of pieces that stand one behind the other.
[[nodiscard]] Sha256Digest sha256(std::initializer_list<std::string_view> pieces);

// The digest of bytes that arrive in pieces. Not for sharing between threads.
class Sha256Stream {
  public:
    Sha256Stream();
    ~Sha256Stream();
    Sha256Stream(const Sha256Stream&) = delete;
    Sha256Stream& operator=(const Sha256Stream&) = delete;

    void update(std::string_view bytes);
    // The digest of everything so far; the stream takes no more bytes afterwards.
    [[nodiscard]] Sha256Digest finish();

  private:
    struct Context;
    std::unique_ptr<Context> context_;
};

// Lower-case hexadecimal.
[[nodiscard]] std::string hex(std::span<const std::uint8_t> bytes);

// Whether the text is a SHA-256 as hex() writes it.
[[nodiscard]] bool is_sha256_hex(std::string_view text);

// The bytes of an even number of hexadecimal digits of either case; nothing on any other character.
[[nodiscard]] std::optional<std::string> unhex(std::string_view digits);

}  // namespace assidu::config
