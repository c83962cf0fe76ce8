#include "node/report_writer.h"

#include <algorithm>

#include "reports/build.h"

namespace assidu::node {
namespace {

constexpr std::size_t kEveryIntake = 1'000'000;

// What the sources of this node's events could not give; codes of reports/text.h.
std::vector<std::string> remarks_of(const Node& node) {
    const std::vector<archive::Intake> intakes = node.archive().intakes(kEveryIntake);
    const bool minutes = std::ranges::any_of(intakes, [](const archive::Intake& intake) {
        const auto added = intake.counts.find("added");
        return intake.kind == "log_page" && added != intake.counts.end() && added->second > 0;
    });
    if (minutes) return {"minute_resolution"};
    return {};
}

}  // namespace

ReportWriter::ReportWriter(const Node& node, const NodeDirectory& directory, federation::Period period,
                           reports::Language language, const config::Scale* scale)
    : node_(node),
      directory_(directory),
      period_(period),
      language_(language),
      scale_(scale != nullptr ? scale : &node.scale()),
      excluded_(node.evidence().exclusions(node.source())) {}

reports::ReportRequest ReportWriter::request() const {
    reports::ReportRequest request;
    request.node_id = node_.settings().node_id;
    request.node_name = node_.settings().name;
    request.wwwroot = node_.settings().wwwroot;
    request.scale = scale_;
    request.period = period_;
    request.issued_at_utc_s = node_.clock().now_utc_s();
    request.language = language_ == reports::Language::fr ? "fr" : "en";
    request.remarks = remarks_of(node_);
    return request;
}

bool ReportWriter::has_excluded_time(const federation::StudentId* student) const {
    const config::CivilCalendar calendar = config::CivilCalendar::of(scale_->timezone).value();
    const std::int64_t from_s = calendar.begin_of(period_.from), to_s = calendar.end_of(period_.to);
    return std::ranges::any_of(excluded_, [&](const archive::Exclusion& one) {
        return !one.revoked_s && one.from_s < to_s && one.to_s > from_s &&
               (student == nullptr || node_.student_id(one.user_id) == *student);
    });
}

config::Result<reports::StudentReport> ReportWriter::student(const federation::StudentId& student) const {
    reports::ReportRequest asked = request();
    if (has_excluded_time(&student)) asked.remarks.emplace_back("time_excluded");
    return reports::build_student_report(asked, student, node_.ledger(), directory_,
                                         node_.settings().source_name);
}

config::Result<reports::GroupReport> ReportWriter::group(
    const std::vector<federation::StudentId>& chosen) const {
    std::vector<std::pair<federation::StudentId, std::string>> students;
    for (const federation::StudentId& student : chosen)
        students.emplace_back(student, node_.settings().source_name);
    reports::ReportRequest asked = request();
    if (has_excluded_time(nullptr)) asked.remarks.emplace_back("time_excluded");
    return reports::build_group_report(asked, students, node_.ledger(), directory_);
}

}  // namespace assidu::node
