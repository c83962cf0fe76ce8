#include "node/cli/report_files.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/archive/dossier_store.h"
#include "node/attendance/compute.h"
#include "node/attendance/known_evidence.h"
#include "node/cli/interrupt.h"
#include "node/collect/text.h"
#include "node/packages.h"
#include "node/staff/issue_log.h"
#include "node/staff/linter.h"
#include "node/staff/reissue.h"

namespace assidu::node::cli {
namespace {

template <class Report>
void put(const Report& report, const std::vector<RenderedFile>& files, const Documents& wanted,
         Console& console, std::vector<std::filesystem::path>& written) {
    note(report, files, wanted);
    for (const RenderedFile& file : files) {
        if (file.path.empty()) {
            console.print(file.text);
            continue;
        }
        write_file(file);
        written.push_back(file.path);
    }
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
    const auto files = rendered(report, wanted);
    if (!files) return std::unexpected(files.error());
    if (wanted.folder_each) make_folder(wanted.out);
    put(report, *files, wanted, console, written);
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

config::Result<void> issue_singly(const Node& node, reports::StudentReport& report, const Documents& wanted,
                                  Console& console, std::vector<std::filesystem::path>& written) {
    if (wanted.noted_in == nullptr) return put_document(report, wanted, console, written);
    staff::IssueLog log(archive::DossierStore::path_in(node.folder().path));
    const std::string& whose = report.provenance.node_id;
    const std::string funder = staff::funder_of(report);
    const staff::Reissue reissue =
        staff::reissue_of(log.last_anywhere(whose, report.student, funder, report.period), report,
                          staff::made_as(wanted.formats, wanted.language, wanted.packages != nullptr));
    staff::name_replaced(reissue, "replaced.again", report);
    const std::size_t before = written.size();
    if (const auto put = put_document(report, wanted, console, written); !put) return put;
    std::error_code ignored;
    const std::vector<std::filesystem::path> files(written.begin() + static_cast<std::ptrdiff_t>(before),
                                                   written.end());
    const std::string folder =
        files.empty() ? "-" : std::filesystem::absolute(files.front().parent_path(), ignored).string();
    log.put(whose, staff::issue_of(reissue, report, funder, staff::IssueLog::kSingly, folder, files));
    return {};
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
    for (const reports::LintFinding& finding :
         report.findings.value_or(std::vector<reports::LintFinding>())) {
        std::string line = collect::printable(
            fmt::format("{}: [{}: {}] {}", file_name(report),
                        reports::text(language, fmt::format("severity.{}", name_of(finding.severity))),
                        finding.code, finding_text(language, finding)));
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
        auto report = writer.group(wanted.group_students.value_or(directory.students()));
        if (!report) return refused(report.error());
        if (wanted.documents.report_template != nullptr)
            report->provenance.used_template = wanted.documents.report_template->identity();
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
        if (wanted.documents.report_template != nullptr)
            report->provenance.used_template = wanted.documents.report_template->identity();
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
        // Under another scale it is another report, which takes the place of none.
        const auto put = wanted.scale != nullptr
                             ? put_document(*report, wanted.documents, console, written)
                             : issue_singly(node, *report, wanted.documents, console, written);
        if (!put) {
            console.complain(put.error().what);
            ++without_package;
        }
        console.progress(fmt::format("writing reports: {} of {} students", done, wanted.students.size()));
    }
    if (incoherent > 0) return ExitCode::incoherent;
    return without_package == 0 ? ExitCode::ok : ExitCode::no_data;
}

}  // namespace assidu::node::cli
