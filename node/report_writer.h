// Reports that a node issues about its own students.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "node/directory.h"
#include "node/node.h"
#include "reports/build.h"
#include "reports/model.h"
#include "reports/text.h"

namespace assidu::node {

// What a node's reports of one period have in common. The node and the directory must outlive it.
class ReportWriter {
  public:
    // `scale`: whose totals are reported; must outlive the writer. Nothing: the node's own.
    ReportWriter(const Node& node, const NodeDirectory& directory, federation::Period period,
                 reports::Language language, const config::Scale* scale = nullptr);

    // Refused if no totals were ever computed.
    [[nodiscard]] config::Result<reports::StudentReport> student(const federation::StudentId& student) const;
    // Of these students alone.
    [[nodiscard]] config::Result<reports::GroupReport> group(
        const std::vector<federation::StudentId>& students) const;

  private:
    [[nodiscard]] reports::ReportRequest request() const;
    // Whether time of the period was excluded, and is; of one student, or of anybody.
    [[nodiscard]] bool has_excluded_time(const federation::StudentId* student) const;

    const Node& node_;
    const NodeDirectory& directory_;
    federation::Period period_;
    reports::Language language_;
    const config::Scale* scale_;
    std::vector<archive::Exclusion> excluded_;
};

}  // namespace assidu::node
