#include "node/cli/demo_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/digest.h"
#include "federation/statement.h"
#include "node/cli/console.h"

namespace assidu::node::cli {
namespace {

constexpr std::int64_t kSecondsOfHour = 3600;

std::string digest_of_rows(const Node& node, const federation::LedgerQuery& query) {
    federation::DayDigest digest;
    node.ledger().rows(query,
                       [&](const federation::LedgerRow& row) { digest.add(federation::daily_row(row)); });
    return digest.finish();
}

// User names by pseudonym, from what the university told the hub.
std::map<federation::StudentId, std::string> user_names(const Node& hub, const std::string& member) {
    std::map<federation::StudentId, std::string> names;
    for (const auto& [key, text] : hub.statements().roster(member)) {
        const auto row = federation::parse_roster_row(text);
        if (!row || row->what != "person") continue;
        const auto name = row->texts.find("username");
        if (name != row->texts.end()) names[row->student] = name->second;
    }
    return names;
}

std::string fingerprint_of(const Node& hub, const federation::LedgerQuery& query) {
    const auto names = user_names(hub, query.node);
    std::set<std::string> lines;
    hub.ledger().rows(query, [&](const federation::LedgerRow& row) {
        const auto name = names.find(row.student);
        lines.insert(
            fmt::format("{}|{}|{}|{}|{}|{}\n", name == names.end() ? to_string(row.student) : name->second,
                        config::iso_date(row.day), row.course, row.measured_s, row.credited_s, row.events));
    });
    config::Sha256Stream digest;
    for (const std::string& line : lines)
        digest.update(line);
    return config::hex(digest.finish());
}

std::string hours(std::int64_t seconds) {
    return fmt::format("{} h {:02}", grouped(seconds / kSecondsOfHour), seconds / 60 % 60);
}

std::string table_row(const DemoLine& line, std::string_view state) {
    return fmt::format("{:<22} {:>8} {:>11} {:>10} {:>5} {:>9}  {}\n", line.node_id, grouped(line.students),
                       hours(line.seconds), grouped(line.events), line.sent, line.receipted, state);
}

}  // namespace

DemoLine demo_line(const Node& hub, const Node& university, const federation::MemberPart& part,
                   const federation::Period& period) {
    const std::string& id = part.node;
    DemoLine line;
    line.node_id = id;
    line.name = part.name;
    line.students = part.sums.students;
    line.seconds = part.sums.measured_s + part.sums.credited_s;
    line.events = part.freshness ? part.freshness->archived_events : 0;
    line.sent = university.statements().head(id).number;
    line.receipted = line.sent - static_cast<std::int64_t>(university.statements().unreceipted(id).size());
    line.complete = part.complete();
    const federation::LedgerQuery query{id, hub.scale().sha256, period, std::nullopt};
    line.same = digest_of_rows(hub, query) == digest_of_rows(university, query);
    line.fingerprint = fingerprint_of(hub, query);
    return line;
}

std::string demo_table(const std::vector<DemoLine>& lines) {
    std::string text = fmt::format("{:<22} {:>8} {:>11} {:>10} {:>5} {:>9}  {}\n", "university", "students",
                                   "hours", "events", "sent", "receipted", "hub's rows = its own");
    DemoLine all;
    all.node_id = "pool";
    std::size_t same = 0;
    for (const DemoLine& line : lines) {
        text += table_row(line, !line.same ? "NO" : line.complete ? "yes" : "yes, days missing");
        all.students += line.students;
        all.seconds += line.seconds;
        all.events += line.events;
        all.sent += line.sent;
        all.receipted += line.receipted;
        if (line.same) ++same;
    }
    text += table_row(all, fmt::format("{} of {}", same, lines.size()));
    return text;
}

std::string fingerprint_file(const std::vector<DemoLine>& lines, std::uint64_t seed,
                             const std::string& root) {
    std::string text = fmt::format(
        "# Totals of the demonstration with seed {}, as the hub has them. SHA-256 over a line a ledger row:\n"
        "# user name|day|course|measured s|credited s|events, in byte order; the pool's over the lines "
        "below.\n"
        "# The last line is the fingerprint of the hub's key, another in every demonstration: assidu-verify "
        "--root "
        "takes it.\n",
        seed);
    std::string members;
    for (const DemoLine& line : lines)
        members += fmt::format("{}  {}\n", line.fingerprint, line.node_id);
    return text + members + fmt::format("{}  pool\n{}  root\n", config::hex(config::sha256(members)), root);
}

}  // namespace assidu::node::cli
