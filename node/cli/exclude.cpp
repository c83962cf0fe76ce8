#include <fmt/format.h>

#include "config/limits.h"
#include "node/cli/commands.h"
#include "node/cli/local_time.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/collect/text.h"
#include "node/directory.h"

namespace assidu::node::cli {
namespace {

using collect::printable;
using config::Result;

// Instants [from, to): a date alone as the end is the whole of that day.
Result<std::pair<std::int64_t, std::int64_t>> span_of(const ExcludeArguments& arguments,
                                                      const config::CivilCalendar& calendar) {
    const auto from = parse_local_time(arguments.from, calendar);
    if (!from) return std::unexpected(from.error());
    const auto day = config::parse_iso_date(arguments.to);
    const auto to =
        day ? Result<std::int64_t>(calendar.end_of(*day)) : parse_local_time(arguments.to, calendar);
    if (!to) return std::unexpected(to.error());
    if (*to <= *from) return config::refuse("TO must be later than FROM");
    return std::pair(*from, *to);
}

Result<void> are_words(const std::string& reason, const std::string& author) {
    for (const auto& [name, text] : {std::pair("--reason", &reason), std::pair("--author", &author)}) {
        if (collect::cleaned(*text, config::limits::kPurposeBytesMax) != *text || text->empty())
            return config::refuse(fmt::format("{}: a text of one line, of at most {} bytes, is wanted", name,
                                              config::limits::kPurposeBytesMax));
    }
    return {};
}

void audit(const Node& node, const char* action, std::int64_t number) {
    node.audit().append({node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id, action,
                         fmt::format("exclusion {}", number), 1, 0, "done"});
}

void print(const Node& node, const NodeDirectory& directory, const archive::Exclusion& one,
           Console& console) {
    const config::CivilCalendar& calendar = node.calendar();
    const auto person = directory.person(node.student_id(one.user_id));
    const std::string who =
        person && !person->username.empty() ? person->username : fmt::format("Moodle {}", one.user_id);
    console.print(fmt::format("{:>4}  {}  {} - {}  {} ({}, {})\n", one.number, printable(who),
                              calendar.local_iso(one.from_s), calendar.local_iso(one.to_s),
                              printable(one.reason), printable(one.author), calendar.local_iso(one.made_s)));
    if (one.revoked_s)
        console.print(fmt::format("      revoked {}: {} ({})\n", calendar.local_iso(*one.revoked_s),
                                  printable(one.revoked_reason), printable(one.revoked_author)));
}

Result<std::int64_t> user_named(const NodeDirectory& directory, const std::string& name) {
    const auto student = directory.find(name);
    if (!student) return std::unexpected(student.error());
    return directory.person(*student)->user_id;
}

}  // namespace

ExitCode exclude(const ExcludeArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    const auto refused = [&](const config::Refusal& refusal, ExitCode code) {
        console.complain(refusal.what);
        return code;
    };
    if (!node) return refused(node.error(), ExitCode::configuration);
    const NodeDirectory directory(*node);
    archive::EvidenceStore& store = node->evidence();
    std::optional<std::int64_t> user;
    if (!arguments.student.empty()) {
        const auto found = user_named(directory, arguments.student);
        if (!found) return refused(found.error(), ExitCode::no_data);
        user = *found;
    }
    if (arguments.action == "list") {
        for (const archive::Exclusion& one : store.exclusions(node->source())) {
            if (!user || *user == one.user_id) print(*node, directory, one, console);
        }
        return ExitCode::ok;
    }
    if (const auto words = are_words(arguments.reason, arguments.author); !words)
        return refused(words.error(), ExitCode::usage);
    if (arguments.action == "add") {
        const auto span = span_of(arguments, node->calendar());
        if (!span) return refused(span.error(), ExitCode::usage);
        archive::Exclusion one;
        one.user_id = user.value_or(0);
        one.from_s = span->first;
        one.to_s = span->second;
        one.reason = arguments.reason;
        one.author = arguments.author;
        one.made_s = clock.now_utc_s();
        one.number = store.exclude(node->source(), one);
        audit(*node, "exclusion.add", one.number);
        print(*node, directory, one, console);
    } else {
        const auto revoked = store.revoke(node->source(), arguments.number, arguments.reason,
                                          arguments.author, clock.now_utc_s());
        if (!revoked) return refused(revoked.error(), ExitCode::no_data);
        audit(*node, "exclusion.revoke", arguments.number);
        for (const archive::Exclusion& one : store.exclusions(node->source())) {
            if (one.number == arguments.number) print(*node, directory, one, console);
        }
    }
    return bring_up_to_date(*node, console);
}

ExitCode days(const DaysArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    const auto refused = [&](const config::Refusal& refusal, ExitCode code) {
        console.complain(refusal.what);
        return code;
    };
    if (!node) return refused(node.error(), ExitCode::configuration);
    const NodeDirectory directory(*node);
    const auto user = user_named(directory, arguments.student);
    if (!user) return refused(user.error(), ExitCode::no_data);
    archive::EvidenceStore& store = node->evidence();
    if (arguments.action == "list") {
        for (const archive::DayRecord& record : store.of(node->source(), *user).days)
            console.print(fmt::format("{}  {:<9}  {}  {}{}\n", config::iso_date(record.day),
                                      record.counts ? "counts" : "withdrawn",
                                      node->calendar().local_iso(record.made_s), printable(record.author),
                                      record.signature == node->day_signature(record)
                                          ? ""
                                          : "  NOT SIGNED BY THIS NODE: counts for nothing"));
        return ExitCode::ok;
    }
    const auto from = config::parse_iso_date(arguments.from);
    const auto to = config::parse_iso_date(arguments.to.empty() ? arguments.from : arguments.to);
    if (!from || !to || *to < *from ||
        std::int64_t{to->number} - from->number >= config::limits::kPeriodDaysMax)
        return refused({"FROM and TO: days as YYYY-MM-DD are wanted, the first not after the last"},
                       ExitCode::usage);
    if (const auto words = are_words("-", arguments.author); !words)
        return refused(words.error(), ExitCode::usage);
    std::vector<archive::DayRecord> records;
    for (config::CivilDay day = *from; day <= *to; day = config::next(day)) {
        archive::DayRecord record{*user, day, arguments.action == "add", arguments.author, clock.now_utc_s(),
                                  ""};
        record.signature = node->day_signature(record);
        records.push_back(std::move(record));
    }
    store.put_days(node->source(), records);
    node->audit().append({clock.now_utc_s(), node->settings().node_id, node->settings().node_id,
                          arguments.action == "add" ? "days.add" : "days.withdraw",
                          fmt::format("{} to {}", config::iso_date(*from), config::iso_date(*to)), 1, 0,
                          "done"});
    return bring_up_to_date(*node, console);
}

}  // namespace assidu::node::cli
