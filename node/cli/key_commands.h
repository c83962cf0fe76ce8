// `assidu key rotate`, `key attest`, `key attestations` and `assidu leave`.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>

#include "config/clock.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

// Adds them. `dir` is read when `run` is called.
void add_keys(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
              const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
