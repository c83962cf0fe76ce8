// A report as a file: its format and its name.
#pragma once

#include <string>
#include <string_view>

#include "reports/model.h"
#include "reports/text.h"

namespace assidu::node {

enum class ReportFormat { html, csv, json, xml };
inline constexpr ReportFormat kReportFormats[] = {ReportFormat::html, ReportFormat::csv, ReportFormat::json,
                                                  ReportFormat::xml};
// "html", "csv", "json", "xml".
[[nodiscard]] std::string_view extension_of(ReportFormat format);

// The document's text.
[[nodiscard]] std::string render(const reports::StudentReport& report, ReportFormat format,
                                 reports::Language language);
[[nodiscard]] std::string render(const reports::GroupReport& report, ReportFormat format,
                                 reports::Language language);
[[nodiscard]] std::string render(const reports::PoolReport& report, ReportFormat format,
                                 reports::Language language);

// "student-dupont-elodie-1a2b3c4d_2025-10-01_2025-10-31", "group-lyon-est_...", "pool-pole_..."; without an
// extension.
[[nodiscard]] std::string file_name(const reports::StudentReport& report);
[[nodiscard]] std::string file_name(const reports::GroupReport& report);
[[nodiscard]] std::string file_name(const reports::PoolReport& report);

}  // namespace assidu::node
