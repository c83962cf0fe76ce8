#include "node/cli/report_batch.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "config/limits.h"
#include "node/cli/interrupt.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/cli/report_summary.h"
#include "node/collect/text.h"
#include "node/directory.h"
#include "node/staff/schedules.h"

namespace assidu::node::cli {
namespace {

using collect::printable;
using config::Result;
using Every = config::ReportSchedule::Every;

Result<federation::Period> period_of(const BatchArguments& arguments, const Node& node) {
    if (!arguments.from.empty() || !arguments.to.empty()) {
        if (!arguments.period.empty() || !arguments.on.empty())
            return config::refuse("--from and --to, or --period and --on: say one or the other");
        const auto from = config::parse_iso_date(arguments.from), to = config::parse_iso_date(arguments.to);
        if (!from || !to || *to < *from ||
            std::int64_t{to->number} - from->number >= config::limits::kPeriodDaysMax)
            return config::refuse(
                "--from and --to: two days as YYYY-MM-DD are wanted, the first not after the last");
        return federation::Period{*from, *to};
    }
    const Every every = arguments.period == "day"    ? Every::daily
                        : arguments.period == "week" ? Every::weekly
                                                     : Every::month_end;
    if (arguments.on.empty()) return staff::last_period(every, node.clock().now_utc_s(), node.calendar());
    const auto on = config::parse_iso_date(arguments.on);
    if (!on) return config::refuse("--on: a day as YYYY-MM-DD is wanted");
    return staff::period_of(every, *on);
}

std::vector<ReportFormat> formats_of(const std::vector<std::string>& names) {
    std::vector<ReportFormat> formats;
    for (const FormatEntry& entry : kReportFormats)
        if (std::ranges::find(names, entry.name) != names.end()) formats.push_back(entry.format);
    if (formats.empty()) formats.push_back(ReportFormat::pdf);
    return formats;
}

ExitCode refused(Console& console, const std::string& what, ExitCode code) {
    console.complain(printable(what));
    return code;
}

ExitCode code_of(const staff::BatchResult& result) {
    if (!result.finished) return ExitCode::interrupted;
    if (result.defect) return ExitCode::defect;
    if (result.refused > 0) return ExitCode::incoherent;
    return result.failed > 0 ? ExitCode::no_data : ExitCode::ok;
}

}  // namespace

std::string in_words(const staff::BatchResult& result) {
    return fmt::format("issued {}, issued again {}, unchanged {}, not issued {}", grouped(result.issued),
                       grouped(result.reissued), grouped(result.unchanged),
                       grouped(result.refused + result.failed));
}

ExitCode report_batch(const BatchArguments& arguments, const config::Clock& clock, Console& console) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error().what, ExitCode::configuration);
    const auto period = period_of(arguments, *node);
    if (!period) return refused(console, period.error().what, ExitCode::usage);
    const auto used = staff::named_template(*node, arguments.report_template);
    if (!used) return refused(console, used.error().what, ExitCode::configuration);
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;
    staff::BatchOrder order;
    order.period = *period;
    order.selection = {arguments.funder, arguments.group, {}};
    {
        const NodeDirectory directory(*node);
        for (const std::string& name : arguments.students) {
            const auto student = directory.find(name);
            if (!student) return refused(console, student.error().what, ExitCode::no_data);
            order.selection.students.push_back(*student);
        }
    }
    order.formats = formats_of(arguments.formats);
    order.package = arguments.package;
    order.groups = arguments.groups;
    const std::string language = arguments.language.empty() ? node->settings().language : arguments.language;
    order.language = reports::language_of(language);
    order.out = arguments.out;
    if (*used) order.report_template = &**used;
    staff::BatchEvents events;
    events.goes_on = [] { return !interrupted(); };
    events.line = [&](std::int64_t done, std::int64_t of, const staff::BatchLine& line) {
        if (!line.why.empty() && line.outcome != staff::BatchLine::Outcome::issued)
            console.say(printable(fmt::format("{} {}{}: {}", staff::name_of(line.outcome), line.name,
                                              line.funder.empty() ? "" : " for " + line.funder, line.why)));
        console.progress(fmt::format("batch: {} of {} reports", grouped(done), grouped(of)));
    };
    const auto result = staff::run_batch(*node, order, events);
    if (!result) return refused(console, result.error().what, ExitCode::no_data);
    for (const staff::BatchLine& line : result->lines)
        console.complain(printable(fmt::format("NOT ISSUED: {}{}: {}", line.name,
                                               line.funder.empty() ? "" : " for " + line.funder, line.why)));
    if (!result->finished)
        console.complain("interrupted; what is issued is whole, and the same command goes on from there");
    console.print(fmt::format("{} to {}: {}\n{}\n", config::iso_date(period->from),
                              config::iso_date(period->to), in_words(*result),
                              (arguments.out / "index.html").string()));
    return code_of(*result);
}

ExitCode check_template(const std::filesystem::path& folder, Console& console) {
    const auto read = reports::Template::read(folder);
    if (!read) return refused(console, read.error().what, ExitCode::configuration);
    console.print(fmt::format("{} {}  SHA-256 {}\n", read->identity().id, read->identity().version,
                              read->identity().sha256));
    return ExitCode::ok;
}

ExitCode show_template(const std::filesystem::path& folder, const std::string& funder,
                       const std::string& language, Console& console) {
    const auto read = reports::Template::read(folder);
    if (!read) return refused(console, read.error().what, ExitCode::configuration);
    const reports::Look look = read->look(reports::language_of(language), funder);
    const auto print = [&](const char* key, const std::string& value) {
        if (!value.empty()) console.print(fmt::format("{:<16} {}\n", key, value));
    };
    const auto print_all = [&](const char* key, const std::vector<std::string>& values) {
        for (const std::string& value : values)
            print(key, value);
    };
    print("template", fmt::format("{} {}", read->identity().id, read->identity().version));
    print("funder", funder);
    print("provider", look.provider);
    print("siret", look.siret);
    print("activity_number", look.activity_number);
    print("representative", look.representative);
    print_all("address", look.address);
    if (look.logo)
        print("logo", fmt::format("{} x {} pixels, {} mm wide", look.logo->width, look.logo->height,
                                  look.logo_width_mm));
    print_all("header", look.header);
    print("footer", look.footer);
    print_all("legal", look.legal);
    print_all("signatory", look.signatories);
    print("place", look.place);
    print("hidden columns", fmt::format("{}", fmt::join(look.hidden_day_columns, ", ")));
    print("  of courses", fmt::format("{}", fmt::join(look.hidden_course_columns, ", ")));
    print("hidden sections", fmt::format("{}", fmt::join(look.hidden_sections, ", ")));
    if (funder.empty()) print_all("also for", read->funders());
    return ExitCode::ok;
}

namespace {

void add_templates(CLI::App& app, std::function<ExitCode()>& run, Console& console) {
    struct Words {
        std::filesystem::path folder;
        std::string funder, language = "fr";
    };
    const auto words = std::make_shared<Words>();
    CLI::App* command = app.add_subcommand(
        "template", "How documents look: a folder with template.json and a logo, which a university edits");
    command->require_subcommand(1);
    CLI::App* check = command->add_subcommand("check", "What is wrong with one, by key");
    CLI::App* list = command->add_subcommand("list", "The funders that have something of their own in it");
    CLI::App* show = command->add_subcommand("show", "What documents take of it");
    for (CLI::App* action : {check, list, show})
        action->add_option("DIR", words->folder, "The template's folder")->required();
    show->add_option("--funder", words->funder, "For this funder's students");
    show->add_option("--lang", words->language, "fr or en")->check(CLI::IsMember({"fr", "en"}));
    check->callback([&run, &console, words] {
        run = [&console, words] { return check_template(words->folder, console); };
    });
    list->callback([&run, &console, words] {
        run = [&console, words] {
            const auto read = reports::Template::read(words->folder);
            if (!read) return refused(console, read.error().what, ExitCode::configuration);
            for (const std::string& funder : read->funders())
                console.print(funder + "\n");
            return ExitCode::ok;
        };
    });
    show->callback([&run, &console, words] {
        run = [&console, words] {
            return show_template(words->folder, words->funder, words->language, console);
        };
    });
}

}  // namespace

void add_batch(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
               const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<BatchArguments>();
    CLI::App* command = app.get_subcommand("report")->add_subcommand(
        "batch", "Students' reports and packages, a folder a funder: only what changed since the last time");
    command->add_option("--from", arguments->from, "First civil day, YYYY-MM-DD");
    command->add_option("--to", arguments->to, "Last civil day, included");
    command->add_option("--period", arguments->period, "Instead: day, week or month (default: month)")
        ->check(CLI::IsMember({"day", "week", "month"}));
    command->add_option("--on", arguments->on, "A day of that period (default: the last one that is closed)");
    command->add_option("--funder", arguments->funder, "Students with a dossier of this funder");
    command->add_option("--group", arguments->group, "Students with a dossier of this group");
    command
        ->add_option(
            "--student", arguments->students,
            "User name, e-mail, id number, Moodle user id or pseudonym; may be repeated (default: all)")
        ->allow_extra_args(false);
    std::vector<std::string> formats;
    for (const FormatEntry& entry : kReportFormats)
        if (entry.student) formats.emplace_back(entry.name);
    command
        ->add_option("--format", arguments->formats,
                     fmt::format("{}; a list (default: pdf)", fmt::join(formats, ", ")))
        ->delimiter(',')
        ->check(CLI::IsMember(formats));
    command->add_flag("!--no-package", arguments->package, "Documents alone, without the proofs");
    command->add_flag("--groups", arguments->groups,
                      "Also a report of each funder's students together, in the funder's folder");
    command->add_option("--out", arguments->out, "The folder to write to, the same one each time")
        ->required();
    command->add_option("--template", arguments->report_template,
                        "A template's folder (default: the settings' [reports] template)");
    command->add_option("--lang", arguments->language, "fr or en (default: the settings')")
        ->check(CLI::IsMember({"fr", "en"}));
    command->callback([&run, &dir, &clock, &console, arguments] {
        run = [&dir, &clock, &console, arguments] {
            arguments->dir = dir;
            return report_batch(*arguments, clock, console);
        };
    });
    add_templates(app, run, console);
    add_summary(app, dir, run, clock, console);
}

}  // namespace assidu::node::cli
