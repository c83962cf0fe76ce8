// Who of a pool's students is at more than one university, as far as rosters let a hub know: the same e-mail
// address. Nobody else can find time at two sites at once.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/node.h"
#include "reports/directory.h"
#include "reports/lint/lint.h"

namespace assidu::node::staff {

class PeopleElsewhere {
  public:
    // Reads the rosters of all members that send one. `hub` must outlive it.
    explicit PeopleElsewhere(const Node& hub);

    // The person's days of the period at other members than `member`.
    [[nodiscard]] std::vector<reports::LintContext::Elsewhere> of(
        const std::string& member, const std::optional<reports::Person>& person,
        const federation::Period& period) const;

  private:
    struct Place {
        std::string member, name;
        federation::StudentId student;
    };
    const Node& hub_;
    std::map<std::string, std::vector<Place>> by_email_;
};

}  // namespace assidu::node::staff
