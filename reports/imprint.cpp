#include "reports/imprint.h"

namespace assidu::reports {

Imprint imprint_of(const config::Scale& scale, const std::string& language, std::int64_t issued_at_utc_s) {
    return {.language = language,
            .scale = {scale.id, scale.version, scale.sha256, scale.canonical},
            .scale_label = scale.label_in(language),
            .timezone = scale.timezone,
            .idle_s = scale.gap.idle_s,
            .idle_credit_s = scale.gap.idle_credit_s,
            .last_credit_s = scale.gap.last_credit_s,
            .issued_at_utc_s = issued_at_utc_s};
}

}  // namespace assidu::reports
