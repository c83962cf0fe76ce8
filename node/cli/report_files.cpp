#include "node/cli/report_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/digest.h"
#include "config/durable_file.h"
#include "node/attendance/compute.h"
#include "node/attendance/known_evidence.h"
#include "node/cli/interrupt.h"
#include "node/collect/text.h"
#include "node/packages.h"
#include "node/staff/linter.h"

namespace assidu::node::cli {
namespace {

// Reports name people: nobody but their owner reads the files.
constexpr mode_t kOwnerOnly = 0600;

federation::IssuedReport issued(const char* kind, const reports::Imprint& made,
                                federation::ReportSubject subject) {
    federation::IssuedReport report;
    report.issued_utc_s = made.issued_at_utc_s;
    report.kind = kind;
    report.subject = std::move(subject);
    report.subject.scale_sha256 = made.scale.sha256;
    report.scale_name = fmt::format("{} {}", made.scale.id, made.scale.version);
    return report;
}
federation::IssuedReport issued(const reports::StudentReport& report) {
    return issued("student", report.provenance,
                  {report.provenance.node_id, report.student, report.period, ""});
}
federation::IssuedReport issued(const reports::GroupReport& report) {
    return issued("group", report.provenance, {report.provenance.node_id, std::nullopt, report.period, ""});
}
federation::IssuedReport issued(const reports::PoolReport& report) {
    return issued("pool", report.imprint, {"", std::nullopt, report.period, ""});
}

struct RenderedFile {
    std::filesystem::path path;  // empty: standard output
    std::string text;
};

// Before anybody can have it: a report that is out and not noted could never be called superseded.
void note(federation::ReportRegister& reports, federation::IssuedReport report,
          const std::vector<RenderedFile>& files) {
    report.rows_digest = reports.rows_digest(report.subject);
    for (const RenderedFile& file : files) {
        std::error_code ignored;
        const std::filesystem::path whole = std::filesystem::absolute(file.path, ignored);
        report.files.push_back(
            {file.path.empty() ? "-" : whole.string(), config::hex(config::sha256(file.text))});
    }
    reports.put(report);
}

bool has(const reports::StudentReport&, const FormatEntry& format) {
    return format.student;
}
bool has(const reports::GroupReport&, const FormatEntry& format) {
    return format.group;
}
bool has(const reports::PoolReport&, const FormatEntry& format) {
    return format.pool;
}

template <class Report>
std::vector<RenderedFile> rendered(const Report& report, const Documents& wanted) {
    std::vector<RenderedFile> files;
    for (const FormatEntry& entry : kReportFormats) {
        if (!has(report, entry) || std::ranges::find(wanted.formats, entry.format) == wanted.formats.end())
            continue;
        std::filesystem::path path;
        if (!wanted.out.empty()) path = wanted.out / fmt::format("{}.{}", file_name(report), entry.extension);
        files.push_back(
            {std::move(path), render(report, entry.format, wanted.language, wanted.verification_url)});
    }
    return files;
}

template <class Report>
void put(const Report& report, const std::vector<RenderedFile>& files, const Documents& wanted,
         Console& console, std::vector<std::filesystem::path>& written) {
    if (wanted.noted_in != nullptr) note(*wanted.noted_in, issued(report), files);
    for (const RenderedFile& file : files) {
        if (file.path.empty()) {
            console.print(file.text);
            continue;
        }
        config::replace_file(file.path, file.text, kOwnerOnly);
        written.push_back(file.path);
    }
}

// The package of what was rendered.
config::Result<RenderedFile> package_of(const reports::StudentReport& report, const Documents& wanted,
                                        const std::vector<RenderedFile>& files) {
    std::vector<reports::ZipFile> documents;
    const std::string stem = file_name(report) + ".";
    for (const RenderedFile& file : files)
        documents.push_back({"report." + file.path.filename().string().substr(stem.size()), file.text});
    auto package = wanted.packages->package(report, documents);
    if (!package) return std::unexpected(package.error());
    return RenderedFile{wanted.out / (stem + "zip"), *std::move(package)};
}

}  // namespace

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error)
        throw config::ResourceFailure(
            fmt::format("{}: cannot make the folder: {}", folder.string(), error.message()));
}

ExitCode can_be_written(const Documents& wanted, std::size_t reports, Console& console) {
    if (!wanted.out.empty()) {
        make_folder(wanted.out);
        return ExitCode::ok;
    }
    if (wanted.packages != nullptr) {
        console.complain("a package cannot go to standard output: name a folder with --out");
        return ExitCode::usage;
    }
    const std::size_t documents = reports * wanted.formats.size();
    if (documents <= 1) return ExitCode::ok;
    console.complain(
        fmt::format("{} documents cannot go to standard output: name a folder with --out", documents));
    return ExitCode::usage;
}

config::Result<void> put_document(const reports::StudentReport& report, const Documents& asked,
                                  Console& console, std::vector<std::filesystem::path>& written) {
    Documents wanted = asked;
    if (wanted.folder_each) wanted.out = wanted.out / "students" / file_name(report);
    std::vector<RenderedFile> files = rendered(report, wanted);
    if (wanted.packages != nullptr) {
        auto package = package_of(report, wanted, files);
        if (!package) return config::refuse(fmt::format("{}: {}", file_name(report), package.error().what));
        files.push_back(*std::move(package));
    }
    if (wanted.folder_each) make_folder(wanted.out);
    put(report, files, wanted, console, written);
    return {};
}
void put_document(const reports::GroupReport& report, const Documents& wanted, Console& console,
                  std::vector<std::filesystem::path>& written) {
    put(report, rendered(report, wanted), wanted, console, written);
}
void put_document(const reports::PoolReport& report, const Documents& wanted, Console& console,
                  std::vector<std::filesystem::path>& written) {
    put(report, rendered(report, wanted), wanted, console, written);
}

ExitCode bring_up_to_date(Node& node, Console& console) {
    if (!attendance::has_anything_to_compute(node)) return ExitCode::ok;
    if (const auto has = attendance::has_evidence_for(node, node.scale()); !has) {
        console.complain(has.error().what);
        return ExitCode::no_data;
    }
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

void tell_findings(const reports::StudentReport& report, reports::Language language, bool only_look,
                   Console& console) {
    for (const reports::LintFinding& finding : report.findings.value_or(std::vector<reports::LintFinding>())) {
        std::string line = collect::printable(fmt::format(
            "{}: [{}: {}] {}", file_name(report),
            reports::text(language, fmt::format("severity.{}", name_of(finding.severity))), finding.code,
            finding_text(language, finding)));
        if (finding.overridden) line += " " + collect::printable(override_text(language, finding));
        if (only_look)
            console.print(line + "\n");
        else if (finding.refuses())
            console.complain(line);
        else
            console.say(line);
    }
}

ExitCode write_reports(const Node& node, const NodeDirectory& directory, federation::Period period,
                       const ReportFiles& wanted, Console& console,
                       std::vector<std::filesystem::path>& written) {
    const staff::Linter linter(node, directory, period, wanted.scale);
    const ReportWriter writer(node, directory, period, wanted.documents.language, wanted.scale);
    const auto refused = [&](const config::Refusal& refusal) {
        console.complain(refusal.what);
        return ExitCode::no_data;
    };
    if (wanted.group) {
        const auto report = writer.group(wanted.group_students.value_or(directory.students()));
        if (!report) return refused(report.error());
        put_document(*report, wanted.documents, console, written);
    }
    std::size_t done = 0, without_package = 0, incoherent = 0;
    for (const federation::StudentId& student : wanted.students) {
        if (interrupted()) {
            console.complain(fmt::format("interrupted: {} of {} student reports are written, each whole",
                                         done, wanted.students.size()));
            return ExitCode::interrupted;
        }
        auto report = writer.student(student);
        if (!report) return refused(report.error());
        linter.look(*report);
        if (!wanted.overrides.empty()) {
            if (const auto overridden =
                    staff::override_findings(node, *report, wanted.overrides, wanted.reason, wanted.author);
                !overridden) {
                console.complain(
                    collect::printable(fmt::format("{}: {}", file_name(*report), overridden.error().what)));
                return ExitCode::usage;
            }
        }
        tell_findings(*report, wanted.documents.language, wanted.only_look, console);
        ++done;
        if (!staff::may_be_issued(*report)) {
            if (!wanted.only_look) console.complain(fmt::format("{}: NOT ISSUED", file_name(*report)));
            ++incoherent;
            continue;
        }
        if (wanted.only_look) continue;
        if (const auto put = put_document(*report, wanted.documents, console, written); !put) {
            console.complain(put.error().what);
            ++without_package;
        }
        console.progress(fmt::format("writing reports: {} of {} students", done, wanted.students.size()));
    }
    if (incoherent > 0) return ExitCode::incoherent;
    return without_package == 0 ? ExitCode::ok : ExitCode::no_data;
}

}  // namespace assidu::node::cli
