// A report's model from the ledger and a directory.
#pragma once

#include <string>
#include <vector>

#include "config/scale.h"
#include "federation/ledger.h"
#include "reports/directory.h"
#include "reports/model.h"

namespace assidu::reports {

// What a report is asked for.
struct ReportRequest {
    std::string node_id, node_name, wwwroot;
    const config::Scale* scale = nullptr;
    federation::Period period;
    std::int64_t issued_at_utc_s = 0;
    std::string language;               // "fr" or "en": the language of the scale's label
    std::vector<std::string> remarks;   // codes of text.h
};

// Refused if no totals were ever made under the scale ("no data", which is not "no activity").
[[nodiscard]] config::Result<StudentReport> build_student_report(const ReportRequest& request,
                                                                 const federation::StudentId& student,
                                                                 const federation::Ledger& ledger,
                                                                 const Directory& directory);

// The report of these students, each with the source of their course ids: those without a trace in the period have a
// line with zeros.
[[nodiscard]] config::Result<GroupReport> build_group_report(
    const ReportRequest& request, const std::vector<std::pair<federation::StudentId, std::string>>& students,
    const federation::Ledger& ledger, const Directory& directory);

}  // namespace assidu::reports
