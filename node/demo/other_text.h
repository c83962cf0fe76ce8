// Moodle's `other` column: an array in JSON or as PHP's serialize() writes it, quoted for CSV.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace assidu::node::demo {

struct OtherField {
    enum class Kind { text, number, yes, no, null, list };
    std::string_view key;
    Kind kind = Kind::null;
    std::string_view text = {};  // of a text; of a list its one element, or none
    std::int64_t number = 0;

    static OtherField of_text(std::string_view key, std::string_view text) { return {key, Kind::text, text}; }
    static OtherField of_number(std::string_view key, std::int64_t number) {
        return {key, Kind::number, {}, number};
    }
    static OtherField of_list(std::string_view key, std::string_view element) {
        return {key, Kind::list, element};
    }
};

// Texts are UTF-8, within the Basic Multilingual Plane.
void append_other_json(std::string& text, std::initializer_list<OtherField> fields);
void append_other_php(std::string& text, std::initializer_list<OtherField> fields);

}  // namespace assidu::node::demo
