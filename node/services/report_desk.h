// Answers one request for a time report out of the queue: who may ask, the numbers, the call back, the audit.
//
// An answer that the plugin took and a crash right behind it make it go out once more: at least once.
#pragma once

#include <filesystem>
#include <string>

#include "node/node.h"
#include "node/services/report_queue.h"

namespace assidu::node::services {

enum class ReportOutcome {
    told,       // the plugin took it
    refused,    // not for that requestor, or the plugin would not have it
    given_up,   // it could not be delivered for limits::kReportRequestSecondsMax
    try_again,  // it could not be delivered now; it waits
};
struct ReportAnswer {
    ReportOutcome outcome{};
    std::string why;  // in words, without names; empty if told
};

// Speaks to the Moodle: without the folder's lock. All but `try_again` are audited, and leave the queue.
// Throws ResourceFailure if the node's stores fail.
[[nodiscard]] ReportAnswer answer_request(const Node& node, ReportQueue& queue,
                                          const std::filesystem::path& request);

}  // namespace assidu::node::services
