#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <chrono>
#include <limits>

#include "config/limits.h"
#include "node/cli/commands.h"
#include "node/cli/interrupt.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/collect/text.h"
#include "node/services/collecting.h"
#include "node/services/complaints.h"

namespace assidu::node::cli {
namespace {

using collect::printable;
using collect::database::CollectEvents;
using collect::database::LogCollector;

constexpr std::int64_t kMilliseconds = 1000, kWatchMilliseconds = 200;
constexpr int kFailuresCounted = 16;

CollectEvents events_of(Console& console) {
    CollectEvents events;
    events.progress = [&](std::int64_t rows, std::int64_t at_id, std::int64_t to_id) {
        console.progress(
            fmt::format("collecting: {} rows, id {} of {}", grouped(rows), grouped(at_id), grouped(to_id)));
    };
    events.warning = [&](const std::string& line) { console.complain(printable(line)); };
    events.wants_more = [] { return !interrupted(); };
    return events;
}

// Waiting changes no number: it may look at a clock of its own.
std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

// False if it was interrupted.
bool wait(std::int64_t milliseconds) {
    for (; milliseconds > 0 && !interrupted(); milliseconds -= kWatchMilliseconds)
        ::poll(nullptr, 0, static_cast<int>(std::min(milliseconds, kWatchMilliseconds)));
    return !interrupted();
}

// What a person asks for once: to go on with a source, or to archive what is in quarantine.
ExitCode before_collecting(Node& node, const CollectArguments& arguments, Console& console) {
    if (!arguments.accept_source && arguments.release.empty()) return ExitCode::ok;
    auto collector = LogCollector::make(node, events_of(console));
    if (!collector) {
        console.complain(collector.error().what);
        return ExitCode::configuration;
    }
    if (arguments.accept_source) {
        if (const auto accepted = (*collector)->accept_source(); !accepted) {
            console.complain(printable(accepted.error().what));
            return accepted.error().retryable() ? ExitCode::resource : ExitCode::configuration;
        }
        console.say("the source is accepted as it is now");
    }
    if (!arguments.release.empty())
        console.print(fmt::format("released {} rows from quarantine\n",
                                  (*collector)->release_quarantine(arguments.release == "all")));
    return ExitCode::ok;
}

// One pass to its end, whatever its length, and totals brought up to date. `trouble`: why it broke off.
ExitCode one_pass(const CollectArguments& arguments, const config::Clock& clock, Console& console,
                  std::string& trouble) {
    trouble.clear();
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        trouble = node.error().what;
        return ExitCode::configuration;
    }
    const auto turn =
        services::collect_turn(*node, events_of(console), std::numeric_limits<std::int64_t>::max());
    if (!turn) {
        trouble = turn.error().what;
        return ExitCode::configuration;
    }
    if (turn->rows + turn->found_again > 0 || arguments.once)
        console.print(
            fmt::format("collected {} rows, {} events\n", turn->rows + turn->found_again, turn->events));
    if (!turn->trouble.empty()) {
        trouble = printable(turn->trouble);
        return turn->retryable ? ExitCode::resource : ExitCode::configuration;
    }
    if (interrupted()) return ExitCode::interrupted;
    if (!arguments.compute || (turn->events == 0 && !arguments.once)) return ExitCode::ok;
    return bring_up_to_date(*node, console);
}

}  // namespace

ExitCode collect_log(const CollectArguments& arguments, const config::Clock& clock, Console& console) {
    std::int64_t every_s = 0;
    {
        auto node = open_to_change(arguments.dir, clock, console);
        if (!node) {
            console.complain(node.error().what);
            return ExitCode::configuration;
        }
        if (const ExitCode code = before_collecting(*node, arguments, console); code != ExitCode::ok)
            return code;
        if (node->settings().database) every_s = node->settings().database->collect_every_s;
    }
    services::Complaints complaints(steady_ms);
    for (int failures = 0;;) {
        std::string trouble;
        const ExitCode code = one_pass(arguments, clock, console, trouble);
        if (interrupted()) return ExitCode::interrupted;
        if (arguments.once || (code != ExitCode::ok && code != ExitCode::resource)) {
            if (!trouble.empty()) console.complain(trouble);
            return code;
        }
        if (trouble.empty()) {
            failures = 0;
            complaints.settle("database");
            if (!wait(every_s * kMilliseconds)) return ExitCode::interrupted;
            continue;
        }
        if (const auto line =
                complaints.raise("database", trouble + "; tried again, after longer and longer waits"))
            console.complain(*line);
        failures = std::min(failures + 1, kFailuresCounted);
        if (!wait(std::min(config::limits::kRetryMillisecondsMin << (failures - 1),
                           config::limits::kRetryMillisecondsMax)))
            return ExitCode::interrupted;
    }
}

}  // namespace assidu::node::cli
