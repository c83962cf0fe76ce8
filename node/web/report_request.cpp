#include "node/web/report_request.h"

#include <algorithm>
#include <charconv>

#include "config/limits.h"
#include "node/report_document.h"
#include "node/services/student_desk.h"

namespace assidu::node::web {
namespace {

using Type = ParameterRule::Type;
using services::StudentDesk;

constexpr ParameterRule kRules[] = {{"reportlayout", Type::text}, {"reportscope", Type::text, "allcourses"},
                                    {"reportformat", Type::text}, {"from", Type::integer, "0"},
                                    {"to", Type::integer, "0"},   {"courseidsource", Type::text, ""},
                                    {"courseid", Type::text, ""}, {"groupidsource", Type::text, ""},
                                    {"groupid", Type::text, ""},  {"useridsource", Type::text, ""},
                                    {"userid", Type::text, ""}};

// A layout and format of the plugin, and what is made here for it. Formats of ours that the plugin does not
// have come last.
struct Layout {
    std::string_view layout, format;
    bool of_student;
    ReportFormat made_as;
};
constexpr Layout kLayouts[] = {
    {"onefulluserpersheet", "xls", true, ReportFormat::xlsx},
    {"onefulluserpersheet", "pdf", true, ReportFormat::pdf},
    {"onefulluserpersheet", "json", true, ReportFormat::json},
    {"onefulluserpersheet", "csv", true, ReportFormat::csv},
    {"onefulluserperfile", "pdf", true, ReportFormat::pdf},
    {"oneuserperrow", "csv", false, ReportFormat::user_rows},
    {"oneuserperrow", "xls", false, ReportFormat::xlsx},
    {"oneuserperrow", "pdf", false, ReportFormat::pdf},
    {"oneuserperrow", "json", false, ReportFormat::json},
    {"sessionsonly", "csv", true, ReportFormat::sessions_only},
    {"workingdays", "csv", true, ReportFormat::working_days},
    {"onefulluserpersheet", "xlsx", true, ReportFormat::xlsx},
    {"onefulluserpersheet", "html", true, ReportFormat::html},
    {"onefulluserpersheet", "xml", true, ReportFormat::xml},
    {"oneuserperrow", "xlsx", false, ReportFormat::xlsx},
    {"oneuserperrow", "html", false, ReportFormat::html},
    {"oneuserperrow", "xml", false, ReportFormat::xml},
    {"certificate", "pdf", true, ReportFormat::certificate},
    {"timereport", "csv", true, ReportFormat::time_report},
};

std::expected<Layout, MoodleError> layout_of(const CheckedParameters& parameters) {
    const std::string& layout = parameters.text("reportlayout");
    const std::string& format = parameters.text("reportformat");
    if (parameters.text("reportscope") != "allcourses")
        return std::unexpected(invalid_parameter("reportscope: a report of this node is of allcourses"));
    if (std::ranges::find(kLayouts, layout, &Layout::layout) == std::end(kLayouts))
        return std::unexpected(invalid_parameter("reportlayout: not made here"));
    for (const Layout& one : kLayouts)
        if (one.layout == layout && one.format == format) return one;
    return std::unexpected(invalid_parameter("reportformat: not made of this layout"));
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::expected<federation::StudentId, MoodleError> student_of(const StudentDesk& desk,
                                                             const CheckedParameters& parameters) {
    const auto key = services::parse_student_key(parameters.text("useridsource"));
    if (!key || parameters.text("userid").empty())
        return std::unexpected(invalid_parameter(
            "useridsource and userid: this layout is of one student, by id, username, idnumber or email"));
    const auto student = desk.find(*key, parameters.text("userid"));
    if (!student) return std::unexpected(MoodleError{"moodle_exception", "invaliduser", "Invalid user", ""});
    return *student;
}

// 0: everybody of the token.
std::expected<std::int64_t, MoodleError> group_of(const StudentDesk& desk,
                                                  const CheckedParameters& parameters) {
    const std::string& source = parameters.text("groupidsource");
    const std::string& name = parameters.text("groupid");
    if (source.empty()) return 0;
    const auto group = source == "id"     ? number_of(name)
                       : source == "name" ? desk.group_named(name)
                                          : std::optional<std::int64_t>();
    if (!group || *group == 0 || !desk.group_by_id(*group))
        return std::unexpected(invalid_parameter("groupidsource and groupid: no group of this node"));
    return *group;
}

template <class Report>
DeliveredReport document_of(const Node& node, const Report& report, ReportFormat format,
                            std::int64_t students) {
    const auto language = reports::language_of(node.settings().language);
    return {render(report, format, language, node.settings().verification_url),
            std::string(content_type_of(format)), file_name(report) + "." + std::string(extension_of(format)),
            students};
}

}  // namespace

std::span<const ParameterRule> report_url_rules() {
    return kRules;
}

std::expected<LinkedReport, MoodleError> read_report_request(const Node& node, const Token& token,
                                                             const CheckedParameters& parameters) {
    const auto layout = layout_of(parameters);
    if (!layout) return std::unexpected(layout.error());
    const auto days = services::days_of(node, parameters.integer("from"), parameters.integer("to"));
    if (!days)
        return std::unexpected(days.error().what.starts_with("no data")
                                   ? no_data(days.error().what)
                                   : invalid_parameter(days.error().what));
    LinkedReport linked;
    linked.token = token.number;
    linked.format = layout->made_as;
    linked.period = *days;
    linked.of_student = layout->of_student;
    linked.expires_utc_s = node.clock().now_utc_s() + config::limits::kReportUrlSeconds;
    const StudentDesk desk(node, token.students, *days);
    if (layout->of_student) {
        const auto student = student_of(desk, parameters);
        if (!student) return std::unexpected(student.error());
        linked.student = *student;
    } else {
        const auto group = group_of(desk, parameters);
        if (!group) return std::unexpected(group.error());
        linked.group = *group;
    }
    return linked;
}

config::Result<DeliveredReport> deliver_report(const Node& node, const Token& token,
                                               const LinkedReport& linked) {
    const StudentDesk desk(node, token.students, linked.period);
    if (linked.of_student) {
        if (!desk.covers(linked.student))
            return config::refuse("the student is none of the token's any more");
        const auto report = desk.report(linked.student);
        if (!report) return std::unexpected(report.error());
        return document_of(node, *report, linked.format, 1);
    }
    const auto students = linked.group == 0 ? std::optional(desk.students()) : desk.group_by_id(linked.group);
    if (!students) return config::refuse("the group is gone");
    const auto report = desk.report(*students);
    if (!report) return std::unexpected(report.error());
    return document_of(node, *report, linked.format, report->students);
}

std::string_view content_type_of(ReportFormat format) {
    switch (format) {
        case ReportFormat::html:
            return "text/html; charset=utf-8";
        case ReportFormat::json:
            return "application/json";
        case ReportFormat::xml:
            return "application/xml";
        case ReportFormat::pdf:
        case ReportFormat::certificate:
            return "application/pdf";
        case ReportFormat::xlsx:
            return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
        case ReportFormat::csv:
        case ReportFormat::excel_csv:
        case ReportFormat::time_report:
        case ReportFormat::working_days:
        case ReportFormat::sessions_only:
        case ReportFormat::user_rows:
            return "text/csv; charset=utf-8";
    }
    return "application/octet-stream";
}

}  // namespace assidu::node::web
