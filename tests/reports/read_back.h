// Reads every number of a rendered report back, each under the same key whatever the format, so that formats
// can be compared with the model and with each other.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "reports/model.h"

namespace assidu::reports::test {

// "day.2026-03-23.course.12.measured_s" -> 5400
using Numbers = std::map<std::string, std::int64_t>;

[[nodiscard]] Numbers numbers_of(const StudentReport& report);
[[nodiscard]] Numbers numbers_of(const GroupReport& report);
[[nodiscard]] Numbers numbers_of(const PoolReport& report);

// All reports alike; what a format does not have is a key that is missing.
[[nodiscard]] Numbers numbers_of_json(const std::string& document);
[[nodiscard]] Numbers numbers_of_csv(const std::string& table);
[[nodiscard]] Numbers numbers_of_xml(const std::string& document);
[[nodiscard]] Numbers numbers_of_html(const std::string& page);

// RFC 4180, strictly: throws std::runtime_error on a bare quote, a line end other than CRLF outside quotes,
// or a record of another width than the first.
[[nodiscard]] std::vector<std::map<std::string, std::string>> parse_csv(std::string_view table);

}  // namespace assidu::reports::test
