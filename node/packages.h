// Packages that this node issues: of its own students, and at a hub of a member's.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "federation/period_proof.h"
#include "node/node.h"
#include "reports/model.h"
#include "reports/package/package.h"

namespace assidu::node {

// Packages of one university's students over one period, under the node's scale. Many students cost little
// more than one: the statements are read once.
class Packages {
  public:
    // Of the node's own students, signed by its own key. What is closed must have been declared
    // (services::declare()). Refused for "no data", and where hub.json is damaged.
    [[nodiscard]] static config::Result<Packages> of_own(const Node& node, const federation::Period& period);
    // Of a member's, from what it declared to this hub. Refused for "no data", and where the member has no
    // key.
    [[nodiscard]] static config::Result<Packages> of_member(const Node& hub, const std::string& member,
                                                            const federation::Period& period);

    // As PackageWriter::package().
    [[nodiscard]] config::Result<std::string> package(const reports::StudentReport& report,
                                                      const std::vector<reports::ZipFile>& documents) const {
        return writer_.package(report, documents);
    }

  private:
    Packages(std::unique_ptr<federation::PeriodProof> proof, reports::PackageWriter writer)
        : proof_(std::move(proof)), writer_(std::move(writer)) {}
    static config::Result<Packages> of(const Node& node, const std::string& whose,
                                       const federation::Period& period,
                                       std::vector<reports::PackageKey> keys);

    std::unique_ptr<federation::PeriodProof> proof_;  // the writer reads it
    reports::PackageWriter writer_;
};

}  // namespace assidu::node
