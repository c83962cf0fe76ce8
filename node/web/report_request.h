// The function report_trainingsessions_get_report_url: which of this node's reports is meant by the plugin's
// layouts, scopes and formats. And the document itself, once its address is used.
#pragma once

#include <expected>
#include <span>
#include <string>

#include "node/node.h"
#include "node/web/moodle_parameters.h"
#include "node/web/report_link.h"
#include "node/web/tokens.h"

namespace assidu::node::web {

[[nodiscard]] std::span<const ParameterRule> report_url_rules();

// Refused as Moodle refuses parameters: a layout, scope or format that is none or is not made here, nobody of
// that name among the token's students, no such group.
[[nodiscard]] std::expected<LinkedReport, MoodleError> read_report_request(
    const Node& node, const Token& token, const CheckedParameters& parameters);

struct DeliveredReport {
    std::string body, content_type, file_name;
    std::int64_t students = 0;  // that it is about
};
// Refused where there is no data, or the token's students are others now.
[[nodiscard]] config::Result<DeliveredReport> deliver_report(const Node& node, const Token& token,
                                                             const LinkedReport& linked);

// "application/pdf", ...
[[nodiscard]] std::string_view content_type_of(ReportFormat format);

}  // namespace assidu::node::web
