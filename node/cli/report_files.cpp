#include "node/cli/report_files.h"

#include <fmt/format.h>

#include "config/digest.h"
#include "config/durable_file.h"
#include "node/attendance/compute.h"
#include "node/attendance/known_evidence.h"
#include "node/cli/interrupt.h"

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

template <class Report>
void put(const Report& report, const Documents& wanted, Console& console,
         std::vector<std::filesystem::path>& written) {
    std::vector<RenderedFile> files;
    for (const ReportFormat format : wanted.formats) {
        std::filesystem::path path;
        if (!wanted.out.empty())
            path = wanted.out / fmt::format("{}.{}", file_name(report), extension_of(format));
        files.push_back({std::move(path), render(report, format, wanted.language)});
    }
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
    const std::size_t documents = reports * wanted.formats.size();
    if (documents <= 1) return ExitCode::ok;
    console.complain(
        fmt::format("{} documents cannot go to standard output: name a folder with --out", documents));
    return ExitCode::usage;
}

void put_document(const reports::StudentReport& report, const Documents& wanted, Console& console,
                  std::vector<std::filesystem::path>& written) {
    put(report, wanted, console, written);
}
void put_document(const reports::GroupReport& report, const Documents& wanted, Console& console,
                  std::vector<std::filesystem::path>& written) {
    put(report, wanted, console, written);
}
void put_document(const reports::PoolReport& report, const Documents& wanted, Console& console,
                  std::vector<std::filesystem::path>& written) {
    put(report, wanted, console, written);
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

ExitCode write_reports(const Node& node, const NodeDirectory& directory, federation::Period period,
                       const ReportFiles& wanted, Console& console,
                       std::vector<std::filesystem::path>& written) {
    const ReportWriter writer(node, directory, period, wanted.documents.language, wanted.scale);
    const auto refused = [&](const config::Refusal& refusal) {
        console.complain(refusal.what);
        return ExitCode::no_data;
    };
    if (wanted.group) {
        const auto report = writer.group();
        if (!report) return refused(report.error());
        put(*report, wanted.documents, console, written);
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
        put(*report, wanted.documents, console, written);
        console.progress(fmt::format("writing reports: {} of {} students", ++done, wanted.students.size()));
    }
    return ExitCode::ok;
}

}  // namespace assidu::node::cli
