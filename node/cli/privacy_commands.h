// Retention, and one person's rights.
#pragma once

#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <string>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

struct PersonArguments {
    std::filesystem::path dir;
    std::string student;
    std::string reason, author;  // of an erasure
};
// Everything the node holds about one person, as JSON.
[[nodiscard]] ExitCode export_person(const PersonArguments& arguments, const config::Clock& clock,
                                     Console& console);
[[nodiscard]] ExitCode erase_person(const PersonArguments& arguments, const config::Clock& clock,
                                    Console& console);

struct RetentionArguments {
    std::filesystem::path dir;
    bool dry_run = false;
};
[[nodiscard]] ExitCode retention(const RetentionArguments& arguments, const config::Clock& clock,
                                 Console& console);

// Adds `person` and `retention`. `dir` is read when `run` is called.
void add_privacy(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                 const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
