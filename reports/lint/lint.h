// The look before issue: what of a student's report contradicts itself, its dossier or the calendar. French
// inspectors reject incoherence before anything else: time on closed days, after the end, at two places at
// once, too regular to be a person's.
//
// What each code means, and which severity it has, stands in docs/reports.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/scale.h"
#include "reports/finding.h"
#include "reports/model.h"

namespace assidu::reports {

// What the linter is told beside the report. What is not known is empty: it is then not found.
struct LintContext {
    const config::Scale* scale = nullptr;       // for its calendar
    std::vector<federation::Dossier> dossiers;  // all of the student's, whatever their dates
    // Measured and credited seconds from the begin of each of report.dossiers to the period's end.
    std::vector<std::int64_t> since_begin_s;
    // A day of the same person at another university of the pool.
    struct Elsewhere {
        std::string where;
        config::CivilDay day;
        std::optional<std::int64_t> first_utc_s, last_utc_s;
        std::int64_t measured_s = 0, credited_s = 0;
    };
    std::vector<Elsewhere> elsewhere;
    // Traces that follow each other at one interval, as a program makes them.
    struct RegularRun {
        std::int64_t from_utc_s = 0, to_utc_s = 0, gap_s = 0;
    };
    std::vector<RegularRun> regular;
    // Days of the period that were declared under another scale, ascending, and its name.
    std::vector<config::CivilDay> other_scale_days;
    std::string other_scale;
};

// In the order of kFindingCodes; none is overridden.
[[nodiscard]] std::vector<LintFinding> lint(const StudentReport& report, const LintContext& context);

// Runs of at least kRegularTraces traces (ascending instants) of which each follows the one before within a
// second of the same interval, of kRegularGapMin_s to kRegularGapMax_s.
inline constexpr std::size_t kRegularTraces = 20;
inline constexpr std::int64_t kRegularGapMin_s = 20, kRegularGapMax_s = 3'600;
[[nodiscard]] std::vector<LintContext::RegularRun> regular_runs(const std::vector<std::int64_t>& traces);

}  // namespace assidu::reports
