#include "node/staff/reissue.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/collect/text.h"
#include "node/staff/fingerprint.h"
#include "reports/print/parts.h"
#include "reports/text.h"

namespace assidu::node::staff {
namespace {

federation::StudentId student_of(const reports::StudentReport& report) {
    return report.student;
}
federation::StudentId student_of(const reports::GroupReport&) {
    return kWholeGroup;
}

}  // namespace

template <class Report>
Reissue reissue_of(std::optional<Issue> last, const Report& report, const std::string& made_as) {
    return {std::move(last), fingerprint_of(report, made_as), parts_of(report, made_as)};
}

template <class Report>
void name_replaced(const Reissue& reissue, const std::string& if_same, Report& report) {
    if (!reissue.last) return;
    report.provenance.replaced =
        reports::Replaced{reissue.last->data_sha256, reissue.last->issued_utc_s,
                          reissue.same() ? std::vector<std::string>{if_same}
                                         : changed_parts(reissue.last->parts, reissue.parts)};
}

std::string why_in_words(const std::optional<reports::Replaced>& replaced, reports::Language language) {
    std::string words;
    if (!replaced) return words;
    for (const std::string& code : replaced->why)
        words += (words.empty() ? "" : ", ") + std::string(reports::text(language, code));
    return words;
}

template <class Report>
Issue issue_of(const Reissue& reissue, const Report& report, const std::string& funder,
               const std::string& batch, const std::string& folder,
               const std::vector<std::filesystem::path>& files) {
    Issue issue;
    issue.batch = batch;
    issue.student = student_of(report);
    issue.funder = funder;
    issue.period = report.period;
    issue.issued_utc_s = report.provenance.issued_at_utc_s;
    issue.data_sha256 = reports::print::data_sha256(report);
    issue.fingerprint = reissue.fingerprint;
    issue.parts = reissue.parts;
    issue.folder = folder;
    for (const std::filesystem::path& file : files)
        issue.files.push_back(file.filename().string());
    if (report.provenance.replaced) {
        issue.replaced_sha256 = report.provenance.replaced->data_sha256;
        issue.why = report.provenance.replaced->why;
    }
    return issue;
}

template Reissue reissue_of(std::optional<Issue>, const reports::StudentReport&, const std::string&);
template Reissue reissue_of(std::optional<Issue>, const reports::GroupReport&, const std::string&);
template void name_replaced(const Reissue&, const std::string&, reports::StudentReport&);
template void name_replaced(const Reissue&, const std::string&, reports::GroupReport&);
template Issue issue_of(const Reissue&, const reports::StudentReport&, const std::string&, const std::string&,
                        const std::string&, const std::vector<std::filesystem::path>&);
template Issue issue_of(const Reissue&, const reports::GroupReport&, const std::string&, const std::string&,
                        const std::string&, const std::vector<std::filesystem::path>&);

std::string made_as(const std::vector<ReportFormat>& formats, reports::Language language, bool package) {
    std::vector<std::string_view> names;
    for (const FormatEntry& entry : kReportFormats)
        if (std::ranges::find(formats, entry.format) != formats.end()) names.push_back(entry.name);
    return fmt::format("{} {} {}", fmt::join(names, ","), reports::tag_of(language),
                       package ? "package" : "");
}

std::string funder_of(const reports::StudentReport& report) {
    std::map<std::string, std::string> funders;
    for (const federation::Dossier& dossier : report.dossiers)
        funders.try_emplace(collect::folded(dossier.funder), dossier.funder);
    std::string all;
    for (const auto& [folded, funder] : funders)
        all += (all.empty() ? "" : " + ") + funder;
    return all;
}

}  // namespace assidu::node::staff
