// An address that delivers one report, for a while, to whoever has it: what
// report_trainingsessions_get_report_url gives. It carries what the report is of and an HMAC over that;
// nothing is kept. It holds no longer than the token that asked for it, whose students are looked at again
// when it is used.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "federation/ledger.h"
#include "node/report_document.h"
#include "rpc/secret.h"

namespace assidu::node::web {

struct LinkedReport {
    std::int64_t token = 0;  // its number
    ReportFormat format = ReportFormat::pdf;
    federation::Period period;
    bool of_student = true;
    federation::StudentId student;  // of_student
    std::int64_t group = 0;         // else: a group of a course; 0: everybody of the token
    std::int64_t expires_utc_s = 0;
};

class ReportLinks {
  public:
    explicit ReportLinks(rpc::Secret secret) : secret_(std::move(secret)) {}

    // The last part of the address's path.
    [[nodiscard]] std::string ticket_of(const LinkedReport& report) const;
    // Refused, without saying why to whom, if it was not made here; whether it is over is for the caller.
    [[nodiscard]] config::Result<LinkedReport> read(std::string_view ticket) const;

  private:
    [[nodiscard]] std::string mac_of(const std::string& payload) const;
    rpc::Secret secret_;
};

}  // namespace assidu::node::web
