// Durations as SCORM packages write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace assidu::node::collect {

// Whole seconds of a duration in either of SCORM's forms: that of SCORM 2004, an ISO 8601 duration such as
// PT1H30M5S, P1DT2H, P2W or PT0.5S; that of SCORM 1.2, HHHH:MM:SS.SS with two to four digits of hours and a
// fraction that may be missing. Fractions of a second are cut off. Nothing for another text, for years and
// months above zero (which have no fixed length), and for what is longer than
// limits::kScaleTotalSecondsMax.
[[nodiscard]] std::optional<std::int64_t> parse_scorm_duration(std::string_view text);

}  // namespace assidu::node::collect
