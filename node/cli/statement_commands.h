// `assidu statement get`: a statement and its receipt as files, to be checked by docs/receipts.md.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

// Adds it. `dir` is read when `run` is called.
void add_statement(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                   const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
