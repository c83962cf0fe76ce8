#include "node/cli/history.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "federation/day_history.h"
#include "node/collect/text.h"
#include "node/directory.h"
#include "node/node.h"
#include "node/services/hub_contact.h"

namespace assidu::node::cli {
namespace {

using federation::DayWord;
using Json = nlohmann::ordered_json;

struct HistoryArguments {
    std::string student, day, member;
    bool json = false;
};

// Whose day it is, and who signs its receipts.
struct Subject {
    std::string node;
    federation::StudentId student;
    std::vector<rpc::VerifyingKey> receipts;  // none: no hub
};

config::Result<Subject> subject_of(const Node& node, const HistoryArguments& arguments) {
    const bool is_own = arguments.member.empty() || arguments.member == node.settings().node_id;
    if (!is_own) {
        const auto student = federation::parse_student_id(arguments.student);
        if (!student)
            return config::refuse(
                fmt::format("'{}': a member's students are known here by pseudonym (32 hexadecimal digits, "
                            "as its reports "
                            "have it)",
                            arguments.student));
        if (!node.members().find(arguments.member))
            return config::refuse(fmt::format("{} is no member of this hub", arguments.member));
        return Subject{
            arguments.member, *student,
            node.statements().handovers().keys(node.settings().node_id, node.signing_key().verifying_key())};
    }
    const auto student = NodeDirectory(node).find(arguments.student);
    if (!student) return std::unexpected(student.error());
    const auto hub = services::read_hub(node.folder());
    if (!hub) return std::unexpected(hub.error());
    Subject subject{node.settings().node_id, *student, {}};
    if (*hub) subject.receipts = node.statements().handovers().keys((*hub)->id, (*hub)->key);
    return subject;
}

// What the receipt says, if it is one of the hub's.
std::optional<federation::Receipt> receipt_of(const DayWord& word, const Subject& subject) {
    for (const rpc::VerifyingKey& key : subject.receipts) {
        if (auto receipt = federation::read_receipt(word.receipt, key)) return *std::move(receipt);
    }
    return std::nullopt;
}

std::string why(const std::string& reason) {
    if (reason == "late_events") return "more events had come in";
    if (reason == "fewer_events") return "events were erased, excluded or taken back";
    if (reason == "other_totals") return "the same events were worth another time";
    return reason.empty() ? "it does not say why" : reason;
}

std::string text_of(const Node& node, const Subject& subject, const std::string& day,
                    const std::vector<DayWord>& words) {
    const auto local = [&](std::int64_t utc_s) { return node.calendar().local_iso(utc_s); };
    std::string text = fmt::format("{} of student {} of {}\n", day, to_string(subject.student), subject.node);
    for (const DayWord& word : words) {
        text += fmt::format("\nstatement {:<6} declared {} under {} {}\n", word.number,
                            local(word.issued_utc_s), collect::printable(word.scale.id), word.scale.version);
        text += fmt::format("  SHA-256 {}\n", word.digest);
        if (word.is_set_aside) text += "  SET ASIDE: the hub has another statement of this number\n";
        if (word.supersedes > 0)
            text += fmt::format("  in the place of statement {}: {}\n", word.supersedes, why(word.reason));
        const auto receipt = receipt_of(word, subject);
        text += receipt ? fmt::format("  received by {} {}\n", receipt->hub, local(receipt->received_utc_s))
                        : fmt::format("  {}\n",
                                      word.receipt.empty() ? "no receipt" : "a receipt under another key");
        std::int64_t measured_s = 0, credited_s = 0;
        for (const federation::LedgerRow& row : word.rows) {
            text += fmt::format("  course {:<8} {:>6} s measured {:>6} s credited {:>6} events\n", row.course,
                                row.measured_s, row.credited_s, row.events);
            measured_s += row.measured_s;
            credited_s += row.credited_s;
        }
        text += word.rows.empty() ? "  nothing of this student\n"
                                  : fmt::format("  total           {:>6} s measured {:>6} s credited\n",
                                                measured_s, credited_s);
        if (word.erased > 0)
            text += fmt::format("  {} rows of the statement were erased since\n", word.erased);
    }
    if (words.empty()) text += "\nno data: no statement speaks of this day\n";
    return text;
}

Json json_of(const Subject& subject, const std::string& day, const std::vector<DayWord>& words) {
    Json list = Json::array();
    for (const DayWord& word : words) {
        Json rows = Json::array();
        for (const federation::LedgerRow& row : word.rows)
            rows.push_back(Json::parse(federation::daily_row(row)));
        const auto receipt = receipt_of(word, subject);
        list.push_back(
            {{"number", word.number},
             {"sha256", word.digest},
             {"set_aside", word.is_set_aside},
             {"issued_utc_s", word.issued_utc_s},
             {"scale",
              {{"id", word.scale.id}, {"version", word.scale.version}, {"sha256", word.scale.sha256}}},
             {"as_of_utc_s", word.freshness.as_of_utc_s},
             {"supersedes", word.supersedes},
             {"reason", word.reason},
             {"receipt", word.receipt},
             {"received_utc_s", receipt ? Json(receipt->received_utc_s) : Json(nullptr)},
             {"erased_rows", word.erased},
             {"rows", rows}});
    }
    return {
        {"node", subject.node}, {"student", to_string(subject.student)}, {"day", day}, {"statements", list}};
}

ExitCode history(const std::filesystem::path& dir, const HistoryArguments& arguments,
                 const config::Clock& clock, Console& console) {
    const auto day = config::parse_iso_date(arguments.day);
    if (!day) {
        console.complain(fmt::format("{}: not a day (YYYY-MM-DD)", arguments.day));
        return ExitCode::usage;
    }
    const auto node = Node::open(NodeFolder{dir}, clock, Node::Access::look);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    const auto subject = subject_of(*node, arguments);
    if (!subject) {
        console.complain(subject.error().what);
        return ExitCode::no_data;
    }
    const auto words = federation::day_history(node->statements(), subject->node, subject->student, *day);
    console.print(arguments.json
                      ? json_of(*subject, arguments.day, words)
                                .dump(2, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace) +
                            "\n"
                      : text_of(*node, *subject, arguments.day, words));
    return words.empty() ? ExitCode::no_data : ExitCode::ok;
}

}  // namespace

void add_history(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                 const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<HistoryArguments>();
    CLI::App* command = app.add_subcommand(
        "history",
        "The story of a student's day: every statement that declared it, what it said and why, its receipt");
    command
        ->add_option("STUDENT", arguments->student,
                     "User name, e-mail, id number, Moodle user id or pseudonym; of a member: the pseudonym")
        ->required();
    command->add_option("DAY", arguments->day, "Civil day, YYYY-MM-DD")->required();
    command->add_option("--member", arguments->member, "At a hub: whose student");
    command->add_flag("--json", arguments->json, "The same as one JSON object");
    command->callback(
        [&, arguments] { run = [&, arguments] { return history(dir, *arguments, clock, console); }; });
}

}  // namespace assidu::node::cli
