#include "node/cli/interrupt.h"

#include <signal.h>

#include <atomic>

namespace assidu::node::cli {
namespace {

std::atomic<bool> g_interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler may only touch what needs no lock");

void note(int /*signal*/) {
    g_interrupted.store(true);
}

}  // namespace

void watch_for_interrupts() {
    struct sigaction action{};
    action.sa_handler = note;
    // The second signal finds the default action again.
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
    sigaction(SIGINT, &action, nullptr);
    sigaction(SIGTERM, &action, nullptr);
    // A reader that goes away (`assidu report ... | head`) and a file size limit are errors of the write, not
    // the end.
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

bool interrupted() {
    return g_interrupted.load();
}

}  // namespace assidu::node::cli
