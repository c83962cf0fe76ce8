// A report that takes the place of another names it, and says what is another now: what batches and single
// issues have in common.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/report_issue.h"
#include "node/staff/issue_log.h"
#include "reports/model.h"

namespace assidu::node::staff {

// A report beside the last issue of its kind.
struct Reissue {
    std::optional<Issue> last;
    std::string fingerprint;                   // of the report
    std::map<std::string, std::string> parts;  // of it
    // Nothing is another than at the last issue.
    [[nodiscard]] bool same() const { return last && last->fingerprint == fingerprint; }
};
// `made_as`: as fingerprint_of() has it. For student and group reports.
template <class Report>
[[nodiscard]] Reissue reissue_of(std::optional<Issue> last, const Report& report, const std::string& made_as);

// Names the last issue in the report, if there was one. `if_same`: the code for why, where nothing is
// another.
template <class Report>
void name_replaced(const Reissue& reissue, const std::string& if_same, Report& report);
// Why, as people read it: "the times, the dossier".
[[nodiscard]] std::string why_in_words(const std::optional<reports::Replaced>& replaced,
                                       reports::Language language);

// What the log is to say of the report, once its files are written. `batch`, `folder`: as in Issue.
template <class Report>
[[nodiscard]] Issue issue_of(const Reissue& reissue, const Report& report, const std::string& funder,
                             const std::string& batch, const std::string& folder,
                             const std::vector<std::filesystem::path>& files);

// "pdf,xlsx fr package": what else makes other documents of the same report.
[[nodiscard]] std::string made_as(const std::vector<ReportFormat>& formats, reports::Language language,
                                  bool package);

// The funders whose dossiers the report shows, as the log has them: "" for none, several with " + " between
// them.
[[nodiscard]] std::string funder_of(const reports::StudentReport& report);

}  // namespace assidu::node::staff
