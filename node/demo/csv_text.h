// Text of a CSV file, appended to a string.
#pragma once

#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

namespace assidu::node::demo {

inline void append_number(std::string& text, std::int64_t number) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    text.append(digits, end);
}

// A field of any bytes, in quotes where RFC 4180 asks for them.
inline void append_field(std::string& text, std::string_view field) {
    if (field.find_first_of(",\"\r\n") == std::string_view::npos) {
        text += field;
        return;
    }
    text += '"';
    for (const char byte : field) {
        if (byte == '"') text += '"';
        text += byte;
    }
    text += '"';
}

}  // namespace assidu::node::demo
