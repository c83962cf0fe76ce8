#include "federation/ledger.h"

#include <algorithm>

#include "config/digest.h"

namespace assidu::federation {

std::string to_string(const StudentId& student) {
    return config::hex(student.bytes);
}

std::optional<StudentId> parse_student_id(std::string_view text) {
    const auto bytes = config::unhex(text);
    StudentId student;
    if (!bytes || bytes->size() != student.bytes.size()) return std::nullopt;
    std::ranges::transform(*bytes, student.bytes.begin(),
                           [](char c) { return static_cast<std::uint8_t>(c); });
    return student;
}

}  // namespace assidu::federation
