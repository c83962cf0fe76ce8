#include "rpc/xml_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>
#include <utility>

#include "rpc/value.h"

namespace assidu::rpc {
namespace {

constexpr char32_t kDisguise = 0xE000;
constexpr std::string_view kDisguiseBytes = "\xEE\x80\x80";

constexpr std::array<std::pair<std::string_view, char>, 5> kEntities{
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"apos", '\''}, {"quot", '"'}}};
// "#x10FFFF" and room for leading zeros.
constexpr std::size_t kReferenceBytesMax = 16;
constexpr std::size_t kShownBytes = 60;

bool is_xml_character(char32_t point) {
    if (point < 0x20) return point == '\t' || point == '\n' || point == '\r';
    return point <= 0xD7FF || (point >= 0xE000 && point <= 0xFFFD) || (point >= 0x10000 && point <= 0x10FFFF);
}

struct Character {
    char32_t point = 0;
    std::size_t size = 0;  // 0: not UTF-8
};

Character character_at(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) -> char32_t { return static_cast<unsigned char>(text[at + i]); };
    const char32_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() - at < size) return {};
    char32_t point = lead & (0xFFU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xC0U) != 0x80) return {};
        point = point << 6U | (byte(i) & 0x3FU);
    }
    const bool overlong = (size == 3 && point < 0x800) || (size == 4 && point < 0x10000);
    return overlong ? Character{} : Character{point, size};
}

void append_utf8(std::string& out, char32_t point) {
    const auto tail = [&](unsigned shift) { out += static_cast<char>(0x80U | (point >> shift & 0x3FU)); };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0U | point >> 6U);
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0U | point >> 12U);
        tail(6), tail(0);
    } else {
        out += static_cast<char>(0xF0U | point >> 18U);
        tail(12), tail(6), tail(0);
    }
}

// The whole of `digits` as a number of that base, small enough for a character.
std::optional<char32_t> code_point(std::string_view digits, int base) {
    std::uint32_t point = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), point, base);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return point;
}

// What `name` (between '&' and ';') stands for.
std::optional<char32_t> referred(std::string_view name) {
    for (const auto& [entity, character] : kEntities)
        if (name == entity) return static_cast<char32_t>(character);
    if (!name.starts_with('#')) return std::nullopt;
    const bool hexadecimal = name.starts_with("#x");
    const auto point = code_point(name.substr(hexadecimal ? 2 : 1), hexadecimal ? 16 : 10);
    return point && is_xml_character(*point) ? point : std::nullopt;
}

// The escape of a byte inside an element, or nothing where it stands for itself.
constexpr std::string_view escape_of(char byte) {
    switch (byte) {
        case '&':
            return "&amp;";
        case '<':
            return "&lt;";
        case '>':
            return "&gt;";
        case '\r':
            return "&#13;";
        default:
            return {};
    }
}

}  // namespace

bool is_xml_text(std::string_view text) {
    return !first_bad_byte(text);
}

std::optional<std::size_t> first_bad_byte(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto lead = static_cast<unsigned char>(text[at]);
        if (lead >= 0x20 && lead < 0x80) {
            ++at;
            continue;
        }
        const Character character = character_at(text, at);
        if (character.size == 0 || !is_xml_character(character.point)) return at;
        at += character.size;
    }
    return std::nullopt;
}

bool is_blank(std::string_view text) {
    return text.find_first_not_of(kBlanks) == std::string_view::npos;
}

void append_escaped(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find_first_of("&<>\r", at), text.size());
        out += text.substr(at, end - at);
        if (end < text.size()) out += escape_of(text[end]);
        at = end + 1;
    }
}

void append_escaped_ascii(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        if (character.size != 1 || character.point < 0x20 || character.point > 0x7E)
            fmt::format_to(std::back_inserter(out), "&#{};", static_cast<std::uint32_t>(character.point));
        else if (text[at] == '"')
            out += "&quot;";
        else if (text[at] == '\'')
            out += "&apos;";
        else if (const std::string_view escape = escape_of(text[at]); !escape.empty())
            out += escape;
        else
            out += text[at];
        at += std::max<std::size_t>(character.size, 1);
    }
}

std::optional<std::string> decoded_again(std::string_view text) {
    std::string bytes;
    bool high = false;
    for (std::size_t at = 0; at < text.size();) {
        const Character character = character_at(text, at);
        if (character.size == 0 || character.point > 0xFF) return std::nullopt;
        high = high || character.point >= 0x80;
        bytes += static_cast<char>(character.point);
        at += character.size;
    }
    if (!high || first_bad_byte(bytes)) return std::nullopt;
    return bytes;
}

std::optional<std::size_t> append_resolved(std::string& out, std::string_view raw) {
    for (std::size_t at = 0; at < raw.size();) {
        const std::size_t ampersand = std::min(raw.find('&', at), raw.size());
        out += raw.substr(at, ampersand - at);
        if (ampersand == raw.size()) break;
        const std::string_view rest = raw.substr(ampersand + 1, kReferenceBytesMax + 1);
        const std::size_t end = rest.find(';');
        if (end == std::string_view::npos) return ampersand;
        const auto point = referred(rest.substr(0, end));
        if (!point) return ampersand;
        append_utf8(out, *point);
        at = ampersand + end + 2;
    }
    return std::nullopt;
}

void append_disguised(std::string& out, std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const auto ordinary = [](char byte) {
            return static_cast<unsigned char>(byte) < 0x80 && escape_of(byte).empty();
        };
        std::size_t end = at;
        while (end < text.size() && ordinary(text[end]))
            ++end;
        out += text.substr(at, end - at);
        at = end;
        if (at == text.size()) break;
        const Character character = character_at(text, at);
        if (character.point > 0xFFFF || character.point == kDisguise || character.point == '\r')
            fmt::format_to(std::back_inserter(out), "{}{:x};", kDisguiseBytes,
                           static_cast<std::uint32_t>(character.point));
        else if (character.size == 1)
            out += escape_of(text[at]);
        else
            out += text.substr(at, character.size);
        at += std::max<std::size_t>(character.size, 1);
    }
}

std::optional<std::string> undisguised(std::string_view disguised) {
    std::string text;
    text.reserve(disguised.size());
    for (std::size_t at = 0; at < disguised.size();) {
        const std::size_t mark = std::min(disguised.find(kDisguiseBytes, at), disguised.size());
        text += disguised.substr(at, mark - at);
        if (mark == disguised.size()) break;
        const std::size_t digits = mark + kDisguiseBytes.size();
        const std::size_t end = disguised.find(';', digits);
        if (end == std::string_view::npos) return std::nullopt;
        const auto point = code_point(disguised.substr(digits, end - digits), 16);
        if (!point || !is_xml_character(*point)) return std::nullopt;
        append_utf8(text, *point);
        at = end + 1;
    }
    return text;
}

std::string shown(std::string_view foreign) {
    std::string text(foreign.substr(0, kShownBytes));
    std::ranges::replace_if(text, [](char byte) { return byte < 0x20 || byte > 0x7E; }, '?');
    if (foreign.size() > kShownBytes) text += "...";
    return text;
}

}  // namespace assidu::rpc
