// The pool report's model from a consolidation.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "config/refusal.h"
#include "config/scale.h"
#include "federation/consolidation.h"
#include "reports/directory.h"
#include "reports/model.h"

namespace assidu::reports {

// What a member's declarations about the consolidated period are to a report: for the pool report, and for
// ReportRequest::received of the reports about that member's students.
[[nodiscard]] Declared declared_of(const federation::MemberPart& part);

// Whether anything is declared of the period: false is "no data", and its sums are then not 0 but unknown.
[[nodiscard]] bool has_data(const federation::MemberPart& part, const federation::Period& period);

struct PoolReportRequest {
    std::string hub_id, hub_name;
    const config::Scale* scale = nullptr;  // that of the consolidation
    std::int64_t issued_at_utc_s = 0;
    std::string language;  // "fr" or "en": of the scale's label
    // Names of a member's courses; null, or null from it: the report shows ids.
    std::function<const Directory*(const std::string& member)> directory_of;
};

// Refused where the period ends before it begins, and where there is no data at all: no members, or no day of
// the period declared by any. A scale other than the consolidation's, and parts that do not add up to their
// whole, are broken invariants: std::logic_error.
[[nodiscard]] config::Result<PoolReport> build_pool_report(const PoolReportRequest& request,
                                                           const federation::Consolidated& consolidated);

}  // namespace assidu::reports
