#include "reports/safe_text.h"

#include <cstdint>

namespace assidu::reports {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

// The first character of `text` and how many bytes it has; size 0 where they are not UTF-8 (RFC 3629: no
// overlong form, no surrogate, nothing over U+10FFFF).
struct Character {
    char32_t code = 0;
    std::size_t size = 0;
};

Character first_character(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
    const std::uint8_t lead = byte(0);
    if (lead < 0x80) return {lead, 1};
    const std::size_t size = lead >= 0xc2 && lead <= 0xdf   ? 2
                             : lead >= 0xe0 && lead <= 0xef ? 3
                             : lead >= 0xf0 && lead <= 0xf4 ? 4
                                                            : 0;
    if (size == 0 || text.size() < size) return {};
    char32_t code = lead & (0xffU >> (size + 1));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return {};
        code = code << 6 | (byte(i) & 0x3fU);
    }
    const bool overlong = (size == 3 && code < 0x800) || (size == 4 && code < 0x10000);
    const bool surrogate = code >= 0xd800 && code <= 0xdfff;
    if (overlong || surrogate || code > 0x10ffff) return {};
    return {code, size};
}

bool allowed(char32_t code) {
    if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
    return code != 0xfffe && code != 0xffff;
}

// The letters of U+00C0 to U+00DF and, the same, of U+00E0 to U+00FF without their accents, in lower case;
// then those of U+0100 to U+017F. Letters that fold to two are not read from here.
constexpr std::string_view kLatin1 = "aaaaaaaceeeeiiiidnooooo ouuuuyty";
static_assert(kLatin1.size() == 32);
constexpr std::string_view kLatinExtendedA =
    "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkk"
    "llllllllllnnnnnnnnnoooooooorrrrrrsssssssstttttt"
    "uuuuuuuuuuuuwwyyyzzzzzzs";
static_assert(kLatinExtendedA.size() == 128);

void append_folded(std::string& key, char32_t code, std::string_view bytes) {
    if (code >= 'A' && code <= 'Z')
        key.push_back(static_cast<char>(code - 'A' + 'a'));
    else if (code == 0xc6 || code == 0xe6)
        key += "ae";
    else if (code == 0x152 || code == 0x153)
        key += "oe";
    else if (code == 0xdf)
        key += "ss";
    else if (code >= 0xc0 && code <= 0xff)
        key.push_back(kLatin1[(code - 0xc0) % kLatin1.size()]);
    else if (code >= 0x100 && code <= 0x17f)
        key.push_back(kLatinExtendedA[code - 0x100]);
    else if (code < 0x300 || code > 0x36f)
        key += bytes;  // between them: accents that stand alone
}

}  // namespace

std::string safe_text(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    while (!text.empty()) {
        const Character character = first_character(text);
        const std::size_t size = character.size == 0 ? 1 : character.size;
        if (character.size != 0 && allowed(character.code))
            safe += text.substr(0, size);
        else
            safe += kReplacement;
        text.remove_prefix(size);
    }
    return safe;
}

std::string csv_field(std::string_view text) {
    std::string field = safe_text(text);
    const std::size_t first = field.find_first_not_of('\'');
    if (first != std::string::npos && std::string_view("=+-@\t\r").contains(field[first]))
        field.insert(0, 1, '\'');
    if (field.find_first_of(",\"\r\n") == std::string::npos) return field;
    std::string quoted = "\"";
    for (const char c : field) {
        if (c == '"') quoted.push_back('"');
        quoted.push_back(c);
    }
    quoted.push_back('"');
    return quoted;
}

std::string sort_key(std::string_view name) {
    const std::string safe = safe_text(name);
    std::string key;
    for (std::string_view rest = safe; !rest.empty();) {
        const Character character = first_character(rest);
        append_folded(key, character.code, rest.substr(0, character.size));
        rest.remove_prefix(character.size);
    }
    return key;
}

}  // namespace assidu::reports
