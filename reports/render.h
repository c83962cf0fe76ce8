// One function a format and report. The text is complete, UTF-8, and the same for the same model: nothing is
// read from the environment. A name that is not UTF-8, or has control characters, appears with U+FFFD in
// their place in every format.
#pragma once

#include <string>

#include "config/refusal.h"
#include "reports/model.h"
#include "reports/text.h"

namespace assidu::reports {

// A page that stands alone: no script, no asset from outside, printable. Names are escaped. The page carries
// a content security policy that allows nothing but its own style.
[[nodiscard]] std::string render_html(const StudentReport& report, Language language);
[[nodiscard]] std::string render_html(const GroupReport& report, Language language);
// Of a member's courses it shows the longest, and all others in one line that says how many they are; of a
// member's weeks the measured time. The other formats have everything.
[[nodiscard]] std::string render_html(const PoolReport& report, Language language);
// The style's hash as a Content-Security-Policy names it ('sha256-...', quotes included), for a server that
// sends a policy of its own with the page.
[[nodiscard]] std::string html_style_source();

// RFC 4180, CRLF, one header line, one table whose first column `record` says what a line is. Column names
// and record names are English and stable, whatever the language. A text that a spreadsheet would take for a
// formula gets an apostrophe before it. docs/formats/report-csv.md.
[[nodiscard]] std::string render_csv(const StudentReport& report);
[[nodiscard]] std::string render_csv(const GroupReport& report);
[[nodiscard]] std::string render_csv(const PoolReport& report);

// Every number of the model, integers in seconds; docs/formats/report-json.md.
[[nodiscard]] std::string render_json(const StudentReport& report);
[[nodiscard]] std::string render_json(const GroupReport& report);
[[nodiscard]] std::string render_json(const PoolReport& report);

// What a package proves and every document of it is made from: the JSON of render_json() as RFC 8785 writes
// it, with `last_event_id` as a text; docs/formats/package.md. Refused if a number is none that every reader
// of JSON has exactly.
[[nodiscard]] config::Result<std::string> canonical_data(const StudentReport& report);

// The USE_STATS document of block_use_stats (whole minutes, floored), well-formed and escaped, with exact
// seconds in elements of our own beside them; docs/formats/use-stats-xml.md. A group is a list of them.
[[nodiscard]] std::string render_xml(const StudentReport& report);
[[nodiscard]] std::string render_xml(const GroupReport& report);
[[nodiscard]] std::string render_xml(const PoolReport& report);

// The same document as a peer asks for it by Moodle Networking: less of it, and nothing else.
struct UseStatsParts {
    bool courses = false;  // COURSES
    bool modules = false;  // MODULES in each COURSE, which it then has, too
    bool flat = false;     // with `modules`: one MODULES beside USER, in the place of COURSES
};
[[nodiscard]] std::string render_use_stats(const StudentReport& report, const UseStatsParts& parts);

}  // namespace assidu::reports
