#include <fmt/format.h>

#include <limits>

#include "node/cli/commands.h"
#include "node/cli/local_time.h"
#include "node/cli/open_node.h"
#include "node/node.h"

namespace assidu::node::cli {

config::Result<std::int64_t> parse_local_time(const std::string& text,
                                              const config::CivilCalendar& calendar) {
    const auto refusal = [&] {
        return config::refuse(
            fmt::format("'{}' is not a time: YYYY-MM-DD or YYYY-MM-DDTHH:MM is wanted", text));
    };
    const auto day = config::parse_iso_date(std::string_view(text).substr(0, 10));
    if (!day) return refusal();
    if (text.size() == 10) return calendar.begin_of(*day);
    const auto digit = [&](std::size_t at) {
        return text[at] >= '0' && text[at] <= '9' ? text[at] - '0' : 100;
    };
    if (text.size() != 16 || text[10] != 'T' || text[13] != ':') return refusal();
    const int hour = digit(11) * 10 + digit(12);
    const int minute = digit(14) * 10 + digit(15);
    if (hour > 23 || minute > 59) return refusal();
    return calendar.instant_of(*day, hour * 3600 + minute * 60).utc_s;
}

ExitCode outage(const OutageArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const config::CivilCalendar& calendar = node->calendar();
    if (!arguments.from.empty()) {
        const auto from = parse_local_time(arguments.from, calendar);
        const auto to = parse_local_time(arguments.to, calendar);
        if (!from || !to || *to <= *from) {
            console.complain(!from ? from.error().what
                             : !to ? to.error().what
                                   : "--to must be later than --from");
            return ExitCode::usage;
        }
        node->ledger().add_outage(node->settings().node_id, {*from, *to, arguments.cause});
    }
    constexpr auto kMin = std::numeric_limits<std::int64_t>::min();
    constexpr auto kMax = std::numeric_limits<std::int64_t>::max();
    for (const federation::Outage& known : node->ledger().outages(node->settings().node_id, kMin, kMax))
        console.print(fmt::format("{}  {}  {}\n", calendar.local_iso(known.from_utc_s),
                                  calendar.local_iso(known.to_utc_s), known.cause));
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
