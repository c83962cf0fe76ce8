#include "node/report_issue.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/digest.h"
#include "config/durable_file.h"

namespace assidu::node {
namespace {

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

void put(federation::IssuedReport report, const std::vector<RenderedFile>& files, const IssueWay& way) {
    if (way.noted_in == nullptr) return;
    report.rows_digest = way.noted_in->rows_digest(report.subject);
    for (const RenderedFile& file : files) {
        std::error_code ignored;
        const std::filesystem::path whole = std::filesystem::absolute(file.path, ignored);
        report.files.push_back(
            {file.path.empty() ? "-" : whole.string(), config::hex(config::sha256(file.text))});
    }
    way.noted_in->put(report);
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

std::string funder_of(const reports::StudentReport& report, const IssueWay&) {
    return report.dossiers.empty() ? "" : report.dossiers.front().funder;
}
std::string funder_of(const reports::GroupReport&, const IssueWay& way) {
    return way.group_funder;
}
std::string funder_of(const reports::PoolReport&, const IssueWay&) {
    return {};
}

template <class Report>
std::vector<RenderedFile> documents(const Report& report, const IssueWay& way) {
    reports::Look look;
    if (way.report_template != nullptr)
        look = way.report_template->look(way.language, funder_of(report, way));
    std::vector<RenderedFile> files;
    for (const FormatEntry& entry : kReportFormats) {
        if (!has(report, entry) || std::ranges::find(way.formats, entry.format) == way.formats.end())
            continue;
        std::filesystem::path path;
        if (!way.out.empty()) path = way.out / fmt::format("{}.{}", file_name(report), entry.extension);
        files.push_back(
            {std::move(path), render(report, entry.format, way.language, way.verification_url, look)});
    }
    return files;
}

}  // namespace

config::Result<std::vector<RenderedFile>> rendered(const reports::StudentReport& report,
                                                   const IssueWay& way) {
    std::vector<RenderedFile> files = documents(report, way);
    if (way.packages == nullptr) return files;
    std::vector<reports::ZipFile> packed;
    const std::string stem = file_name(report) + ".";
    for (const RenderedFile& file : files)
        packed.push_back({"report." + file.path.filename().string().substr(stem.size()), file.text});
    auto package = way.packages->package(report, packed);
    if (!package) return config::refuse(fmt::format("{}: {}", file_name(report), package.error().what));
    files.push_back({way.out / (stem + "zip"), *std::move(package)});
    return files;
}
std::vector<RenderedFile> rendered(const reports::GroupReport& report, const IssueWay& way) {
    return documents(report, way);
}
std::vector<RenderedFile> rendered(const reports::PoolReport& report, const IssueWay& way) {
    return documents(report, way);
}

void note(const reports::StudentReport& report, const std::vector<RenderedFile>& files, const IssueWay& way) {
    put(issued("student", report.provenance, {report.provenance.node_id, report.student, report.period, ""}),
        files, way);
}
void note(const reports::GroupReport& report, const std::vector<RenderedFile>& files, const IssueWay& way) {
    put(issued("group", report.provenance, {report.provenance.node_id, std::nullopt, report.period, ""}),
        files, way);
}
void note(const reports::PoolReport& report, const std::vector<RenderedFile>& files, const IssueWay& way) {
    put(issued("pool", report.imprint, {"", std::nullopt, report.period, ""}), files, way);
}

void write_file(const RenderedFile& file) {
    config::replace_file(file.path, file.text, kOwnerOnly);
}

}  // namespace assidu::node
