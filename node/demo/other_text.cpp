#include "node/demo/other_text.h"

#include <fmt/format.h>

#include <iterator>

#include "node/demo/csv_text.h"

namespace assidu::node::demo {
namespace {

constexpr std::string_view kQuote = "\"\"";  // one quote inside a quoted CSV field

// The character that begins at `at`, which then stands behind it.
unsigned next_character(std::string_view utf8, std::size_t& at) {
    const auto lead = static_cast<unsigned char>(utf8[at++]);
    if (lead < 0x80) return lead;
    const int more = lead < 0xE0 ? 1 : 2;
    unsigned character = more == 1 ? lead & 0x1FU : lead & 0x0FU;
    for (int byte = 0; byte < more && at < utf8.size(); ++byte)
        character = character << 6 | (static_cast<unsigned char>(utf8[at++]) & 0x3FU);
    return character;
}

// As PHP's json_encode() does without flags: slashes and everything outside ASCII escaped.
void append_json_string(std::string& text, std::string_view value) {
    text += kQuote;
    for (std::size_t at = 0; at < value.size();) {
        const unsigned character = next_character(value, at);
        if (character == '"')
            text.append("\\").append(kQuote);
        else if (character == '\\')
            text += "\\\\";
        else if (character == '/')
            text += "\\/";
        else if (character == '\n')
            text += "\\n";
        else if (character < 0x80)
            text += static_cast<char>(character);
        else
            fmt::format_to(std::back_inserter(text), "\\u{:04x}", character);
    }
    text += kQuote;
}

// The length is in bytes; line breaks and quotes stand as they are.
void append_php_string(std::string& text, std::string_view value) {
    text += "s:";
    append_number(text, static_cast<std::int64_t>(value.size()));
    text.append(":").append(kQuote);
    for (const char byte : value) {
        if (byte == '"') text += '"';
        text += byte;
    }
    text.append(kQuote).append(";");
}

void append_json_value(std::string& text, const OtherField& field) {
    switch (field.kind) {
        case OtherField::Kind::text:
            return append_json_string(text, field.text);
        case OtherField::Kind::number:
            return append_number(text, field.number);
        case OtherField::Kind::yes:
            text += "true";
            return;
        case OtherField::Kind::no:
            text += "false";
            return;
        case OtherField::Kind::null:
            text += "null";
            return;
        case OtherField::Kind::list:
            text += '[';
            if (!field.text.empty()) append_json_string(text, field.text);
            text += ']';
            return;
    }
}

void append_php_value(std::string& text, const OtherField& field) {
    switch (field.kind) {
        case OtherField::Kind::text:
            return append_php_string(text, field.text);
        case OtherField::Kind::number:
            text += "i:";
            append_number(text, field.number);
            text += ';';
            return;
        case OtherField::Kind::yes:
            text += "b:1;";
            return;
        case OtherField::Kind::no:
            text += "b:0;";
            return;
        case OtherField::Kind::null:
            text += "N;";
            return;
        case OtherField::Kind::list:
            text += field.text.empty() ? "a:0:{" : "a:1:{i:0;";
            if (!field.text.empty()) append_php_string(text, field.text);
            text += '}';
            return;
    }
}

}  // namespace

void append_other_json(std::string& text, std::initializer_list<OtherField> fields) {
    if (fields.size() == 0) {
        text += "null";
        return;
    }
    char before = '{';
    text += '"';
    for (const OtherField& field : fields) {
        text += before;
        append_json_string(text, field.key);
        text += ':';
        append_json_value(text, field);
        before = ',';
    }
    text += "}\"";
}

void append_other_php(std::string& text, std::initializer_list<OtherField> fields) {
    if (fields.size() == 0) {
        text += "N;";
        return;
    }
    text += "\"a:";
    append_number(text, static_cast<std::int64_t>(fields.size()));
    text += ":{";
    for (const OtherField& field : fields) {
        append_php_string(text, field.key);
        append_php_value(text, field);
    }
    text += "}\"";
}

}  // namespace assidu::node::demo
