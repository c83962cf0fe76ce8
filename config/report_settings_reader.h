// How the parser of settings reads what report_settings.h holds: internal to this floor.
#pragma once

#include <string>
#include <vector>

#include "config/report_settings.h"
#include "config/table_reader.h"

namespace assidu::config {

// Reads `template` and `small_cell` of [reports], and every [[report_schedule]] of the document.
[[nodiscard]] ReportSettings read_report_settings(TableReader& reports, const toml::table& document,
                                                  std::vector<std::string>& objections);

}  // namespace assidu::config
