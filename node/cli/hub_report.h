// Reports of a hub: of the pool, of a member, of a member's students.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "node/cli/console.h"
#include "node/cli/exit_code.h"
#include "node/cli/report_files.h"
#include "node/hub_report_writer.h"
#include "node/node.h"

namespace assidu::node::cli {

// `no_data` where no member declared anything of the period.
[[nodiscard]] ExitCode report_pool(const Node& hub, const federation::Period& period,
                                   const Documents& documents, Console& console,
                                   std::vector<std::filesystem::path>& written);

// What is wanted about one member.
struct MemberReports {
    std::string member;                       // its node id
    bool group = false;                       // the member as a whole, instead of students
    std::vector<std::string> students;        // pseudonym, user name, e-mail or id number; none: all
    bool packages = false;                    // with `group`: its students' packages too
    std::vector<std::string> overrides = {};  // as in ReportFiles
    std::string reason = {}, author = {};
};
[[nodiscard]] ExitCode report_member(const Node& hub, const federation::Period& period,
                                     const MemberReports& wanted, const Documents& documents,
                                     Console& console, std::vector<std::filesystem::path>& written);

// Everything a hub can issue of a period: the pool's report in `documents.out`, and in a folder a member its
// report and its students'.
struct PoolReports {
    std::vector<std::filesystem::path> pool, groups, students;
};
[[nodiscard]] ExitCode report_everything(const Node& hub, const federation::Consolidated& consolidated,
                                         const Documents& documents, Console& console, PoolReports& written);

}  // namespace assidu::node::cli
