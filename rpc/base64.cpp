#include "rpc/base64.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace assidu::rpc {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The six bits of each byte, or -1, which makes whatever it is put together with negative.
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

// Not EVP_DecodeBlock(), which forgives blanks and stray bits, and so would have to be followed by writing it
// again.
std::optional<std::string> unbase64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    std::string bytes(text.size() / 4 * 3, '\0');
    std::size_t at = 0, written = 0;
    for (; at + 4 <= text.size() - padding; at += 4) {
        const int group = bits_of(text[at]) << 18 | bits_of(text[at + 1]) << 12 | bits_of(text[at + 2]) << 6 |
                          bits_of(text[at + 3]);
        if (group < 0) return std::nullopt;
        bytes[written++] = static_cast<char>(group >> 16);
        bytes[written++] = static_cast<char>(group >> 8);
        bytes[written++] = static_cast<char>(group);
    }
    if (padding > 0) {
        // Two digits carry one byte and 4 bits over, three digits two bytes and 2 bits over.
        const int third = padding == 1 ? bits_of(text[at + 2]) : 0;
        const int group = bits_of(text[at]) << 12 | bits_of(text[at + 1]) << 6 | third;
        if (group < 0 || (group & (padding == 2 ? 0x3FF : 0x3)) != 0) return std::nullopt;
        bytes[written++] = static_cast<char>(group >> 10);
        if (padding == 1) bytes[written++] = static_cast<char>(group >> 2);
    }
    bytes.resize(written);
    return bytes;
}

std::optional<std::string> unbase64_spaced(std::string_view text) {
    // XML 1.0, "S"; not searched for in kBlanks, which is a call a byte.
    const auto is_blank = [](char byte) {
        return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
    };
    if (std::ranges::none_of(text, is_blank)) return unbase64(text);
    std::string digits;
    digits.reserve(text.size());
    std::ranges::remove_copy_if(text, std::back_inserter(digits), is_blank);
    return unbase64(digits);
}

}  // namespace assidu::rpc
