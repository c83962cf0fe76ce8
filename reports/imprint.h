// What a document says of the rule it was made under.
#pragma once

#include <cstdint>
#include <string>

#include "config/scale.h"
#include "reports/model.h"

namespace assidu::reports {

// `language`: "fr" or "en", of the scale's label.
[[nodiscard]] Imprint imprint_of(const config::Scale& scale, const std::string& language,
                                 std::int64_t issued_at_utc_s);

}  // namespace assidu::reports
