// The page inside a package that says how the totals came about and what the package proves.
#pragma once

#include <string_view>

namespace assidu::reports {

// In "fr" or (any other) "en"; the same bytes in every package of this version.
[[nodiscard]] std::string_view method_text(std::string_view language);

}  // namespace assidu::reports
