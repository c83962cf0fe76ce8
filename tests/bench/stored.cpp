#include "tests/bench/stored.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <vector>

#include "config/clock.h"
#include "config/durable_file.h"
#include "config/settings.h"
#include "node/attendance/compute.h"
#include "node/attendance/daily_totals.h"
#include "node/attendance/engine.h"
#include "node/attendance/rules.h"
#include "node/collect/importer.h"
#include "node/collect/recognise.h"
#include "node/node.h"
#include "tests/bench/cells.h"

namespace assidu::bench {
namespace {

using config::Result;
using node::Node;
using node::NodeFolder;

const config::FixedClock kClock(kAsOf);
constexpr federation::Period kAlways{config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}};

config::Settings settings_of(const std::filesystem::path& scale) {
    config::Settings settings;
    settings.node_id = "bench";
    settings.name = "Bench";
    settings.wwwroot = "https://moodle.bench.example";
    settings.source_name = "moodle";
    settings.scale = std::filesystem::absolute(scale).string();
    settings.language = "en";
    settings.students.everyone = true;
    return settings;
}

Result<Node> open(const std::filesystem::path& folder) {
    return Node::open(NodeFolder{folder}, kClock);
}

void compute(Node& node) {
    const auto computed =
        node::attendance::compute_totals(node, [](std::int64_t, std::int64_t) {}, [] { return true; });
    fmt::print("{} students, {} events computed\n", computed.students, computed.events);
}

// Every row of the ledger, with whose it is.
void for_each_row(const Node& node,
                  const std::function<void(const federation::LedgerRow&, std::int64_t user)>& visit) {
    std::map<federation::StudentId, std::int64_t> users;
    for (const std::int64_t user : node.archive().users(node.source()))
        users.emplace(node.student_id(user), user);
    node.ledger().rows({node.settings().node_id, node.scale().sha256, kAlways, std::nullopt},
                       [&](const federation::LedgerRow& row) { visit(row, users.at(row.student)); });
}

}  // namespace

Result<void> set_up(const std::filesystem::path& folder, const std::filesystem::path& scale) {
    const NodeFolder place{folder};
    const config::Settings settings = settings_of(scale);
    if (!std::filesystem::exists(place.settings())) {
        std::filesystem::create_directories(folder);
        return node::create_node(place, settings, kAsOf);
    }
    config::replace_file(place.settings(), config::settings_document(settings));
    return {};
}

Result<void> import_and_compute(const std::filesystem::path& folder, const std::filesystem::path& csv) {
    auto node = open(folder);
    if (!node) return std::unexpected(node.error());
    const auto recognised = node::collect::recognise(csv);
    if (!recognised) return std::unexpected(recognised.error());
    node::collect::ImportEvents events;
    events.progress = [](std::uint64_t, std::uint64_t, std::int64_t) {};
    events.warning = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
    events.wants_more = [] { return true; };
    node::collect::FileImport result;
    if (const auto imported = node::collect::import_file(*node, csv, *recognised, {}, events, result);
        !imported)
        return std::unexpected(imported.error());
    for (const auto& [what, count] : result.counts)
        fmt::print("{} {}\n", what, count);
    compute(*node);
    return {};
}

Result<void> recompute(const std::filesystem::path& folder) {
    auto node = open(folder);
    if (!node) return std::unexpected(node.error());
    compute(*node);
    return {};
}

Result<Tuple> recompute_for_nothing(const std::filesystem::path& folder) {
    auto node = open(folder);
    if (!node) return std::unexpected(node.error());
    const node::archive::Archive& archive = node->archive();
    const node::attendance::CompiledScale scale(node->scale(), archive.shapes());
    Tuple tuple;
    for (const std::int64_t user : archive.users(node->source())) {
        const auto events = archive.events(node->source(), user);
        const auto attendance =
            node::attendance::attend({events, {}, {}, {}}, scale, node->calendar(), kAsOf);
        for (const auto& row : node::attendance::daily_rows(attendance, node->calendar(), {}))
            add_cells(row, user, tuple);
    }
    return tuple;
}

Result<Tuple> tuple_of_ledger(const std::filesystem::path& folder) {
    auto node = open(folder);
    if (!node) return std::unexpected(node.error());
    Tuple tuple;
    for_each_row(*node, [&](const federation::LedgerRow& row, std::int64_t user) { add_cells(row, user, tuple); });
    return tuple;
}

Result<void> print_cells(const std::filesystem::path& folder) {
    auto node = open(folder);
    if (!node) return std::unexpected(node.error());
    for_each_row(*node, [](const federation::LedgerRow& row, std::int64_t user) {
        for_each_cell(row, user, [](const Cell& cell) {
            fmt::print("{},{},{},{},{},{}\n", cell.user_id, cell.course, cell.activity, cell.day, cell.seconds,
                       cell.events);
        });
    });
    return {};
}

Result<std::int64_t> archived_events(const std::filesystem::path& folder) {
    auto node = open(folder);
    if (!node) return std::unexpected(node.error());
    return node->archive().extent(node->source()).events;
}

Result<std::string> one_students(const std::filesystem::path& folder) {
    auto node = open(folder);
    if (!node) return std::unexpected(node.error());
    const std::vector<std::int64_t> users = node->archive().users(node->source());
    std::vector<double> milliseconds;
    std::int64_t rows = 0;
    constexpr std::size_t kAsked = 100;
    for (std::size_t i = 0; i < users.size(); i += std::max<std::size_t>(1, users.size() / kAsked)) {
        const auto begun = std::chrono::steady_clock::now();
        std::map<std::pair<std::int64_t, std::int64_t>, federation::ActivityShare> sums;
        node->ledger().rows(
            {node->settings().node_id, node->scale().sha256, kAlways, node->student_id(users[i])},
            [&](const federation::LedgerRow& row) {
                for (const federation::ActivityShare& share : row.activities) {
                    federation::ActivityShare& sum = sums[{row.course, share.activity}];
                    sum.measured_s += share.measured_s;
                    sum.events += share.events;
                }
                sums[{row.course, 0}].measured_s += row.measured_s;
            });
        milliseconds.push_back(
            std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count());
        rows += static_cast<std::int64_t>(sums.size());
    }
    std::ranges::sort(milliseconds);
    if (milliseconds.empty()) return config::refuse("no students");
    return fmt::format(R"({{"students":{},"rows":{},"ms_median":{:.3f},"ms_max":{:.3f}}})",
                       milliseconds.size(), rows, milliseconds[milliseconds.size() / 2], milliseconds.back());
}

}  // namespace assidu::bench
