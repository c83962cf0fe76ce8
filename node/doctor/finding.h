// One thing that `assidu doctor` looked at: how it stands, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reports/text.h"

namespace assidu::node::doctor {

// In ascending order of badness.
enum class Severity { ok, note, warning, failure };
[[nodiscard]] std::string_view code_of(Severity severity);  // "ok", "note", "warning", "failure"

struct Finding {
    Severity severity = Severity::ok;
    std::string code;                 // one of all_findings(): "disk.low"
    std::vector<std::string> values;  // of the places {0}, {1}... in its words
    bool operator==(const Finding&) const = default;
};

// The words of a finding: what is so, and what to do (empty where nothing is).
struct FindingText {
    std::string_view code, fr, en, do_fr, do_en;
};
[[nodiscard]] const std::vector<FindingText>& all_findings();
// A code that is not there is a broken invariant: std::logic_error.
[[nodiscard]] std::string message_of(const Finding& finding, reports::Language language);
[[nodiscard]] std::string advice_of(const Finding& finding, reports::Language language);

[[nodiscard]] Severity worst_of(const std::vector<Finding>& findings);
// For a person, the worst first; and for a program (docs/operating.md).
[[nodiscard]] std::string as_text(const std::vector<Finding>& findings, reports::Language language);
[[nodiscard]] std::string as_json(const std::vector<Finding>& findings, reports::Language language);

}  // namespace assidu::node::doctor
