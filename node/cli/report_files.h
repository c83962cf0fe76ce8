// Reports of one node as files, or one on standard output: what `report` and `demo` share.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "node/cli/console.h"
#include "node/cli/exit_code.h"
#include "node/directory.h"
#include "node/report_writer.h"

namespace assidu::node::cli {

struct ReportFiles {
    bool group = false;
    std::vector<federation::StudentId> students;
    std::vector<ReportFormat> formats;
    std::filesystem::path out;  // empty: standard output, for one document
};

// Brings the totals up to date, with progress. `interrupted` if a signal came.
[[nodiscard]] ExitCode bring_up_to_date(Node& node, Console& console);

// Writes the documents, each whole or not at all, and appends their paths to `written`. `no_data` if nothing
// was ever computed, `interrupted` between two documents if a signal came.
[[nodiscard]] ExitCode write_reports(const Node& node, const NodeDirectory& directory,
                                     federation::Period period, reports::Language language,
                                     const ReportFiles& wanted, Console& console,
                                     std::vector<std::filesystem::path>& written);

}  // namespace assidu::node::cli
