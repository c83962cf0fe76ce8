#include <fmt/format.h>

#include "node/attendance/recompute.h"
#include "node/cli/commands.h"
#include "node/cli/interrupt.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/cli/scale_commands.h"

namespace assidu::node::cli {
namespace {

constexpr std::size_t kChangedShown = 10;

ExitCode tell(const Node& node, const config::Scale& scale, const attendance::Recomputed& done,
              Console& console) {
    const bool own = scale.sha256 == node.scale().sha256;
    console.print(fmt::format("scale        {}, SHA-256 {}\n", scale.name(), scale.sha256));
    console.print(fmt::format("recomputed   {} students, {} events, {} ledger rows, {} sessions\n",
                              grouped(done.students), grouped(done.events), grouped(done.rows),
                              grouped(done.sessions)));
    if (own) console.print(fmt::format("before       SHA-256 {}\n", done.digest_before));
    console.print(fmt::format("{:<12} SHA-256 {}\n", own ? "after" : "totals", done.digest_after));
    if (!own) {
        console.say(
            fmt::format("The totals under scale {} are whole until further events come: "
                        "assidu report student|group --scale NAME",
                        scale.name()));
        return ExitCode::ok;
    }
    if (done.without_events > 0)
        console.complain(fmt::format(
            "{} students of the ledger have no event in the archive (another student secret, or an archive "
            "that lost them?); their totals were left as they are",
            grouped(done.without_events)));
    if (done.digest_before == done.digest_after) {
        console.print("No row differs.\n");
        return ExitCode::ok;
    }
    for (std::size_t i = 0; i < std::min(done.changed.size(), kChangedShown); ++i)
        console.complain(
            fmt::format("rows of student {} were not what the events give", to_string(done.changed[i])));
    console.complain(fmt::format(
        "a defect of Assidu, or a ledger that was changed from outside: the totals of {} students "
        "differed and were made anew",
        grouped(static_cast<std::int64_t>(done.changed.size()))));
    return ExitCode::defect;
}

}  // namespace

ExitCode recompute(const RecomputeArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const config::Result<config::Scale> scale =
        arguments.scale.empty() ? config::Result<config::Scale>(node->scale()) : scale_named(arguments.scale);
    if (!scale) {
        console.complain(scale.error().what);
        return ExitCode::configuration;
    }
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;
    const auto done = attendance::recompute(
        *node, *scale,
        [&](std::int64_t students, std::int64_t of) {
            console.progress(fmt::format("recomputing under {}: {} of {} students", scale->name(),
                                         grouped(students), grouped(of)));
        },
        [] { return !interrupted(); });
    if (!done) {
        console.complain(done.error().what);
        return ExitCode::configuration;
    }
    if (!done->finished) {
        console.complain(fmt::format(
            "interrupted: the totals under scale {} are not whole until this command has run to its end; all "
            "others are as they were",
            scale->name()));
        return ExitCode::interrupted;
    }
    return tell(*node, *scale, *done, console);
}

}  // namespace assidu::node::cli
