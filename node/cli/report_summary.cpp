#include "node/cli/report_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "config/durable_file.h"
#include "config/limits.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"
#include "node/collect/text.h"
#include "node/directory.h"
#include "node/staff/selection.h"
#include "reports/summary/summary.h"

namespace assidu::node::cli {
namespace {

using federation::StudentId;

ExitCode refused(Console& console, const std::string& what, ExitCode code) {
    console.complain(what);
    return code;
}

// Those of the cohort, by its name or id number.
std::vector<StudentId> of_cohort(const Node& node, const NodeDirectory& directory,
                                 const std::vector<StudentId>& students, const std::string& cohort) {
    const std::string wanted = collect::folded(cohort);
    std::vector<StudentId> kept;
    for (const StudentId& student : students) {
        const auto person = directory.person(student);
        if (!person) continue;
        const auto record = node.catalogue().person(node.settings().source_name, person->user_id);
        if (record && std::ranges::any_of(record->cohorts, [&](const std::string& one) {
                return collect::folded(one) == wanted;
            }))
            kept.push_back(student);
    }
    return kept;
}

// Completed activities of the period, by student. Nothing: no completion was ever taken in, which is not
// "none".
std::optional<std::map<StudentId, std::int64_t>> completions_of(const Node& node,
                                                                const NodeDirectory& directory,
                                                                const std::vector<StudentId>& students,
                                                                const federation::Period& period) {
    if (node.evidence().extent(node.source()).completions == 0) return std::nullopt;
    const std::int64_t from_s = node.calendar().begin_of(period.from),
                       to_s = node.calendar().end_of(period.to);
    std::map<StudentId, std::int64_t> counts;
    for (const StudentId& student : students) {
        const auto person = directory.person(student);
        if (!person) continue;
        constexpr int kCompleted = 1, kPassed = 2;
        std::int64_t count = 0;
        for (const archive::CompletionRecord& one :
             node.evidence().of(node.source(), person->user_id).completions)
            if (one.time_s >= from_s && one.time_s < to_s &&
                (one.state == kCompleted || one.state == kPassed))
                ++count;
        counts[student] = count;
    }
    return counts;
}

reports::SummaryRequest request_of(const Node& node, const NodeDirectory& directory,
                                   const SummaryArguments& arguments, const federation::Period& period,
                                   reports::Language language, std::int64_t k) {
    reports::SummaryRequest request;
    request.report.node_id = node.settings().node_id;
    request.report.node_name = node.settings().name;
    request.report.wwwroot = node.settings().wwwroot;
    request.report.scale = &node.scale();
    request.report.period = period;
    request.report.issued_at_utc_s = node.clock().now_utc_s();
    request.report.language = std::string(reports::tag_of(language));
    request.k = k;
    std::vector<StudentId> students =
        staff::selected_students(node, directory, {arguments.funder, arguments.group, {}}, period);
    if (!arguments.cohort.empty()) students = of_cohort(node, directory, students, arguments.cohort);
    for (const StudentId& student : students)
        request.students.emplace_back(student, node.settings().source_name);
    for (const auto& [key, value] :
         {std::pair("funder", &arguments.funder), std::pair("groups", &arguments.group),
          std::pair("summary.cohort", &arguments.cohort)})
        if (!value->empty()) request.selection.emplace_back(key, *value);
    std::string courses;
    for (const std::int64_t course : arguments.courses) {
        request.courses.insert(course);
        courses +=
            (courses.empty() ? "" : ", ") +
            reports::course_name(language, course, directory.course(node.settings().source_name, course));
    }
    if (!courses.empty()) request.selection.emplace_back("courses", courses);
    // Completions say nothing of single courses here.
    if (arguments.courses.empty()) request.completions = completions_of(node, directory, students, period);
    return request;
}

}  // namespace

ExitCode report_summary(const SummaryArguments& arguments, const config::Clock& clock, Console& console) {
    const auto from = config::parse_iso_date(arguments.from), to = config::parse_iso_date(arguments.to);
    if (!from || !to || *to < *from ||
        std::int64_t{to->number} - from->number >= config::limits::kPeriodDaysMax)
        return refused(console,
                       "--from and --to: two days as YYYY-MM-DD are wanted, the first not after the last",
                       ExitCode::usage);
    if (arguments.out.empty() && arguments.formats.size() > 1)
        return refused(console, "several documents cannot go to standard output: name a folder with --out",
                       ExitCode::usage);
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) return refused(console, node.error().what, ExitCode::configuration);
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;
    const federation::Period period{*from, *to};
    const NodeDirectory directory(*node, node->calendar().end_of(period.to) - 1);
    const auto language =
        reports::language_of(arguments.language.empty() ? node->settings().language : arguments.language);
    const auto request =
        request_of(*node, directory, arguments, period, language, node->settings().reports.small_cell);
    const auto summary = reports::build_summary(request, node->ledger(), directory);
    if (!summary) return refused(console, summary.error().what, ExitCode::no_data);
    std::vector<std::string> formats = arguments.formats;
    if (formats.empty()) formats.emplace_back("html");
    for (const std::string& format : formats) {
        const std::string text = format == "pdf"    ? reports::render_summary_pdf(*summary, language)
                                 : format == "xlsx" ? reports::render_summary_xlsx(*summary, language)
                                 : format == "csv"  ? reports::render_summary_csv(*summary)
                                 : format == "json" ? reports::render_summary_json(*summary)
                                                    : reports::render_summary_html(*summary, language);
        if (arguments.out.empty()) {
            console.print(text);
            continue;
        }
        make_folder(arguments.out);
        const auto path = arguments.out / fmt::format("summary-{}_{}_{}.{}", node->settings().node_id,
                                                      config::iso_date(*from), config::iso_date(*to), format);
        config::replace_file(path, text, 0600);
        console.print(path.string() + "\n");
    }
    return ExitCode::ok;
}

void add_summary(CLI::App& app, const std::filesystem::path& dir, std::function<ExitCode()>& run,
                 const config::Clock& clock, Console& console) {
    const auto arguments = std::make_shared<SummaryArguments>();
    CLI::App* command = app.get_subcommand("report")->add_subcommand(
        "summary",
        "How a group is doing, without names: no cell of fewer than [reports] small_cell students");
    command->add_option("--from", arguments->from, "First civil day, YYYY-MM-DD")->required();
    command->add_option("--to", arguments->to, "Last civil day, included")->required();
    command->add_option("--funder", arguments->funder, "Students with a dossier of this funder");
    command->add_option("--group", arguments->group, "Students with a dossier of this group");
    command->add_option("--cohort", arguments->cohort, "Students of this cohort of the Moodle");
    command->add_option("--course", arguments->courses, "Time in this course, by its id; may be repeated")
        ->allow_extra_args(false);
    command->add_option("--format", arguments->formats, "html, pdf, xlsx, csv, json; a list (default: html)")
        ->delimiter(',')
        ->check(CLI::IsMember({"html", "pdf", "xlsx", "csv", "json"}));
    command->add_option("--out", arguments->out, "The folder to write to (default: standard output)");
    command->add_option("--lang", arguments->language, "fr or en (default: the settings')")
        ->check(CLI::IsMember({"fr", "en"}));
    command->callback([&run, &dir, &clock, &console, arguments] {
        run = [&dir, &clock, &console, arguments] {
            arguments->dir = dir;
            return report_summary(*arguments, clock, console);
        };
    });
}

}  // namespace assidu::node::cli
