// A report as a file: its format and its name.
#pragma once

#include <string>
#include <string_view>

#include "reports/model.h"
#include "reports/template/look.h"
#include "reports/text.h"

namespace assidu::node {

enum class ReportFormat {
    html,
    csv,
    json,
    xml,
    pdf,
    xlsx,
    excel_csv,    // CSV for a French Excel
    certificate,  // the certificat de réalisation, PDF
    time_report,  // layouts of plugins (reports/print/layouts.h)
    working_days,
    sessions_only,
    user_rows,
};

// A format as it is asked for on the command line, its files' extension, and which reports have it.
struct FormatEntry {
    ReportFormat format;
    std::string_view name, extension;
    bool student, group, pool;
};
inline constexpr FormatEntry kReportFormats[] = {
    {ReportFormat::html, "html", "html", true, true, true},
    {ReportFormat::csv, "csv", "csv", true, true, true},
    {ReportFormat::json, "json", "json", true, true, true},
    {ReportFormat::xml, "xml", "xml", true, true, true},
    {ReportFormat::pdf, "pdf", "pdf", true, true, false},
    {ReportFormat::xlsx, "xlsx", "xlsx", true, true, false},
    {ReportFormat::excel_csv, "excel-csv", "excel.csv", true, true, false},
    {ReportFormat::certificate, "certificate", "certificate.pdf", true, false, false},
    {ReportFormat::time_report, "time-report", "time-report.csv", true, false, false},
    {ReportFormat::working_days, "working-days", "working-days.csv", true, false, false},
    {ReportFormat::sessions_only, "sessions", "sessions.csv", true, false, false},
    {ReportFormat::user_rows, "user-rows", "user-rows.csv", false, true, false},
};
// Those that every report has.
inline constexpr ReportFormat kFormatsOfAll[] = {ReportFormat::html, ReportFormat::csv, ReportFormat::json,
                                                 ReportFormat::xml};
[[nodiscard]] std::string_view extension_of(ReportFormat format);

// The document. A format that the report does not have is a broken invariant: std::logic_error.
// `verification_url`: for printed ones (reports/print/render_pdf.h).
[[nodiscard]] std::string render(const reports::StudentReport& report, ReportFormat format,
                                 reports::Language language, const std::string& verification_url = {},
                                 const reports::Look& look = {});
[[nodiscard]] std::string render(const reports::GroupReport& report, ReportFormat format,
                                 reports::Language language, const std::string& verification_url = {},
                                 const reports::Look& look = {});
[[nodiscard]] std::string render(const reports::PoolReport& report, ReportFormat format,
                                 reports::Language language, const std::string& verification_url = {},
                                 const reports::Look& look = {});

// "student-dupont-elodie-1a2b3c4d_2025-10-01_2025-10-31", "group-lyon-est_...", "pool-pole_..."; without an
// extension.
[[nodiscard]] std::string file_name(const reports::StudentReport& report);
[[nodiscard]] std::string file_name(const reports::GroupReport& report);
[[nodiscard]] std::string file_name(const reports::PoolReport& report);

}  // namespace assidu::node
