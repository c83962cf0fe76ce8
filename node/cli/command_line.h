// The door of the program: arguments to subcommands, and the one catch.
#pragma once

#include "config/clock.h"
#include "node/cli/console.h"

namespace assidu::node::cli {

// Runs the command that the arguments name and answers the process's exit code (exit_code.h). Never throws.
[[nodiscard]] int run(int argc, const char* const* argv, const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
