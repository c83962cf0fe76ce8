// The look before issue at a node: gathers what reports/lint wants to know of a student, and lets stand what
// was overridden with a reason.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/directory.h"
#include "node/node.h"
#include "reports/lint/lint.h"
#include "reports/model.h"

namespace assidu::node::staff {

class Linter {
  public:
    // Of reports of one period. `scale`: under which they are made; nothing: the node's own. All must outlive
    // it.
    Linter(const Node& node, const NodeDirectory& directory, const federation::Period& period,
           const config::Scale* scale = nullptr);

    // Puts the findings into the report, each with its override if it has one.
    void look(reports::StudentReport& report) const;

  private:
    [[nodiscard]] std::vector<std::int64_t> traces_of(const federation::StudentId& student) const;

    const Node& node_;
    const NodeDirectory& directory_;
    federation::Period period_;
    const config::Scale& scale_;
    std::map<config::CivilDay, std::string> other_scales_;
};

// The same at a hub, of a member's student, with what the member's names allow to know: no events, no
// sessions. `elsewhere`: the same person's days at other members.
void look_at_member(const Node& hub, const reports::Directory& names,
                    std::vector<reports::LintContext::Elsewhere> elsewhere, reports::StudentReport& report);

// Notes that these findings of the report do not keep it from being issued, in the store and in the audit,
// and marks them in the report. Refused, naming it: a code that the report has no refusing finding of, an
// empty or too long reason or author.
[[nodiscard]] config::Result<void> override_findings(const Node& node, reports::StudentReport& report,
                                                     const std::vector<std::string>& codes,
                                                     const std::string& reason, const std::string& author);

// Whether the report may be issued.
[[nodiscard]] bool may_be_issued(const reports::StudentReport& report);

}  // namespace assidu::node::staff
