#include "node/services/collecting.h"

namespace assidu::node::services {

config::Result<CollectingTurn> collect_turn(Node& node, const collect::database::CollectEvents& events,
                                            std::int64_t pages_max) {
    using collect::database::LogCollector;
    auto collector = LogCollector::make(node, events);
    if (!collector) return std::unexpected(collector.error());
    CollectingTurn turn;
    const auto broke_off = [&](const collect::database::SqlTrouble& trouble) {
        turn.trouble = trouble.what;
        turn.retryable = trouble.retryable();
        return turn;
    };
    collect::database::Collected collected;
    const auto done = (*collector)->collect(pages_max, collected);
    turn.rows = collected.rows;
    turn.events = collected.events;
    turn.at_end = collected.at_end;
    if (!done) return broke_off(done.error());
    if (!turn.at_end) return turn;
    const auto reconciled = (*collector)->reconcile();
    if (!reconciled) return broke_off(reconciled.error());
    turn.found_again = *reconciled;
    if (const auto read = (*collector)->read_side_tables(); !read) return broke_off(read.error());
    return turn;
}

}  // namespace assidu::node::services
