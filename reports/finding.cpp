#include "reports/finding.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/digest.h"
#include "reports/durations.h"

namespace assidu::reports {
namespace {

std::string days_text(Language language, const std::vector<federation::Period>& runs) {
    constexpr std::size_t kShown = 6;
    std::string days;
    for (std::size_t i = 0; i < std::min(runs.size(), kShown); ++i) {
        const federation::Period& run = runs[i];
        days += days.empty() ? "" : ", ";
        days += run.from == run.to ? date_text(language, run.from)
                                   : text_with(language, "days_span", date_text(language, run.from),
                                               date_text(language, run.to));
    }
    if (runs.size() > kShown) days += text_with(language, "finding.more", runs.size() - kShown);
    return days;
}

}  // namespace

std::string LintFinding::digest() const {
    std::string all = fmt::format("{}\n{}\n{}\n{}\n", code, seconds, limit_s, about);
    for (const federation::Period& run : days)
        all += fmt::format("{} {}\n", run.from.number, run.to.number);
    return config::hex(config::sha256(all));
}

std::string_view name_of(LintFinding::Severity severity) {
    return severity == LintFinding::Severity::refused ? "refused" : "flagged";
}

std::string finding_text(Language language, const LintFinding& finding) {
    return text_with(language, "finding." + finding.code, days_text(language, finding.days),
                     h_mm_ss(finding.seconds), h_mm_ss(finding.limit_s), finding.about);
}

std::string override_text(Language language, const LintFinding& finding) {
    if (!finding.overridden) return {};
    return text_with(language, "finding.overridden", finding.overridden->author, finding.overridden->reason);
}

std::vector<federation::Period> runs_of(const std::vector<config::CivilDay>& days) {
    std::vector<federation::Period> runs;
    for (const config::CivilDay day : days) {
        if (!runs.empty() && next(runs.back().to) >= day)
            runs.back().to = std::max(runs.back().to, day);
        else
            runs.push_back({day, day});
    }
    return runs;
}

}  // namespace assidu::reports
