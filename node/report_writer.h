// Reports from a node's ledger to files: which students, which formats, which names.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "node/directory.h"
#include "node/node.h"
#include "reports/build.h"
#include "reports/model.h"
#include "reports/render.h"

namespace assidu::node {

enum class ReportFormat { html, csv, json, xml };
inline constexpr ReportFormat kReportFormats[] = {ReportFormat::html, ReportFormat::csv, ReportFormat::json,
                                                  ReportFormat::xml};
// "html", "csv", "json", "xml".
[[nodiscard]] std::string_view extension_of(ReportFormat format);

// What a node's reports of one period have in common. The node and the directory must outlive it.
class ReportWriter {
  public:
    ReportWriter(const Node& node, const NodeDirectory& directory, federation::Period period,
                 reports::Language language);

    // Refused if no totals were ever computed.
    [[nodiscard]] config::Result<reports::StudentReport> student(const federation::StudentId& student) const;
    [[nodiscard]] config::Result<reports::GroupReport> group() const;

    // The document's text.
    [[nodiscard]] std::string render(const reports::StudentReport& report, ReportFormat format) const;
    [[nodiscard]] std::string render(const reports::GroupReport& report, ReportFormat format) const;

    // "student-dupont-elodie-1a2b3c4d_2025-10-01_2025-10-31", "group-..."; without an extension.
    [[nodiscard]] std::string file_name(const reports::StudentReport& report) const;
    [[nodiscard]] std::string file_name(const reports::GroupReport& report) const;

  private:
    [[nodiscard]] reports::ReportRequest request() const;

    const Node& node_;
    const NodeDirectory& directory_;
    federation::Period period_;
    reports::Language language_;
};

}  // namespace assidu::node
