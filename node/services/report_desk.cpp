#include "node/services/report_desk.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include "config/durable_file.h"
#include "config/limits.h"
#include "node/services/time_report.h"

namespace assidu::node::services {
namespace {

namespace limits = config::limits;

ReportAnswer deliver(const Node& node, const TimeReportRequest& request, const rpc::WebUrl& callback,
                     std::int64_t waited_s) {
    constexpr int kOkFirst = 200, kOkBehind = 300, kServersFault = 500, kTooMany = 429;
    const auto status = rpc::web_post(callback, "application/json", time_report_answer(node, request));
    if (status && *status >= kOkFirst && *status < kOkBehind) return {ReportOutcome::told, ""};
    const std::string why =
        status ? fmt::format("{} answers {}", callback.host, *status) : status.error().what;
    // The plugin's own no: it knows no such user, or no such token.
    if (status && *status < kServersFault && *status != kTooMany) return {ReportOutcome::refused, why};
    if (waited_s > limits::kReportRequestSecondsMax) return {ReportOutcome::given_up, why};
    return {ReportOutcome::try_again, why};
}

const char* code_of(ReportOutcome outcome) {
    switch (outcome) {
        case ReportOutcome::told:
            return "told";
        case ReportOutcome::refused:
            return "refused";
        case ReportOutcome::given_up:
            return "given_up";
        case ReportOutcome::try_again:
            return "try_again";
    }
    return "";
}

void audit(const Node& node, const TimeReportRequest& request, ReportOutcome outcome) {
    node.audit().append({node.clock().now_utc_s(), fmt::format("user {}", request.requestor_id),
                         node.settings().node_id, "report.time",
                         fmt::format("{}, {} to {}", to_string(node.student_id(request.user_id)),
                                     config::iso_date(request.from), config::iso_date(request.to)),
                         outcome == ReportOutcome::told ? 1 : 0, 0, code_of(outcome)});
}

}  // namespace

ReportAnswer answer_request(const Node& node, ReportQueue& queue, const std::filesystem::path& path) {
    struct stat status{};
    const auto body = config::read_file(path, limits::kReportRequestBytesMax);
    const auto request = body ? read_time_report_request(*body) : std::unexpected(body.error());
    if (!request) {
        queue.forget(path);
        return {ReportOutcome::refused, request.error().what};
    }
    const std::int64_t now_s = node.clock().now_utc_s();
    const std::int64_t waited_s = ::stat(path.c_str(), &status) == 0 ? now_s - status.st_mtim.tv_sec : 0;
    const Permission permission = permission_of(node, *request);
    const ReportAnswer answer = permission.objection.empty()
                                    ? deliver(node, *request, permission.callback, waited_s)
                                    : ReportAnswer{ReportOutcome::refused, permission.objection};
    if (answer.outcome == ReportOutcome::try_again) return answer;
    audit(node, *request, answer.outcome);
    queue.forget(path);
    return answer;
}

}  // namespace assidu::node::services
