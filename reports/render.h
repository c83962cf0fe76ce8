// One function a format and report. The text is complete, UTF-8, and the same for the same model: nothing is read
// from the environment.
#pragma once

#include <string>

#include "reports/model.h"

namespace assidu::reports {

enum class Language { fr, en };

// A page that stands alone: no script, no asset from outside, printable. Names are escaped.
[[nodiscard]] std::string render_html(const StudentReport& report, Language language);
[[nodiscard]] std::string render_html(const GroupReport& report, Language language);

// RFC 4180, CRLF, one header line, one table whose first column `record` says what a line is. Column names and record
// names are English and stable, whatever the language. A text that a spreadsheet would take for a formula gets an
// apostrophe before it.
[[nodiscard]] std::string render_csv(const StudentReport& report);
[[nodiscard]] std::string render_csv(const GroupReport& report);

// Every number of the model, integers in seconds; docs/formats/report-json.md.
[[nodiscard]] std::string render_json(const StudentReport& report);
[[nodiscard]] std::string render_json(const GroupReport& report);

// The USE_STATS document of block_use_stats (whole minutes, floored), well-formed and escaped, with exact seconds in
// elements of our own beside them; docs/formats/use-stats-xml.md. A group is a list of them.
[[nodiscard]] std::string render_xml(const StudentReport& report);
[[nodiscard]] std::string render_xml(const GroupReport& report);

}  // namespace assidu::reports
