#include <fmt/format.h>

#include <limits>

#include "node/cli/commands.h"
#include "node/node.h"

namespace assidu::node::cli {

ExitCode audit(const AuditArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const config::CivilCalendar& calendar = node->calendar();
    std::int64_t from_utc_s = std::numeric_limits<std::int64_t>::min();
    std::int64_t to_utc_s = std::numeric_limits<std::int64_t>::max();
    for (const auto& [name, text] : {std::pair("--from", arguments.from), std::pair("--to", arguments.to)}) {
        if (text.empty()) continue;
        const auto day = config::parse_iso_date(text);
        if (!day) {
            console.complain(fmt::format("{} {}: not a day (YYYY-MM-DD)", name, text));
            return ExitCode::usage;
        }
        if (std::string_view(name) == "--from")
            from_utc_s = calendar.begin_of(*day);
        else
            to_utc_s = calendar.end_of(*day);
    }
    for (const federation::AuditEntry& entry : node->audit().entries(from_utc_s, to_utc_s))
        console.print(fmt::format("{}  {} {} of {}  {}: {} students, {} courses and activities  {}\n",
                                  calendar.local_iso(entry.utc_s), entry.actor, entry.action, entry.node,
                                  entry.outcome, grouped(entry.students), grouped(entry.others),
                                  entry.purpose));
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
