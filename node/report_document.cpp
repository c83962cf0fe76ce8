#include "node/report_document.h"

#include <fmt/format.h>

#include <optional>
#include <stdexcept>

#include "config/settings.h"
#include "reports/print/excel_csv.h"
#include "reports/print/layouts.h"
#include "reports/print/render_pdf.h"
#include "reports/print/render_xlsx.h"
#include "reports/render.h"
#include "reports/render_look.h"

namespace assidu::node {
namespace {

// A format that every report has; nothing for another.
template <class Report>
std::optional<std::string> render_common(const Report& report, ReportFormat format,
                                         reports::Language language, const reports::Look& look) {
    switch (format) {
        case ReportFormat::html:
            if constexpr (std::is_same_v<Report, reports::PoolReport>)
                return reports::render_html(report, language);
            else
                return reports::render_html(report, language, look);
        case ReportFormat::csv:
            return reports::render_csv(report);
        case ReportFormat::json:
            return reports::render_json(report);
        case ReportFormat::xml:
            return reports::render_xml(report);
        default:
            return std::nullopt;
    }
}

// A format of students and groups.
template <class Report>
std::optional<std::string> render_printed(const Report& report, ReportFormat format,
                                          reports::Language language, const std::string& verification_url,
                                          const reports::Look& look) {
    switch (format) {
        case ReportFormat::pdf:
            return reports::render_pdf(report, language, verification_url, look);
        case ReportFormat::xlsx:
            return reports::render_xlsx(report, language, look);
        case ReportFormat::excel_csv:
            return reports::render_excel_csv(report);
        default:
            return render_common(report, format, language, look);
    }
}

std::string known(std::optional<std::string> document, ReportFormat format) {
    if (!document)
        throw std::logic_error(
            fmt::format("a report was asked for as {}, which it is not made as", extension_of(format)));
    return *std::move(document);
}

std::string with_period(const std::string& name, const federation::Period& period) {
    return fmt::format("{}_{}_{}", name, config::iso_date(period.from), config::iso_date(period.to));
}

}  // namespace

std::string_view extension_of(ReportFormat format) {
    for (const FormatEntry& entry : kReportFormats)
        if (entry.format == format) return entry.extension;
    return "";
}

std::string render(const reports::StudentReport& report, ReportFormat format, reports::Language language,
                   const std::string& verification_url, const reports::Look& look) {
    switch (format) {
        case ReportFormat::certificate:
            return reports::render_certificate(report, verification_url, look);
        case ReportFormat::time_report:
            return reports::render_time_report(report);
        case ReportFormat::working_days:
            return reports::render_working_days(report);
        case ReportFormat::sessions_only:
            return reports::render_sessions_only(report);
        default:
            return known(render_printed(report, format, language, verification_url, look), format);
    }
}
std::string render(const reports::GroupReport& report, ReportFormat format, reports::Language language,
                   const std::string& verification_url, const reports::Look& look) {
    if (format == ReportFormat::user_rows) return reports::render_user_rows(report);
    return known(render_printed(report, format, language, verification_url, look), format);
}
std::string render(const reports::PoolReport& report, ReportFormat format, reports::Language language,
                   const std::string&, const reports::Look& look) {
    return known(render_common(report, format, language, look), format);
}

std::string file_name(const reports::StudentReport& report) {
    const std::string name =
        report.person ? config::slug_of(report.person->lastname + " " + report.person->firstname) : "";
    return with_period(
        fmt::format("student-{}{}{}", name, name.empty() ? "" : "-", to_string(report.student).substr(0, 8)),
        report.period);
}
std::string file_name(const reports::GroupReport& report) {
    return with_period("group-" + report.provenance.node_id, report.period);
}
std::string file_name(const reports::PoolReport& report) {
    return with_period("pool-" + report.hub_id, report.period);
}

}  // namespace assidu::node
