#include "node/cli/privacy_commands.h"

#include <fmt/format.h>

#include <memory>

#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/directory.h"
#include "node/privacy/person.h"
#include "node/privacy/retention.h"

namespace assidu::node::cli {
namespace {

ExitCode refused(Console& console, const config::Refusal& refusal, ExitCode code) {
    console.complain(refusal.what);
    return code;
}

// The Moodle user id of the person who is named; nothing, said on the console, if nobody is or several are.
std::optional<std::int64_t> user_of(const Node& node, const std::string& student, Console& console) {
    const NodeDirectory directory(node);
    const auto found = directory.find(student);
    if (!found) {
        console.complain(found.error().what);
        return std::nullopt;
    }
    return directory.person(*found)->user_id;
}

}  // namespace

ExitCode export_person(const PersonArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    const auto user = user_of(*node, arguments.student, console);
    if (!user) return ExitCode::no_data;
    console.print(privacy::export_person(*node, *user));
    return ExitCode::ok;
}

ExitCode erase_person(const PersonArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    const auto user = user_of(*node, arguments.student, console);
    if (!user) return ExitCode::no_data;
    const auto erased = privacy::erase_person(*node, *user, arguments.reason, arguments.author);
    if (!erased) return refused(console, erased.error(), ExitCode::usage);
    console.print(fmt::format(
        "erased: {} events, {} records of evidence, {} ledger rows, {} sessions, {} dossiers; rows in {} "
        "statements; {} rejected rows\n"
        "this person is not collected again; reports and files that were issued, and backups, are yours to "
        "delete\n",
        grouped(erased->events), grouped(erased->evidence), grouped(erased->rows), grouped(erased->sessions),
        grouped(erased->dossiers), erased->statements, erased->reject_lines));
    for (const auto& path : erased->named_in)
        console.complain(
            fmt::format("{} still names them: delete it, or what is theirs in it", path.string()));
    return erased->named_in.empty() ? ExitCode::ok : ExitCode::input;
}

ExitCode retention(const RetentionArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error(), ExitCode::configuration);
    if (!node->settings().retention.any()) {
        console.print("everything is kept for ever: [retention] sets no period\n");
        return ExitCode::ok;
    }
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;
    const auto done = privacy::apply_retention(*node, arguments.dry_run);
    if (!done) return refused(console, done.error(), ExitCode::configuration);
    const std::string_view word = arguments.dry_run ? "would be deleted" : "deleted";
    const auto before = [](const std::optional<config::CivilDay>& day) {
        return day ? "before " + config::iso_date(*day) : std::string("kept for ever");
    };
    console.print(fmt::format("events      {}: {} {}; {} records of evidence\n", before(done->events_before),
                              grouped(done->events), word, grouped(done->evidence)));
    console.print(fmt::format("totals      {}: {} ledger rows {}; {} exclusions and signed days\n",
                              before(done->totals_before), grouped(done->rows), word,
                              grouped(done->reasons)));
    if (done->members_before)
        console.print(fmt::format("members     {}: {} ledger rows {}\n", before(done->members_before),
                                  grouped(done->member_rows), word));
    console.print(fmt::format("identities  {} {}; files of rejected rows: {}\n", grouped(done->identities),
                              word, done->reject_files));
    return ExitCode::ok;
}

void add_privacy(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                 const config::Clock& clock, Console& console) {
    const auto person = std::make_shared<PersonArguments>();
    CLI::App* command = app.add_subcommand("person", "What this node holds about one person");
    command->require_subcommand(1);
    CLI::App* exported = command->add_subcommand("export", "All of it, as JSON on standard output; audited");
    CLI::App* erased = command->add_subcommand(
        "erase",
        "Forget them: identity, events, evidence, totals, and their rows in statements; audited, without the "
        "name");
    for (CLI::App* action : {exported, erased})
        action
            ->add_option("STUDENT", person->student,
                         "User name, e-mail, id number, Moodle user id or pseudonym")
            ->required();
    erased->add_option("--reason", person->reason, "Why; stands in the audit")->required();
    erased->add_option("--author", person->author, "Who decided it; stands in the audit")->required();
    exported->callback([&, person] {
        run = [&, person] {
            person->dir = dir;
            return export_person(*person, clock, console);
        };
    });
    erased->callback([&, person] {
        run = [&, person] {
            person->dir = dir;
            return erase_person(*person, clock, console);
        };
    });
    const auto periods = std::make_shared<RetentionArguments>();
    CLI::App* kept = app.add_subcommand(
        "retention", "Delete what is older than [retention] keeps; `serve` does it once a day by itself");
    kept->add_flag("--dry-run", periods->dry_run, "Only say what would be deleted");
    kept->callback([&, periods] {
        run = [&, periods] {
            periods->dir = dir;
            return retention(*periods, clock, console);
        };
    });
}

}  // namespace assidu::node::cli
