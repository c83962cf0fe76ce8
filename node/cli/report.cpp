#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>

#include "config/limits.h"
#include "node/cli/commands.h"
#include "node/cli/hub_report.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/cli/scale_commands.h"
#include "node/packages.h"
#include "node/services/pool_member.h"
#include "node/staff/batch.h"
#include "node/staff/selection.h"

namespace assidu::node::cli {
namespace {

std::vector<ReportFormat> formats_of(const ReportArguments& arguments) {
    std::vector<ReportFormat> formats;
    for (const FormatEntry& entry : kReportFormats) {
        if (std::ranges::find(arguments.formats, entry.name) != arguments.formats.end())
            formats.push_back(entry.format);
    }
    if (formats.empty()) formats.push_back(arguments.package ? ReportFormat::pdf : ReportFormat::html);
    return formats;
}

// A format that no report of the command has; empty: none.
std::string_view misplaced_format(const ReportArguments& arguments) {
    const bool students = arguments.kind == "student" || arguments.kind == "lint" || arguments.package;
    for (const FormatEntry& entry : kReportFormats) {
        const bool fits = (students && entry.student) || (arguments.kind == "group" && entry.group) ||
                          (arguments.kind == "pool" && entry.pool);
        if (!fits && std::ranges::find(arguments.formats, entry.name) != arguments.formats.end())
            return entry.name;
    }
    return {};
}

Documents documents_of(const ReportArguments& arguments, const Node& node) {
    const std::string language = arguments.language.empty() ? node.settings().language : arguments.language;
    Documents documents;
    documents.formats = formats_of(arguments);
    documents.language = language == "fr" ? reports::Language::fr : reports::Language::en;
    documents.out = arguments.out;
    documents.noted_in = &node.reports();
    documents.verification_url = node.settings().verification_url;
    documents.folder_each = arguments.package && arguments.kind == "group";
    return documents;
}

// Who overrides: whoever is named, else the account that runs the command.
std::string author_of(const ReportArguments& arguments) {
    if (!arguments.author.empty()) return arguments.author;
    const passwd* const account = ::getpwuid(::geteuid());
    return account != nullptr ? account->pw_name : fmt::format("uid {}", ::geteuid());
}

ExitCode no_data(Console& console, const config::Refusal& refusal) {
    console.complain(refusal.what);
    return ExitCode::no_data;
}

// Everything that is closed and changed is declared: a package proves what was declared.
config::Result<Packages> own_packages(Node& node, const federation::Period& period, Console& console) {
    const auto declared = services::declare(node, /*with_roster=*/false);
    if (!declared) return std::unexpected(declared.error());
    if (*declared > 0) console.say(fmt::format("declared {} statements", *declared));
    return Packages::of_own(node, period);
}

ExitCode report_own(const ReportArguments& arguments, const federation::Period& period,
                    const config::Clock& clock, Console& console,
                    std::vector<std::filesystem::path>& written) {
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    std::optional<config::Scale> other;
    if (!arguments.scale.empty()) {
        auto scale = scale_named(arguments.scale);
        if (!scale) {
            console.complain(scale.error().what);
            return ExitCode::configuration;
        }
        if (scale->sha256 != node->scale().sha256) other = *std::move(scale);
    }
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;
    if (other && !node->ledger().is_whole(node->settings().node_id, other->sha256)) {
        console.complain(
            fmt::format("no data: the totals under scale {} were not made of all events; first: assidu "
                        "recompute --scale {}",
                        other->name(), arguments.scale));
        return ExitCode::no_data;
    }

    const federation::Horizon horizon = node->ledger().horizon(node->settings().node_id);
    const auto first = other ? std::max(horizon.totals_from, horizon.computed_from) : horizon.totals_from;
    if (first && period.from < *first) {
        console.complain(fmt::format("no data: the totals of days before {} are deleted ([retention])",
                                     config::iso_date(*first)));
        return ExitCode::no_data;
    }
    // The names that held at the end of the period.
    const NodeDirectory directory(*node, node->calendar().end_of(period.to) - 1);
    ReportFiles wanted;
    wanted.group = arguments.kind == "group";
    wanted.only_look = arguments.kind == "lint";
    wanted.overrides = arguments.overrides;
    wanted.reason = arguments.reason;
    wanted.author = author_of(arguments);
    if (other) wanted.scale = &*other;
    wanted.documents = documents_of(arguments, *node);
    const auto used = staff::named_template(*node, arguments.report_template);
    if (!used) {
        console.complain(used.error().what);
        return ExitCode::configuration;
    }
    if (*used) wanted.documents.report_template = &**used;
    for (const std::string& name : arguments.students) {
        const auto student = directory.find(name);
        if (!student) {
            console.complain(student.error().what);
            return ExitCode::no_data;
        }
        wanted.students.push_back(*student);
    }
    const staff::Selection selection{arguments.funder, arguments.group, wanted.students};
    if (wanted.group || !arguments.students.empty() || selection.by_dossier())
        wanted.group_students = staff::selected_students(*node, directory, selection, period);
    if (!wanted.group || arguments.package)
        wanted.students = staff::selected_students(*node, directory, selection, period);
    if (selection.by_dossier() && wanted.group_students->empty()) {
        console.complain(
            "no data: no dossier of that funder and group has a day of the period (assidu dossier list)");
        return ExitCode::no_data;
    }
    const std::size_t reports = wanted.students.size() + (wanted.group ? 1 : 0);
    if (wanted.only_look) wanted.documents.formats.clear();
    if (reports == 0) {
        console.complain("no data: this node has no student yet; import a file of log events first");
        return ExitCode::no_data;
    }
    std::optional<Packages> packages;
    if (arguments.package) {
        auto made = own_packages(*node, period, console);
        if (!made) return no_data(console, made.error());
        wanted.documents.packages = &packages.emplace(*std::move(made));
    }
    if (const ExitCode code = can_be_written(wanted.documents, reports, console); code != ExitCode::ok)
        return code;
    return write_reports(*node, directory, period, wanted, console, written);
}

ExitCode report_members(const ReportArguments& arguments, const federation::Period& period,
                        const config::Clock& clock, Console& console,
                        std::vector<std::filesystem::path>& written) {
    const auto hub = Node::open(NodeFolder{arguments.dir}, clock, Node::Access::look);
    if (!hub) {
        console.complain(hub.error().what);
        return ExitCode::configuration;
    }
    Documents documents = documents_of(arguments, *hub);
    // The settings' template says who trains: the hub, and not a member.
    config::Result<std::optional<reports::Template>> used = std::nullopt;
    if (!arguments.report_template.empty() || arguments.member == hub->settings().node_id)
        used = staff::named_template(*hub, arguments.report_template);
    if (!used) {
        console.complain(used.error().what);
        return ExitCode::configuration;
    }
    if (*used) documents.report_template = &**used;
    if (arguments.kind == "pool") return report_pool(*hub, period, documents, console, written);
    std::optional<Packages> packages;
    if (arguments.package) {
        auto made = Packages::of_member(*hub, arguments.member, period);
        if (!made) return no_data(console, made.error());
        documents.packages = &packages.emplace(*std::move(made));
    }
    return report_member(*hub, period,
                         {arguments.member, arguments.kind == "group", arguments.students, arguments.package,
                          arguments.overrides, arguments.reason, author_of(arguments)},
                         documents, console, written);
}

}  // namespace

ExitCode report(const ReportArguments& arguments, const config::Clock& clock, Console& console) {
    const auto from = config::parse_iso_date(arguments.from);
    const auto to = config::parse_iso_date(arguments.to);
    if (!from || !to || *to < *from) {
        console.complain(
            fmt::format("--from {} --to {}: two days as YYYY-MM-DD are wanted, the first not after the last",
                        arguments.from, arguments.to));
        return ExitCode::usage;
    }
    if (!arguments.scale.empty() && !arguments.member.empty()) {
        console.complain("--scale is of a node's own students: a member declares under one scale");
        return ExitCode::usage;
    }
    if (!arguments.member.empty() && (!arguments.funder.empty() || !arguments.group.empty())) {
        console.complain("--funder and --group are of a node's own dossiers, not of a member's");
        return ExitCode::usage;
    }
    if (!arguments.overrides.empty() && (arguments.students.empty() || arguments.reason.empty())) {
        console.complain("--override is of named students, and for a reason: --student and --reason");
        return ExitCode::usage;
    }
    if (!arguments.scale.empty() && arguments.package) {
        console.complain("--package proves what was declared, under the node's own scale; leave --scale out");
        return ExitCode::usage;
    }
    if (const std::string_view format = misplaced_format(arguments); !format.empty()) {
        console.complain(fmt::format("--format {}: not made of a {} report", format, arguments.kind));
        return ExitCode::usage;
    }
    if (arguments.package && arguments.out.empty()) {
        console.complain("a package cannot go to standard output: name a folder with --out");
        return ExitCode::usage;
    }
    const federation::Period period{*from, *to};
    if (std::int64_t{to->number} - from->number >= config::limits::kPeriodDaysMax) {
        console.complain(fmt::format("--from {} --to {}: longer than {} days", arguments.from, arguments.to,
                                     config::limits::kPeriodDaysMax));
        return ExitCode::usage;
    }
    std::vector<std::filesystem::path> written;
    const bool own = arguments.kind != "pool" && arguments.member.empty();
    const ExitCode code = own ? report_own(arguments, period, clock, console, written)
                              : report_members(arguments, period, clock, console, written);
    if (code == ExitCode::ok) {
        for (const std::filesystem::path& path : written)
            console.print(path.string() + "\n");
    }
    return code;
}

}  // namespace assidu::node::cli
