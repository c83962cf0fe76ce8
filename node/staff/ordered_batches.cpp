#include "node/staff/ordered_batches.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <utility>

#include "node/archive/dossier_store.h"
#include "node/services/student_scope.h"
#include "node/staff/batch_orders.h"
#include "node/staff/issue_log.h"

namespace assidu::node::staff {
namespace {

using State = OrderedBatch::State;
using Outcome = BatchLine::Outcome;

// The part after `kind`, where the choice is of it.
std::string name_after(std::string_view kind, const std::string& whom) {
    return whom.starts_with(kind) ? whom.substr(kind.size()) : "";
}

config::Result<BatchOrder> order_of(const Node& node, const BatchOrders& orders, const OrderedBatch& asked) {
    const std::string& id = node.settings().node_id;
    BatchOrder order;
    order.period = asked.period;
    order.selection.funder = name_after("funder:", asked.whom);
    order.selection.group = name_after("group:", asked.whom);
    order.selection.students = orders.students(id, asked.number);
    if (order.selection.students.empty())
        return config::refuse("no data: its students are not there any more");
    services::StudentScope scope;
    for (const std::string& condition : asked.conditions)
        if (const auto added = services::add_to_scope(scope, condition); !added)
            return config::refuse("the conditions of the account that asked cannot be read: " +
                                  added.error().what);
    if (!scope.everyone) {
        order.selection.only_funders = scope.funders;
        order.selection.only_groups = scope.groups;
    }
    order.formats = asked.formats;
    order.package = asked.package;
    order.groups = asked.groups;
    order.language = asked.language;
    order.out = folder_of(node.folder().path, asked.number);
    order.earlier = orders.lines(id, asked.number);
    const bool unnamed = std::ranges::any_of(order.earlier, [](const BatchLine& line) {
        return line.outcome == Outcome::refused || line.outcome == Outcome::failed;
    });
    if (!unnamed) return order;
    const NodeDirectory directory(node, node.calendar().end_of(asked.period.to) - 1);
    for (BatchLine& line : order.earlier)
        line.name = line.student == kWholeGroup
                        ? std::string(reports::text(order.language, "batch.group"))
                        : reports::person_name(order.language, directory.person(line.student));
    return order;
}

// How it ended, with why it failed, and in `said` what came of it. Nothing: it was told to stop.
std::optional<std::pair<State, std::string>> run_one(Node& node, BatchOrders& orders,
                                                     const OrderedBatch& asked, const OrderedEvents& events,
                                                     std::string& said) {
    auto order = order_of(node, orders, asked);
    if (!order) return std::pair(State::failed, order.error().what);
    const auto used = settings_template(node);
    if (!used) return std::pair(State::failed, used.error().what);
    if (*used) order->report_template = &**used;
    bool open = true;
    BatchEvents batch;
    batch.goes_on = [&] { return open && events.goes_on(); };
    batch.line = [&](std::int64_t, std::int64_t of, const BatchLine& line) {
        open = orders.note(node.settings().node_id, asked.number, line, of);
    };
    const auto result = run_batch(node, *order, batch);
    if (!result) return std::pair(State::failed, result.error().what);
    if (!result->finished) return std::nullopt;
    said = fmt::format("batch {} of {}: issued {}, issued again {}, unchanged {}, not issued {}",
                       asked.number, asked.account, result->issued, result->reissued, result->unchanged,
                       result->refused + result->failed);
    return std::pair(State::done, std::string());
}

}  // namespace

bool run_ordered_batches(Node& node, const OrderedEvents& events) {
    const std::string& id = node.settings().node_id;
    const auto path = archive::DossierStore::path_in(node.folder().path);
    // Nobody ever asked for one: every round of every node comes by here.
    if (!std::filesystem::exists(path)) return false;
    BatchOrders orders(path);
    for (auto asked = orders.next(id); asked; asked = orders.next(id)) {
        if (!events.goes_on()) return true;
        orders.begin(id, asked->number, node.clock().now_utc_s());
        std::string said;
        const auto ended = run_one(node, orders, *asked, events, said);
        if (ended) orders.end(id, asked->number, ended->first, ended->second, node.clock().now_utc_s());
        // Once it stands there that it ended: who reads this looks.
        if (!said.empty()) events.done(said);
        // Forgotten while it ran: so are the documents that were made meanwhile.
        if (!orders.find(id, asked->number)) {
            std::error_code ignored;
            std::filesystem::remove_all(folder_of(node.folder().path, asked->number), ignored);
        }
    }
    return false;
}

}  // namespace assidu::node::staff
