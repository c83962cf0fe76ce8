#include "node/cli/dossier.h"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "config/limits.h"
#include "node/cli/open_node.h"
#include "node/collect/text.h"
#include "node/directory.h"
#include "node/staff/dossier_import.h"
#include "node/staff/selection.h"
#include "reports/durations.h"
#include "reports/text.h"

namespace assidu::node::cli {
namespace {

using archive::DossierRecord;
using collect::printable;

ExitCode refused(Console& console, const config::Refusal& refusal, ExitCode code) {
    console.complain(refusal.what);
    return code;
}

void audit(const Node& node, const char* action, const std::string& purpose, std::int64_t students) {
    node.audit().append({node.clock().now_utc_s(), node.settings().node_id, node.settings().node_id, action,
                         purpose, students, 0, "done"});
}

std::string in_words(const staff::DossierImport& done) {
    std::string words = fmt::format(
        "{} lines, {} dossiers added, {} changed, {} as they were, {} lines repeated, {} rejected",
        grouped(done.lines), grouped(done.changes.added), grouped(done.changes.changed),
        grouped(done.changes.unchanged), grouped(done.repeated), grouped(done.rejected));
    return done.written ? words : words + "; NOTHING WAS WRITTEN";
}

nlohmann::ordered_json json_of(const DossierRecord& record, const std::optional<reports::Person>& person) {
    const federation::Dossier& dossier = record.dossier;
    const auto text = [](const std::string& value) {
        return value.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(value);
    };
    return {{"student", to_string(record.student)},
            {"username", text(person ? person->username : "")},
            {"lastname", text(person ? person->lastname : "")},
            {"firstname", text(person ? person->firstname : "")},
            {"funder", dossier.funder},
            {"number", dossier.number},
            {"training", text(dossier.training)},
            {"nature", name_of(dossier.nature)},
            {"modality", name_of(dossier.modality)},
            {"status", text(dossier.status)},
            {"from", config::iso_date(dossier.from)},
            {"to", config::iso_date(dossier.to)},
            {"planned_s", dossier.planned_s ? nlohmann::ordered_json(*dossier.planned_s)
                                            : nlohmann::ordered_json(nullptr)},
            {"groups", dossier.groups}};
}

}  // namespace

ExitCode import_dossiers(const DossierArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    const NodeDirectory directory(*node);
    const staff::StudentIndex students(directory);
    archive::DossierStore store(archive::DossierStore::path_in(node->folder().path));
    for (const std::filesystem::path& file : arguments.files) {
        const auto done = staff::import_dossiers(
            [&] { return collect::ByteSource::open(file, collect::ByteSource::Digest::none); }, students,
            store, node->settings().node_id, clock.now_utc_s(), {arguments.dry_run, arguments.strict},
            [&](std::uint64_t line, std::string_view reason) {
                console.complain(printable(fmt::format("{}:{}: {}", file.string(), line, reason)));
            });
        if (!done) return refused(console, done.error(), ExitCode::input);
        console.print(printable(fmt::format("{}: {}", file.string(), in_words(*done))) + "\n");
        if (done->written)
            audit(*node, "dossier.import",
                  fmt::format("{} added, {} changed", done->changes.added, done->changes.changed),
                  done->students);
        if (arguments.strict && done->rejected > 0) return ExitCode::input;
    }
    return ExitCode::ok;
}

ExitCode list_dossiers(const DossierArguments& arguments, const config::Clock& clock, Console& console) {
    const auto node = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    const NodeDirectory directory(*node);
    staff::Selection selection{arguments.funder, arguments.group, {}};
    if (!arguments.student.empty()) {
        const auto student = directory.find(arguments.student);
        if (!student) return refused(console, student.error(), ExitCode::no_data);
        selection.students.push_back(*student);
    }
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    std::int64_t count = 0;
    for (const DossierRecord& record : staff::selected_dossiers(*node, selection)) {
        const auto person = directory.person(record.student);
        ++count;
        if (arguments.json) {
            list.push_back(json_of(record, person));
            continue;
        }
        const federation::Dossier& dossier = record.dossier;
        console.print(
            printable(fmt::format(
                "{}  {}  {} to {}  {}  {}{}{}", dossier.funder, dossier.number,
                config::iso_date(dossier.from), config::iso_date(dossier.to),
                dossier.planned_s ? reports::h_mm_ss(*dossier.planned_s) : "-",
                reports::person_name(reports::Language::en, person),
                person && !person->username.empty() ? " (" + person->username + ")" : "",
                dossier.groups.empty() ? "" : fmt::format("  [{}]", fmt::join(dossier.groups, ", ")))) +
            "\n");
    }
    if (arguments.json)
        console.print(nlohmann::ordered_json{{"format", 1}, {"dossiers", std::move(list)}}.dump(2) + "\n");
    else
        console.say(fmt::format("{} dossiers", grouped(count)));
    audit(*node, "dossier.list", fmt::format("{} dossiers", count), count);
    return ExitCode::ok;
}

ExitCode withdraw_dossier(const DossierArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    if (arguments.reason.empty() || arguments.reason.size() > config::limits::kReasonBytesMax)
        return refused(
            console,
            {fmt::format("--reason: a text of 1 to {} bytes is wanted", config::limits::kReasonBytesMax)},
            ExitCode::usage);
    const NodeDirectory directory(*node);
    const auto student = directory.find(arguments.student);
    if (!student) return refused(console, student.error(), ExitCode::no_data);
    archive::DossierStore store(archive::DossierStore::path_in(node->folder().path));
    if (!store.withdraw(node->settings().node_id, *student, arguments.funder, arguments.number,
                        clock.now_utc_s()))
        return refused(console,
                       {printable(fmt::format("'{}' has no dossier {} of {} (assidu dossier list)",
                                              arguments.student, arguments.number, arguments.funder))},
                       ExitCode::no_data);
    audit(*node, "dossier.withdraw", fmt::format("{}: {}", arguments.author, arguments.reason), 1);
    return ExitCode::ok;
}

void add_dossier(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                 const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<DossierArguments>();
    CLI::App* command = app.add_subcommand(
        "dossier", "Funders' dossiers: who pays for whose training, from when to when, for how many hours");
    command->require_subcommand(1);
    const auto runs = [&run, &dir, &clock, &console, arguments](CLI::App* action, auto* what) {
        action->callback([&run, &dir, &clock, &console, arguments, what] {
            run = [&dir, &clock, &console, arguments, what] {
                arguments->dir = dir;
                return what(*arguments, clock, console);
            };
        });
    };
    CLI::App* import = command->add_subcommand(
        "import", "Take in a spreadsheet's CSV, a line a student and dossier; again changes what changed");
    import->add_option("FILE", arguments->files, "Columns in French or English: docs/files.md")->required();
    import->add_flag("--dry-run", arguments->dry_run, "Say what would change, and write nothing");
    import->add_flag("--strict", arguments->strict, "Take nothing of a file of which a line is rejected");
    runs(import, &import_dossiers);
    CLI::App* list = command->add_subcommand("list", "Show dossiers");
    list->add_option("--funder", arguments->funder, "Of this funder");
    list->add_option("--group", arguments->group, "Of this group");
    list->add_option("--student", arguments->student,
                     "Of this student: user name, e-mail, id number, Moodle user id or pseudonym");
    list->add_option("--format", "text or json (default: text)")
        ->check(CLI::IsMember({"text", "json"}))
        ->each([arguments](const std::string& format) { arguments->json = format == "json"; });
    runs(list, &list_dossiers);
    CLI::App* withdraw = command->add_subcommand(
        "withdraw", "End a dossier that should not be there; what it said is kept, and the reason audited");
    withdraw->add_option("STUDENT", arguments->student, "As above")->required();
    withdraw->add_option("--funder", arguments->funder, "As `dossier list` shows it")->required();
    withdraw->add_option("--number", arguments->number, "As `dossier list` shows it")->required();
    withdraw->add_option("--reason", arguments->reason, "Why")->required();
    withdraw->add_option("--author", arguments->author, "Who decided it")->required();
    runs(withdraw, &withdraw_dossier);
}

}  // namespace assidu::node::cli
