// Numbers of printed reports and workbooks, read back under the keys of read_back.h. They have fewer than the
// other formats: what a format shows is compared, key by key, with the model.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/reports/read_back.h"

namespace assidu::reports::test {

// The cells of a workbook by sheet, row by row, as text: numbers as the file has them, texts resolved. Throws
// std::runtime_error on what is no workbook.
using Cells = std::map<std::string, std::vector<std::vector<std::string>>>;
[[nodiscard]] Cells cells_of(std::string_view xlsx);
// Files of any zip, inflated.
[[nodiscard]] std::map<std::string, std::string> unzipped(std::string_view zip);

// Of a student's or a group's workbook: totals, days or students, courses, activities, sessions, weeks. A
// duration that is not its seconds throws.
[[nodiscard]] Numbers numbers_of_xlsx(const Cells& cells, const config::CivilCalendar& calendar);
// Of the text of a PDF (pdftotext -layout) in French: totals, days, months; of a group weeks and students.
[[nodiscard]] Numbers numbers_of_pdf(const std::string& text);

// Of the table of courses and activities of a student's PDF. Its lines have no ids: `names` says in which
// order courses, activities and the courses' own pages must stand there, and which name each begins with; a
// line too many or too few throws.
[[nodiscard]] Numbers courses_of_pdf(const std::string& text, const StudentReport& names);

}  // namespace assidu::reports::test
