// A verification in words: French or English.
#pragma once

#include <string>
#include <string_view>

#include "reports/verify/verify.h"

namespace assidu::reports {

// A line a check (what holds; what fails, why, and what that means), what the package is about, and the
// verdict. `language`: "fr" or (any other) "en". Texts from the package are shown without control characters.
[[nodiscard]] std::string verification_text(const Verification& verification, std::string_view language);

}  // namespace assidu::reports
