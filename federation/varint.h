// Integers in few bytes: unsigned LEB128, and zigzag for signed ones (as in Protocol Buffers). Shared by the
// compact columns of the ledger and of the archive; bytes read back are untrusted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assidu::federation {

inline void put_varint(std::string& bytes, std::uint64_t value) {
    while (value >= 0x80) {
        bytes.push_back(static_cast<char>((value & 0x7f) | 0x80));
        value >>= 7;
    }
    bytes.push_back(static_cast<char>(value));
}

inline void put_signed_varint(std::string& bytes, std::int64_t value) {
    put_varint(bytes, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

// Reads front to back. After the first byte that is not what was asked for, everything reads as zero and ok()
// is false: callers check once, at the end.
class VarintReader {
  public:
    explicit VarintReader(std::string_view bytes) : bytes_(bytes) {}

    std::uint64_t get() {
        // Most are of one byte. While there are bytes, all before read well.
        if (!bytes_.empty() && static_cast<std::uint8_t>(bytes_.front()) < 0x80) {
            const auto byte = static_cast<std::uint8_t>(bytes_.front());
            bytes_.remove_prefix(1);
            return byte;
        }
        return get_longer();
    }

    std::int64_t get_signed() {
        const std::uint64_t value = get();
        return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
    }

    [[nodiscard]] bool ok() const { return ok_; }
    // True at the end of bytes that all read well.
    [[nodiscard]] bool done() const { return ok_ && bytes_.empty(); }

  private:
    std::uint64_t get_longer() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (bytes_.empty()) break;
            const auto byte = static_cast<std::uint8_t>(bytes_.front());
            bytes_.remove_prefix(1);
            // The tenth byte has room for one bit only.
            if (shift == 63 && byte > 1) break;
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return ok_ ? value : 0;
        }
        ok_ = false;
        bytes_ = {};
        return 0;
    }

    std::string_view bytes_;
    bool ok_ = true;
};

}  // namespace assidu::federation
