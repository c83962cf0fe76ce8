#include "config/utf8.h"

#include <cstring>

namespace assidu::config {
namespace {

// True if every byte of the eight is ASCII: real logs are, nearly always.
bool eight_ascii(const char* at) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    return (word & 0x8080808080808080U) == 0;
}

}  // namespace

CodePoint code_point_at(std::string_view bytes, std::size_t at) {
    const auto byte = [&](std::size_t offset) { return static_cast<unsigned char>(bytes[at + offset]); };
    const unsigned first = byte(0);
    if (first < 0x80) return {first, 1};
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || bytes.size() - at < length) return {};
    char32_t value = first & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {};
        value = value << 6 | (byte(i) & 0x3FU);
    }
    if (length == 3 && (value < 0x800 || (value >= 0xD800 && value <= 0xDFFF))) return {};
    if (length == 4 && (value < 0x10000 || value > 0x10FFFF)) return {};
    return {value, length};
}

bool is_utf8(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        if (bytes.size() - at >= 8 && eight_ascii(bytes.data() + at)) {
            at += 8;
            continue;
        }
        const CodePoint point = code_point_at(bytes, at);
        if (point.bytes == 0) return false;
        at += point.bytes;
    }
    return true;
}

}  // namespace assidu::config
