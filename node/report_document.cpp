#include "node/report_document.h"

#include <fmt/format.h>

#include "config/settings.h"
#include "reports/render.h"

namespace assidu::node {
namespace {

template <class Report>
std::string render_as(const Report& report, ReportFormat format, reports::Language language) {
    switch (format) {
        case ReportFormat::html:
            return reports::render_html(report, language);
        case ReportFormat::csv:
            return reports::render_csv(report);
        case ReportFormat::json:
            return reports::render_json(report);
        case ReportFormat::xml:
            return reports::render_xml(report);
    }
    return {};
}

std::string with_period(const std::string& name, const federation::Period& period) {
    return fmt::format("{}_{}_{}", name, config::iso_date(period.from), config::iso_date(period.to));
}

}  // namespace

std::string_view extension_of(ReportFormat format) {
    switch (format) {
        case ReportFormat::html:
            return "html";
        case ReportFormat::csv:
            return "csv";
        case ReportFormat::json:
            return "json";
        case ReportFormat::xml:
            return "xml";
    }
    return "";
}

std::string render(const reports::StudentReport& report, ReportFormat format, reports::Language language) {
    return render_as(report, format, language);
}
std::string render(const reports::GroupReport& report, ReportFormat format, reports::Language language) {
    return render_as(report, format, language);
}
std::string render(const reports::PoolReport& report, ReportFormat format, reports::Language language) {
    return render_as(report, format, language);
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
