// The subcommands that look at scales without a node: `scale list|show|check`, `compute`. Each declares
// itself; `run` becomes what was asked for.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "config/clock.h"
#include "config/refusal.h"
#include "config/scale.h"
#include "node/cli/console.h"
#include "node/cli/exit_code.h"

namespace assidu::node::cli {

void add_scale(CLI::App& app, std::function<ExitCode()>& run, Console& console);
void add_compute(CLI::App& app, std::function<ExitCode()>& run, const config::Clock& clock, Console& console);

// The scale of a preset's name, or of a document's path.
[[nodiscard]] config::Result<config::Scale> scale_named(const std::string& name);

}  // namespace assidu::node::cli
