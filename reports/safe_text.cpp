#include "reports/safe_text.h"

#include "config/utf8.h"

namespace assidu::reports {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";

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
        const config::CodePoint character = config::code_point_at(text, 0);
        const std::size_t size = character.bytes == 0 ? 1 : character.bytes;
        if (character.bytes != 0 && allowed(character.value))
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
        const config::CodePoint character = config::code_point_at(rest, 0);
        append_folded(key, character.value, rest.substr(0, character.bytes));
        rest.remove_prefix(character.bytes);
    }
    return key;
}

}  // namespace assidu::reports
