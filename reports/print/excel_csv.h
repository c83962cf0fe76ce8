// The flavour of CSV that a French Excel opens by a double click.
#pragma once

#include <string>
#include <string_view>

#include "reports/model.h"

namespace assidu::reports {

// The table of render_csv(): the same records, columns and numbers, with ';' between fields and a byte order
// mark before them. What a spreadsheet would take for a formula has its apostrophe as there.
[[nodiscard]] std::string render_excel_csv(const StudentReport& report);
[[nodiscard]] std::string render_excel_csv(const GroupReport& report);

// Any RFC 4180 table in that flavour.
[[nodiscard]] std::string in_excel_flavour(std::string_view table);

}  // namespace assidu::reports
