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
      scale_(scale != nullptr ? scale : &node.scale()) {}

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

config::Result<reports::StudentReport> ReportWriter::student(const federation::StudentId& student) const {
    return reports::build_student_report(request(), student, node_.ledger(), directory_,
                                         node_.settings().source_name);
}

config::Result<reports::GroupReport> ReportWriter::group() const {
    std::vector<std::pair<federation::StudentId, std::string>> students;
    for (const federation::StudentId& student : directory_.students())
        students.emplace_back(student, node_.settings().source_name);
    return reports::build_group_report(request(), students, node_.ledger(), directory_);
}

}  // namespace assidu::node
