// What the demonstration prints and proves, of one university: its group's report and a few students' as PDF
// and workbook, the students' packages, and one of these checked by the program that its receiver would run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "node/cli/console.h"
#include "node/cli/exit_code.h"
#include "node/cli/report_files.h"
#include "node/node.h"

namespace assidu::node::cli {

// Students of the one university whose reports are printed and packed: all of a pool's would take minutes.
inline constexpr std::size_t kDemoPackages = 3;

struct DemoProofs {
    std::vector<std::filesystem::path> group, students;  // documents of the group; of students, with packages
    std::filesystem::path package;                       // the first one
    std::string checked;                                 // what assidu-verify said of it
};

// `documents.out` is where the member's other reports are. `resource` if assidu-verify does not stand beside
// this program, or refuses.
[[nodiscard]] ExitCode issue_proofs(const Node& hub, const federation::Period& period,
                                    const std::string& member, const Documents& documents, Console& console,
                                    DemoProofs& made);

}  // namespace assidu::node::cli
