// Secret bytes. Move-only, wiped when they go, with no way to print or compare them by accident.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace assidu::rpc {

class Secret {
  public:
    // `size` bytes from OpenSSL's generator for private values. Throws ResourceFailure if it has none to
    // give.
    [[nodiscard]] static Secret random(std::size_t size);
    // A copy of `bytes`, which stay the caller's to wipe.
    [[nodiscard]] static Secret copy_of(std::string_view bytes);

    Secret() = default;
    ~Secret();
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;

    // The bytes, for as long as this object lives: to be handed to cryptography or a key file, nowhere else.
    [[nodiscard]] std::string_view reveal() const;
    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    // Whether these are the bytes; how long that takes tells only whether the size is right.
    [[nodiscard]] bool equals(std::string_view bytes) const;

  private:
    void wipe();
    std::vector<char> bytes_;
};

// HMAC-SHA-256 (RFC 2104, FIPS 198-1). Throws ResourceFailure if OpenSSL refuses.
[[nodiscard]] std::array<std::uint8_t, 32> hmac_sha256(const Secret& key, std::string_view message);

}  // namespace assidu::rpc
