// A file of cases: logs with an algorithm and its settings (docs/formats/cases.md). What each should give
// (`expected`) is not looked at.
#pragma once

#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "config/refusal.h"

namespace assidu::node::attendance::trial {

struct CaseAnswers {
    // {"id", "result"} of every case in the order of the file, `result` shaped like its `expected`; and of
    // every interval case, shaped {"legacy", "recommended"}. {"id", "error"} where a case was refused.
    nlohmann::json answers = nlohmann::json::array();
    std::vector<std::string> errors;  // of the refused cases, each naming its case and key
};

// A list of cases alone is taken for a file of them. Refused if the file is neither; `where` names it.
[[nodiscard]] config::Result<CaseAnswers> answer_cases(std::string_view text, std::string_view where);

}  // namespace assidu::node::attendance::trial
