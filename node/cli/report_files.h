// Reports as files, or one on standard output: what the commands that issue them share.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "node/cli/console.h"
#include "node/cli/exit_code.h"
#include "node/directory.h"
#include "node/report_issue.h"
#include "node/report_writer.h"

namespace assidu::node::cli {

// How documents are written. `out` is made where it is missing; empty: standard output, for one document.
struct Documents : IssueWay {
    bool folder_each = false;  // each student's in a folder of its own, `out`/students/NAME
};

// With everything above it. Throws ResourceFailure.
void make_folder(const std::filesystem::path& folder);

// Makes the folder if there is one; `usage`, with a complaint, where `reports` reports in these formats would
// be more than one document on standard output, or there are packages.
[[nodiscard]] ExitCode can_be_written(const Documents& wanted, std::size_t reports, Console& console);

// Writes the report in every one of the formats that it has, each file whole or not at all, and appends their
// paths to `written`. Refused, and nothing written, where there can be no package of it. Throws
// ResourceFailure.
[[nodiscard]] config::Result<void> put_document(const reports::StudentReport& report, const Documents& wanted,
                                                Console& console,
                                                std::vector<std::filesystem::path>& written);
void put_document(const reports::GroupReport& report, const Documents& wanted, Console& console,
                  std::vector<std::filesystem::path>& written);
void put_document(const reports::PoolReport& report, const Documents& wanted, Console& console,
                  std::vector<std::filesystem::path>& written);

// Issues a student's report by itself: it names the one that it takes the place of, wherever that was issued,
// and is kept as the last one. As put_document(); where reports are noted nowhere, it is that alone.
[[nodiscard]] config::Result<void> issue_singly(const Node& node, reports::StudentReport& report,
                                                const Documents& wanted, Console& console,
                                                std::vector<std::filesystem::path>& written);

// Which reports of a node's own students.
struct ReportFiles {
    bool group = false;
    std::vector<federation::StudentId> students;
    std::optional<std::vector<federation::StudentId>> group_students = {};  // nothing: all
    Documents documents;
    const config::Scale* scale = nullptr;  // nothing: the node's own
    bool only_look = false;                // nothing is issued, findings are results
    // Findings that are not to keep these students' reports from being issued, and why.
    std::vector<std::string> overrides = {};
    std::string reason = {}, author = {};
};

// Says what was found in the report: a line each, with the code. `only_look`: as results.
void tell_findings(const reports::StudentReport& report, reports::Language language, bool only_look,
                   Console& console);

// Brings the totals up to date, with progress; a node without any event keeps none. `interrupted` if a signal
// came.
[[nodiscard]] ExitCode bring_up_to_date(Node& node, Console& console);

// Writes the documents and appends their paths to `written`. `incoherent`, after all others are written, if a
// student's report was not issued for what was found in it; `no_data` if nothing was ever computed, and,
// after all others are written, if there can be no package of a student, who is named; `interrupted` between
// two documents if a signal came.
[[nodiscard]] ExitCode write_reports(const Node& node, const NodeDirectory& directory,
                                     federation::Period period, const ReportFiles& wanted, Console& console,
                                     std::vector<std::filesystem::path>& written);

}  // namespace assidu::node::cli
