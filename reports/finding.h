// What the linter found in a student's report (reports/lint): a finding has a code that does not change, a
// severity, and what it is about as values; words in French and English are made of them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/ledger.h"
#include "reports/text.h"

namespace assidu::reports {

struct LintFinding {
    // `refused`: the report is not issued unless somebody overrides it with a reason. `flagged`: it is
    // issued, and says so.
    enum class Severity : std::uint8_t { refused, flagged };
    // Who let a report be issued all the same, and why.
    struct Override {
        std::string reason, author;
        std::int64_t made_utc_s = 0;
        bool operator==(const Override&) const = default;
    };

    std::string code;  // "time_after_end", ...: kFindingCodes
    Severity severity = Severity::flagged;
    std::vector<federation::Period> days;   // runs of days it is about, ascending
    std::int64_t seconds = 0, limit_s = 0;  // 0 where the code has none
    std::string about;                      // the dossier, university or scale it is about; may be empty
    std::optional<Override> overridden = std::nullopt;

    [[nodiscard]] bool refuses() const { return severity == Severity::refused && !overridden; }
    // What an override is for: SHA-256 over code and values. Found again with other values it is another
    // finding.
    [[nodiscard]] std::string digest() const;
};

inline constexpr std::string_view kFindingCodes[] = {
    "time_before_start", "time_after_end", "closed_day",   "two_sites",     "over_a_day",
    "over_planned",      "regular_clicks", "regular_days", "outage_inside", "scale_changed"};

// "refused", "flagged".
[[nodiscard]] std::string_view name_of(LintFinding::Severity severity);
// One sentence.
[[nodiscard]] std::string finding_text(Language language, const LintFinding& finding);
// Whether it was overridden, by whom and why; empty if it was not.
[[nodiscard]] std::string override_text(Language language, const LintFinding& finding);

// Runs of these days, which ascend.
[[nodiscard]] std::vector<federation::Period> runs_of(const std::vector<config::CivilDay>& days);

}  // namespace assidu::reports
