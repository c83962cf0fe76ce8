// Reports as workbooks (Office Open XML): durations are durations, dates are dates, and no text is a formula.
// Every table also has its seconds as whole numbers. The same model gives the same bytes.
#pragma once

#include <string>

#include "reports/model.h"
#include "reports/template/look.h"
#include "reports/text.h"

namespace assidu::reports {

// One student: sheets of the summary, days, months, courses with activities, sessions, provenance.
[[nodiscard]] std::string render_xlsx(const StudentReport& report, Language language, const Look& look = {});
// A group: sheets of the summary, students (a row each), weeks, courses, provenance. Memory grows with
// students, by some hundred bytes each.
[[nodiscard]] std::string render_xlsx(const GroupReport& report, Language language, const Look& look = {});

}  // namespace assidu::reports
