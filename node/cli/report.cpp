#include <fmt/format.h>

#include "config/durable_file.h"
#include "node/attendance/compute.h"
#include "node/cli/commands.h"
#include "node/cli/interrupt.h"
#include "node/cli/open_node.h"
#include "node/cli/report_files.h"

namespace assidu::node::cli {
namespace {

// Reports name people: nobody but their owner reads the files.
constexpr mode_t kOwnerOnly = 0600;

std::vector<ReportFormat> formats_of(const std::vector<std::string>& names) {
    std::vector<ReportFormat> formats;
    for (const ReportFormat format : kReportFormats) {
        for (const std::string& name : names) {
            if (name == extension_of(format)) formats.push_back(format);
        }
    }
    if (formats.empty()) formats.push_back(ReportFormat::html);
    return formats;
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw config::ResourceFailure(
            fmt::format("{}: cannot make the folder: {}", folder.string(), error.message()));
}

// One report in every wanted format.
template <class Report>
void put(const ReportWriter& writer, const Report& report, const ReportFiles& wanted, Console& console,
         std::vector<std::filesystem::path>& written) {
    for (const ReportFormat format : wanted.formats) {
        const std::string text = writer.render(report, format);
        if (wanted.out.empty()) {
            console.print(text);
            continue;
        }
        const std::filesystem::path path =
            wanted.out / fmt::format("{}.{}", writer.file_name(report), extension_of(format));
        config::replace_file(path, text, kOwnerOnly);
        written.push_back(path);
    }
}

}  // namespace

ExitCode bring_up_to_date(Node& node, Console& console) {
    const attendance::Computed computed = attendance::compute_totals(
        node,
        [&](std::int64_t done, std::int64_t of) {
            console.progress(fmt::format("computing: {} of {} students", grouped(done), grouped(of)));
        },
        [] { return !interrupted(); });
    if (!computed.finished) {
        console.complain(
            "interrupted while computing; what is done is kept, and the same command goes on from there");
        return ExitCode::interrupted;
    }
    if (computed.students > 0)
        console.say(fmt::format("computed: {} students, {} events, {} ledger rows, {} sessions, scale {}",
                                grouped(computed.students), grouped(computed.events), grouped(computed.rows),
                                grouped(computed.sessions), node.scale().name()));
    return ExitCode::ok;
}

ExitCode write_reports(const Node& node, const NodeDirectory& directory, federation::Period period,
                       reports::Language language, const ReportFiles& wanted, Console& console,
                       std::vector<std::filesystem::path>& written) {
    if (!wanted.out.empty()) make_folder(wanted.out);
    const ReportWriter writer(node, directory, period, language);
    const auto refused = [&](const config::Refusal& refusal) {
        console.complain(refusal.what);
        return ExitCode::no_data;
    };
    if (wanted.group) {
        const auto report = writer.group();
        if (!report) return refused(report.error());
        put(writer, *report, wanted, console, written);
    }
    std::size_t done = 0;
    for (const federation::StudentId& student : wanted.students) {
        if (interrupted()) {
            console.complain(fmt::format("interrupted: {} of {} student reports are written, each whole",
                                         done, wanted.students.size()));
            return ExitCode::interrupted;
        }
        const auto report = writer.student(student);
        if (!report) return refused(report.error());
        put(writer, *report, wanted, console, written);
        console.progress(fmt::format("writing reports: {} of {} students", ++done, wanted.students.size()));
    }
    return ExitCode::ok;
}

ExitCode report(const ReportArguments& arguments, const config::Clock& clock, Console& console) {
    const auto from = config::parse_iso_date(arguments.from);
    const auto to = config::parse_iso_date(arguments.to);
    if (!from || !to || *to < *from) {
        console.complain(
            fmt::format("--from {} --to {}: two days as YYYY-MM-DD are wanted, the first not after the last",
                        arguments.from, arguments.to));
        return ExitCode::usage;
    }
    auto node = open_to_change(arguments.dir, clock, console);
    if (!node) {
        console.complain(node.error().what);
        return ExitCode::configuration;
    }
    if (const ExitCode code = bring_up_to_date(*node, console); code != ExitCode::ok) return code;

    const NodeDirectory directory(*node);
    ReportFiles wanted;
    wanted.group = arguments.kind == "group";
    wanted.formats = formats_of(arguments.formats);
    wanted.out = arguments.out;
    for (const std::string& name : arguments.students) {
        const auto student = directory.find(name);
        if (!student) {
            console.complain(student.error().what);
            return ExitCode::no_data;
        }
        wanted.students.push_back(*student);
    }
    if (!wanted.group && arguments.students.empty()) wanted.students = directory.students();
    const std::size_t documents = (wanted.students.size() + (wanted.group ? 1 : 0)) * wanted.formats.size();
    if (documents == 0) {
        console.complain("no data: this node has no student yet; import a file of log events first");
        return ExitCode::no_data;
    }
    if (wanted.out.empty() && documents > 1) {
        console.complain(
            fmt::format("{} documents cannot go to standard output: name a folder with --out", documents));
        return ExitCode::usage;
    }

    const std::string language = arguments.language.empty() ? node->settings().language : arguments.language;
    std::vector<std::filesystem::path> written;
    const ExitCode code = write_reports(*node, directory, {*from, *to},
                                        language == "fr" ? reports::Language::fr : reports::Language::en,
                                        wanted, console, written);
    if (code == ExitCode::ok && !wanted.out.empty()) {
        for (const std::filesystem::path& path : written)
            console.print(path.string() + "\n");
    }
    return code;
}

}  // namespace assidu::node::cli
