// Ctrl-C (SIGINT) and SIGTERM as a question asked between rows: the work stops where it is whole. A second
// signal ends the process at once, which the stores survive as they survive a power cut.
#pragma once

namespace assidu::node::cli {

// From now on signals are noted. Call once, from main().
void watch_for_interrupts();
// True once a signal came. From any thread.
[[nodiscard]] bool interrupted();

}  // namespace assidu::node::cli
