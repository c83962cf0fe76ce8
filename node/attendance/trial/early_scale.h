// The short early form of a scale that cases are written in: `completion_credits` is `credits.completion`,
// `filter.exclude_modules` is `filter.modules.exclude`, and what every scale of then had in common is not
// written.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace assidu::node::attendance::trial {

// The document of today that it means. A document of today (one with `schema`) stays as it is. Keys of today
// inside of an early form are kept; what neither knows is for the reader of scales to refuse.
[[nodiscard]] nlohmann::json scale_of_today(nlohmann::json early, const std::string& timezone);

}  // namespace assidu::node::attendance::trial
