// The dossiers of a node's students.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

struct DossierArguments {
    std::filesystem::path dir;
    std::vector<std::filesystem::path> files;  // of import
    bool dry_run = false, strict = false;
    std::string funder, group, student;  // of list: empty: all. Of withdraw: the key, with `number`
    std::string number, reason, author;
    bool json = false;
};
// Takes files of dossiers in; `input` where one is refused, or with `strict` a line.
[[nodiscard]] ExitCode import_dossiers(const DossierArguments& arguments, const config::Clock& clock,
                                       Console& console);
[[nodiscard]] ExitCode list_dossiers(const DossierArguments& arguments, const config::Clock& clock,
                                     Console& console);
[[nodiscard]] ExitCode withdraw_dossier(const DossierArguments& arguments, const config::Clock& clock,
                                        Console& console);

// Adds `dossier`. `dir` is read when `run` is called.
void add_dossier(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                 const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
