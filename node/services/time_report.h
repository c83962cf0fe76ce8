// The time report that a Moodle's plugin (SONATE's local_log_sender) asks for in its own form, and the answer
// in the form that its callback takes. The numbers are the ledger's, under the node's scale: `idletime` and
// `borrowedtime` of a request change nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/civil_calendar.h"
#include "config/refusal.h"
#include "node/node.h"
#include "rpc/web_post.h"

namespace assidu::node::services {

struct TimeReportRequest {
    std::string token;  // of the plugin: goes back with the answer, and nowhere else
    std::int64_t user_id = 0, requestor_id = 0;
    std::int64_t start_s = 0, end_s = 0;  // as they were sent: UTC midnights of civil days
    config::CivilDay from, to;            // those days, both included
    std::string callback_url;
};

// Refused, naming what is wrong, if the body is none: not a JSON object, a member missing or of another type,
// days that are none or more than limits::kPeriodDaysMax of them.
[[nodiscard]] config::Result<TimeReportRequest> read_time_report_request(std::string_view body);

// Who may ask and about whom, and where to the answer goes: `report_requestors`, the selection of students,
// `callback_hosts`.
struct Permission {
    std::string objection;  // in words; empty: it may be answered
    rpc::WebUrl callback;
};
[[nodiscard]] Permission permission_of(const Node& node, const TimeReportRequest& request);

// The body of the answer: the days with time, at least one, and their running sum.
[[nodiscard]] std::string time_report_answer(const Node& node, const TimeReportRequest& request);

}  // namespace assidu::node::services
