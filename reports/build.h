// A report's model from the ledger and a directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/refusal.h"
#include "config/scale.h"
#include "federation/ledger.h"
#include "reports/directory.h"
#include "reports/model.h"

namespace assidu::reports {

// What a report is asked for.
struct ReportRequest {
    std::string node_id, node_name;  // whose totals
    std::string wwwroot;             // empty: not known
    const config::Scale* scale = nullptr;
    federation::Period period;
    std::int64_t issued_at_utc_s = 0;
    std::string language;              // "fr" or "en": the language of the scale's label
    std::vector<std::string> remarks;  // codes of text.h
    // Present where the rows are a member's, as it declared them to the hub that issues the report. What
    // statements do not carry is then not known: no session is looked up, and dropped events are not counted.
    std::optional<Received> received = std::nullopt;
};

// Both functions refuse what would be "no data" and must not look like "no activity": totals never made under
// the scale, or made only for an instant that is not after the period's begin; with `received`, a period of
// which no day is declared. They add remarks of their own
// where the totals end inside the period. A ledger whose rows contradict themselves (activities longer than
// their course, more time on a day than the day has) is a broken invariant: std::logic_error. Rows that a
// member declared come from outside: there it is a refusal that names the member, and so are traces that do
// not lie on the day of their row.

// A student without a trace in the period gets a report that says so. `source` is the configured name of the
// Moodle whose course ids the student's rows use, as Ledger::students() gives it; whoever makes many reports
// passes it, since an empty one is looked up among all students of the node.
[[nodiscard]] config::Result<StudentReport> build_student_report(const ReportRequest& request,
                                                                 const federation::StudentId& student,
                                                                 const federation::Ledger& ledger,
                                                                 const Directory& directory,
                                                                 const std::string& source = {});

// The report of these students, each with the source of their course ids: those without a trace in the period
// have a line with zeros. A student named twice counts once. Memory grows with students, courses and weeks,
// not with rows.
[[nodiscard]] config::Result<GroupReport> build_group_report(
    const ReportRequest& request, const std::vector<std::pair<federation::StudentId, std::string>>& students,
    const federation::Ledger& ledger, const Directory& directory);

}  // namespace assidu::reports
