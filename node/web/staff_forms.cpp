#include "node/web/staff_forms.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "node/report_document.h"

namespace assidu::node::web {
namespace {

using reports::Language;
using services::StudentDesk;

constexpr std::int32_t kListedDays = 1'830;
// Groups of a form: who it is a group of, and its name.
constexpr std::string_view kCohort = "cohort:", kFunder = "funder:", kDossierGroup = "group:";

std::string words(Language language, std::string_view key, const auto& value) {
    return fmt::format(fmt::runtime(page_text(language, key)), value);
}

}  // namespace

void add_option(PageData& list, const std::string& value, const std::string& label, bool chosen) {
    PageData option{PageData::type::object};
    option.set("value", shown_text(value));
    option.set("label", shown_text(label));
    option.set("chosen", chosen);
    list.push_back(option);
}

std::optional<federation::Period> period_in(const std::string& from, const std::string& to) {
    const auto first = config::parse_iso_date(from), last = config::parse_iso_date(to);
    if (!first || !last || *last < *first ||
        std::int64_t{last->number} - first->number >= config::limits::kPeriodDaysMax)
        return std::nullopt;
    return federation::Period{*first, *last};
}

federation::Period last_month(const Node& node) {
    const config::CivilDay today = node.calendar().day_of(node.clock().now_utc_s());
    const config::CivilDay last = {today.number - config::date_of(today).day};
    return {{last.number - config::date_of(last).day + 1}, last};
}

federation::Period listed_period(const Node& node) {
    const config::CivilDay today = node.calendar().day_of(node.clock().now_utc_s());
    return {{today.number - kListedDays}, {today.number + kListedDays}};
}

std::string group_in_words(Language language, const std::string& group, std::size_t students) {
    const auto after = [&](std::string_view kind) { return group.substr(kind.size()); };
    if (group.starts_with(kCohort)) return words(language, "group_cohort", after(kCohort));
    if (group.starts_with(kFunder)) return words(language, "group_funder", after(kFunder));
    if (group.starts_with(kDossierGroup)) return words(language, "group_dossier", after(kDossierGroup));
    return words(language, "group_all", students);
}

void add_groups(PageData& list, const StudentDesk& desk, Language language, const std::string& chosen) {
    const auto add = [&](const std::string& group) {
        add_option(list, group, group_in_words(language, group, group.empty() ? desk.students().size() : 0),
                   chosen == group);
    };
    add("");
    const auto add_all = [&](std::string_view kind, const std::vector<std::string>& names) {
        for (const std::string& name : names)
            add(std::string(kind) + name);
    };
    add_all(kFunder, desk.funders());
    add_all(kDossierGroup, desk.dossier_groups());
    add_all(kCohort, desk.cohorts());
}

std::optional<std::vector<federation::StudentId>> students_of(const StudentDesk& desk,
                                                              const std::string& group) {
    const auto after = [&](std::string_view kind) { return group.substr(kind.size()); };
    if (group.empty()) return desk.students();
    if (group.starts_with(kCohort)) return desk.students_of_cohort(after(kCohort));
    if (group.starts_with(kFunder)) return desk.students_of_funder(after(kFunder));
    if (group.starts_with(kDossierGroup)) return desk.students_of_dossier_group(after(kDossierGroup));
    return std::nullopt;
}

std::string label_of(const archive::PersonRecord& person) {
    const std::string name = person.lastname + (person.lastname.empty() ? "" : " ") + person.firstname;
    const std::string& shown = person.username.empty() ? person.email : person.username;
    if (name.empty() && shown.empty()) return fmt::format("Moodle {}", person.user_id);
    return name.empty() ? shown : fmt::format("{} ({})", name, shown);
}

std::vector<ReportFormat> offered_formats(bool of_student) {
    constexpr ReportFormat kFirst[] = {ReportFormat::pdf, ReportFormat::xlsx, ReportFormat::certificate};
    std::vector<ReportFormat> first, others;
    for (const FormatEntry& entry : kReportFormats) {
        if (!(of_student ? entry.student : entry.group)) continue;
        (std::ranges::find(kFirst, entry.format) != std::end(kFirst) ? first : others)
            .push_back(entry.format);
    }
    std::ranges::sort(first, {}, [&](ReportFormat format) { return std::ranges::find(kFirst, format); });
    first.insert(first.end(), others.begin(), others.end());
    return first;
}

std::string format_label(Language language, ReportFormat format) {
    const auto* const entry = std::ranges::find(kReportFormats, format, &FormatEntry::format);
    return std::string(page_text(language, "format." + std::string(entry->name)));
}

}  // namespace assidu::node::web
