#include <unistd.h>

#include <iostream>

#include "config/clock.h"
#include "node/cli/command_line.h"
#include "node/cli/console.h"
#include "node/cli/interrupt.h"

int main(int argc, char** argv) {
    assidu::node::cli::watch_for_interrupts();
    const assidu::config::SystemClock clock;
    assidu::node::cli::Console console(std::cout, std::cerr, ::isatty(STDERR_FILENO) == 1);
    return assidu::node::cli::run(argc, argv, clock, console);
}
