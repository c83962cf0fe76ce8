// Reports that a hub issues from what its members declared: the pool's, a member's and its students'.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "config/refusal.h"
#include "federation/consolidation.h"
#include "node/node.h"
#include "reports/build.h"
#include "reports/directory.h"
#include "reports/model.h"
#include "reports/text.h"

namespace assidu::node {

// A student of a member, with the source of their course ids.
using MemberStudent = std::pair<federation::StudentId, std::string>;

// One member, ready to be reported on.
struct MemberSubject {
    const federation::MemberPart* part = nullptr;
    std::vector<MemberStudent> students;  // with any trace in the ledger, or on its roster; by pseudonym
    std::unique_ptr<reports::Directory> names;  // as far as the agreement goes
    std::string without_names;                  // why names that were agreed on could not be had; empty: had
};

class HubReportWriter {
  public:
    // The hub and the consolidation, whose members the subjects are, must outlive the writer.
    HubReportWriter(const Node& hub, const federation::Consolidated& consolidated,
                    reports::Language language);

    // Learns whom a report would be about, and their names by the member's agreement: from its roster, by
    // asking its node over the network (audited as `purpose`), or not at all.
    enum class Whom { everybody, nobody };  // nobody: for a report that names courses alone
    [[nodiscard]] MemberSubject subject(const federation::MemberPart& part, const std::string& purpose,
                                        Whom whom = Whom::everybody) const;

    // Refused for "no data".
    [[nodiscard]] config::Result<reports::PoolReport> pool(
        const std::map<std::string, const reports::Directory*>& names_by_member) const;
    [[nodiscard]] config::Result<reports::GroupReport> group(const MemberSubject& subject) const;
    [[nodiscard]] config::Result<reports::StudentReport> student(const MemberSubject& subject,
                                                                 const MemberStudent& student) const;

  private:
    [[nodiscard]] reports::ReportRequest request(const MemberSubject& subject) const;
    [[nodiscard]] bool is_own(const federation::MemberPart& part) const;

    const Node& hub_;
    const federation::Consolidated& consolidated_;
    reports::Language language_;
};

// Every member's part of the period, under the hub's scale.
[[nodiscard]] federation::Consolidated consolidate(const Node& hub, const federation::Period& period);

}  // namespace assidu::node
