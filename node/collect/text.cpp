#include "node/collect/text.h"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <iterator>

#include "config/utf8.h"

namespace assidu::node::collect {
namespace {

using config::code_point_at;
using config::CodePoint;
using config::is_utf8;

unsigned byte_of(char c) {
    return static_cast<unsigned char>(c);
}

void append(std::string& text, std::uint32_t value) {
    const auto put = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (value < 0x80) {
        put(value);
    } else if (value < 0x800) {
        put(0xC0 | (value >> 6));
        put(0x80 | (value & 0x3F));
    } else {  // Windows-1252 reaches no further than U+2122
        put(0xE0 | (value >> 12));
        put(0x80 | ((value >> 6) & 0x3F));
        put(0x80 | (value & 0x3F));
    }
}

// Windows-1252, 0x80 to 0x9F (WHATWG Encoding Standard, index windows-1252).
constexpr std::array<std::uint16_t, 32> kWindows1252 = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

bool is_control(std::uint32_t value) {
    return value < 0x20 || (value >= 0x7F && value < 0xA0);
}

bool is_space(std::uint32_t value) {
    return value == ' ' || (value >= 0x09 && value <= 0x0D) || value == 0xA0 ||
           (value >= 0x2000 && value <= 0x200B) || value == 0x202F || value == 0x205F || value == 0x3000 ||
           value == 0xFEFF;
}

// The letters U+00C0 to U+00FF without accent and case; '?' keeps the character as it is.
constexpr std::string_view kLatinLetters =
    "aaaaaa?ceeeeiiii?nooooo?ouuuuy??"
    "aaaaaa?ceeeeiiii?nooooo?ouuuuy?y";

}  // namespace

bool is_plain_text(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const CodePoint point = code_point_at(bytes, at);
        if (point.bytes == 0 || is_control(point.value)) return false;
        at += point.bytes;
    }
    return true;
}

std::string_view decoded(std::string_view bytes, std::string& storage) {
    if (is_utf8(bytes)) return bytes;
    storage.clear();
    for (const char c : bytes) {
        const unsigned byte = byte_of(c);
        append(storage, byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte);
    }
    return storage;
}

std::string folded(std::string_view utf8) {
    std::string text;
    text.reserve(utf8.size());
    bool space = false;
    for (std::size_t at = 0; at < utf8.size();) {
        const CodePoint point = code_point_at(utf8, at);
        const std::string_view as_it_is = utf8.substr(at, point.bytes == 0 ? 1 : point.bytes);
        at += as_it_is.size();
        if (point.bytes != 0 && is_space(point.value)) {
            space = true;
            continue;
        }
        if (space && !text.empty()) text.push_back(' ');
        space = false;
        if (point.value >= 'A' && point.value <= 'Z')
            text.push_back(static_cast<char>(point.value + ('a' - 'A')));
        else if (point.value >= 0xC0 && point.value <= 0xFF && kLatinLetters[point.value - 0xC0] != '?')
            text.push_back(kLatinLetters[point.value - 0xC0]);
        else if (point.value == 0x152 || point.value == 0x153)
            text += "oe";
        else if (point.value == 0x2018 || point.value == 0x2019 || point.value == 0x2BC)
            text.push_back('\'');
        else
            text += as_it_is;
    }
    return text;
}

std::string cleaned(std::string_view utf8, std::size_t bytes_max) {
    std::string text;
    bool space = false;
    for (std::size_t at = 0; at < utf8.size();) {
        const CodePoint point = code_point_at(utf8, at);
        const std::string_view as_it_is = utf8.substr(at, point.bytes == 0 ? 1 : point.bytes);
        at += as_it_is.size();
        if (point.bytes == 0 || is_space(point.value) || is_control(point.value)) {
            space = true;
            continue;
        }
        const bool apart = space && !text.empty();
        if (text.size() + (apart ? 1 : 0) + as_it_is.size() > bytes_max) break;
        if (apart) text.push_back(' ');
        space = false;
        text += as_it_is;
    }
    return text;
}

namespace {

// Characters that turn the direction of a line or break it: what follows a name would be shown as part of it.
bool misleads(std::uint32_t value) {
    return (value >= 0x2028 && value <= 0x202E) || (value >= 0x2066 && value <= 0x2069);
}

// Appends what begins at `at` as printable() has it, and answers how many bytes that were.
std::size_t append_printable(std::string& text, std::string_view bytes, std::size_t at) {
    const CodePoint point = code_point_at(bytes, at);
    const std::size_t size = point.bytes == 0 ? 1 : point.bytes;
    if (point.bytes != 0 && !is_control(point.value) && !misleads(point.value)) {
        text += bytes.substr(at, size);
        return size;
    }
    for (std::size_t i = 0; i < size; ++i)
        fmt::format_to(std::back_inserter(text), "\\x{:02X}", byte_of(bytes[at + i]));
    return size;
}

}  // namespace

std::string printable(std::string_view bytes) {
    std::string text;
    for (std::size_t at = 0; at < bytes.size();)
        at += append_printable(text, bytes, at);
    return text;
}

std::string shown(std::string_view bytes, std::size_t bytes_max) {
    std::string text = "'";
    std::size_t at = 0;
    while (at < bytes.size() && at < bytes_max)
        at += append_printable(text, bytes, at);
    text += at < bytes.size() ? "...'" : "'";
    return text;
}

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view kSpaces = " \t\r\n";
    const std::size_t begin = text.find_first_not_of(kSpaces);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kSpaces) + 1 - begin);
}

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    return lower;
}

}  // namespace assidu::node::collect
