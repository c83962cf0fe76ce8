#include "rpc/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "rpc/xml_text.h"

namespace assidu::rpc {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The six bits of each byte, or -1.
constexpr std::array<std::int8_t, 256> kBits = [] {
    std::array<std::int8_t, 256> bits{};
    bits.fill(-1);
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
        bits[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::int8_t>(i);
    return bits;
}();

int bits_of(char byte) {
    return kBits[static_cast<unsigned char>(byte)];
}

}  // namespace

std::string base64(std::string_view bytes) {
    // EVP_EncodeBlock counts in int, so that long bytes go in pieces of whole groups; it ends each with a
    // NUL.
    constexpr std::size_t kPiece = 3 * (std::size_t{1} << 20);
    std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
    std::size_t written = 0;
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
        const std::string_view piece = bytes.substr(at, kPiece);
        const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data() + written),
                                         reinterpret_cast<const unsigned char*>(piece.data()),
                                         static_cast<int>(piece.size()));
        written += static_cast<std::size_t>(size);
    }
    text.resize(written);
    return text;
}

std::optional<std::string> unbase64(std::string_view text) {
    if (text.empty()) return std::string();
    if (text.size() % 4 != 0 || text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return std::nullopt;
    std::string bytes(text.size() / 4 * 3, '\0');
    const int size =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (size < 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
    bytes.resize(static_cast<std::size_t>(size) - padding);
    // EVP_DecodeBlock forgives white space around and stray bits; writing it again does not.
    if (base64(bytes) != text) return std::nullopt;
    return bytes;
}

bool append_checked_base64(std::string& out, std::string_view encoded) {
    const std::size_t begin = out.size();
    for (std::size_t at = 0; at < encoded.size();) {
        const std::size_t end = std::min(encoded.find_first_of(kBlanks, at), encoded.size());
        out += encoded.substr(at, end - at);
        at = end + 1;
    }
    std::string_view digits = std::string_view(out).substr(begin);
    if (digits.size() % 4 != 0) return false;
    const std::size_t padding = digits.ends_with("==") ? 2 : digits.ends_with('=') ? 1 : 0;
    digits.remove_suffix(padding);
    if (!std::ranges::all_of(digits, [](char byte) { return bits_of(byte) >= 0; })) return false;
    // Two digits carry one byte and 4 bits over, three digits two bytes and 2 bits over.
    return padding == 0 || (bits_of(digits.back()) & (padding == 2 ? 0xF : 0x3)) == 0;
}

}  // namespace assidu::rpc
