#include "rpc/base64.h"

#include <algorithm>
#include <array>
#include <cstdint>

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

void append_base64(std::string& out, std::string_view bytes) {
    out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        const std::size_t size = std::min<std::size_t>(3, bytes.size() - at);
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8U | (i < size ? static_cast<unsigned char>(bytes[at + i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out += i <= size ? kAlphabet[group >> (18U - 6U * i) & 0x3FU] : '=';
    }
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
