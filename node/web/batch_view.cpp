#include "node/web/batch_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <ranges>
#include <tuple>

#include "config/limits.h"
#include "node/directory.h"
#include "node/web/staff_forms.h"
#include "reports/safe_text.h"
#include "reports/text.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using reports::Language;
using staff::OrderedBatch;

template <class... Values>
std::string words(Language language, std::string_view key, const Values&... values) {
    return fmt::format(fmt::runtime(page_text(language, key)), values...);
}

std::string period_words(Language language, const federation::Period& period) {
    return reports::text_with(language, "days_span", reports::date_text(language, period.from),
                              reports::date_text(language, period.to));
}

std::string whom_words(Language language, const OrderedBatch& batch) {
    if (batch.whom == "students") return words(language, "whom_some", batch.students);
    return group_in_words(language, batch.whom, static_cast<std::size_t>(batch.students));
}

std::string state_words(Language language, const OrderedBatch& batch) {
    return std::string(page_text(language, "batch_state." + std::string(name_of(batch.state))));
}

std::string funder_words(Language language, const std::string& funder) {
    return funder.empty() ? std::string(reports::text(language, "batch.no_funder")) : funder;
}

class Names {
  public:
    Names(const Node& node, const federation::Period& period, Language language)
        : directory_(node, node.calendar().end_of(period.to) - 1), language_(language) {}
    [[nodiscard]] std::string of(const federation::StudentId& student) const {
        if (student == staff::kWholeGroup) return std::string(reports::text(language_, "batch.group"));
        const auto person = directory_.person(student);
        const std::string name = reports::person_name(language_, person);
        return person && !person->username.empty() ? fmt::format("{} ({})", name, person->username) : name;
    }
    // The group's before everybody's.
    [[nodiscard]] std::string sort_key_of(const federation::StudentId& student) const {
        return student == staff::kWholeGroup
                   ? std::string()
                   : reports::sort_key(reports::person_name(language_, directory_.person(student)));
    }

  private:
    const NodeDirectory directory_;
    Language language_;
};

void put_troubles(const std::vector<staff::BatchLine>& lines, const Names& names, Language language,
                  PageData& data) {
    using Outcome = staff::BatchLine::Outcome;
    std::vector<std::pair<std::string, const staff::BatchLine*>> sorted;
    for (const staff::BatchLine& line : lines)
        if (line.outcome == Outcome::refused || line.outcome == Outcome::failed)
            sorted.emplace_back(names.sort_key_of(line.student), &line);
    std::ranges::stable_sort(sorted, {}, [](const auto& one) { return one.first; });
    PageData troubles{PageData::type::list};
    for (const auto& [key, line] : sorted) {
        PageData trouble{PageData::type::object};
        trouble.set("name", shown_text(names.of(line->student)));
        trouble.set("funder", shown_text(funder_words(language, line->funder)));
        trouble.set("why", shown_text(line->why));
        troubles.push_back(trouble);
    }
    data.set("troubles", troubles);
    data.set("has_troubles", !sorted.empty());
}

// Buttons of one issue's files: what a file is, and its path in the batch.
PageData files_of(const staff::Issue& issue, const std::string& name, Language language) {
    PageData files{PageData::type::list};
    for (const std::string& file : issue.files) {
        const std::size_t dot = file.find('.', file.rfind('_'));
        const std::string kind = dot == std::string::npos ? file : file.substr(dot + 1);
        PageData one{PageData::type::object};
        one.set("path", shown_text(issue.folder + "/" + file));
        one.set("kind", shown_text(kind));
        one.set("says", shown_text(words(language, "download_one", kind, name)));
        files.push_back(one);
    }
    return files;
}

void put_documents(const Node& node, const std::vector<staff::Issue>& issues, const Names& names,
                   Language language, std::string_view asked_page, PageData& data) {
    std::vector<std::tuple<std::string, std::string, const staff::Issue*>> sorted;
    for (const staff::Issue& issue : issues)
        sorted.emplace_back(issue.funder, names.sort_key_of(issue.student), &issue);
    std::ranges::stable_sort(sorted, {},
                             [](const auto& one) { return std::tie(std::get<0>(one), std::get<1>(one)); });
    const std::size_t pages =
        std::max<std::size_t>(1, (sorted.size() + limits::kStaffListMax - 1) / limits::kStaffListMax);
    std::size_t page = 1;
    (void)std::from_chars(asked_page.data(), asked_page.data() + asked_page.size(), page);
    page = std::clamp<std::size_t>(page, 1, pages);
    PageData funders{PageData::type::list}, rows{PageData::type::list};
    std::string funder, folder;
    bool any = false;
    const auto end_funder = [&] {
        if (!any) return;
        PageData one{PageData::type::object};
        one.set("funder", shown_text(funder_words(language, funder)));
        one.set("folder", shown_text(folder));
        one.set("zip_says", shown_text(words(language, "zip_of", funder_words(language, funder))));
        one.set("rows", rows);
        funders.push_back(one);
        rows = PageData{PageData::type::list};
    };
    for (const auto& [of, key, issue] : sorted | std::views::drop((page - 1) * limits::kStaffListMax) |
                                            std::views::take(limits::kStaffListMax)) {
        if (!any || of != funder) end_funder();
        any = true;
        funder = of;
        folder = issue->folder.substr(0, issue->folder.find('/'));
        const std::string name = names.of(issue->student);
        PageData row{PageData::type::object};
        row.set("name", shown_text(name));
        row.set("files", files_of(*issue, name, language));
        row.set("issued", shown_text(reports::instant_text(language, node.calendar(), issue->issued_utc_s)));
        std::string replaces;
        for (const std::string& code : issue->why)
            replaces += (replaces.empty() ? "" : ", ") + std::string(reports::text(language, code));
        row.set("replaces", shown_text(replaces));
        rows.push_back(row);
    }
    end_funder();
    data.set("funders", funders);
    data.set("has_documents", !sorted.empty());
    if (pages == 1) return;
    data.set("paged", words(language, "page_of", page, pages));
    if (page > 1) data.set("earlier", std::to_string(page - 1));
    if (page < pages) data.set("later", std::to_string(page + 1));
}

}  // namespace

const services::StudentDesk& BatchSight::desk_of(const federation::Period& period) {
    // Who is in a scope without dossiers does not depend on the period.
    const auto key = by_dossier() ? std::pair(period.from.number, period.to.number) : std::pair(0, 0);
    auto& desk = desks_[key];
    if (!desk) desk = std::make_unique<services::StudentDesk>(node_, account_.students, period);
    return *desk;
}

bool BatchSight::sees(const OrderedBatch& batch) {
    if (account_.students.everyone) return true;
    if (by_dossier() && batch.conditions != services::conditions_of(account_.students)) return false;
    const auto students = orders_.students(node_.settings().node_id, batch.number);
    if (students.empty()) return batch.account == account_.name;
    const services::StudentDesk& desk = desk_of(batch.period);
    return std::ranges::all_of(students, [&](const auto& student) { return desk.covers(student); });
}

void put_batches(const Node& node, const staff::BatchOrders& orders, const Visitor& visitor,
                 Language language, PageData& data) {
    BatchSight sight(node, orders, visitor.account);
    PageData list{PageData::type::list};
    std::size_t listed = 0;
    for (const OrderedBatch& batch : orders.all(node.settings().node_id)) {
        if (listed == limits::kBatchOrdersListed) break;
        if (!sight.sees(batch)) continue;
        ++listed;
        PageData one{PageData::type::object};
        one.set("number", std::to_string(batch.number));
        one.set("says", shown_text(words(language, "batch_number", batch.number)));
        one.set("period", shown_text(period_words(language, batch.period)));
        one.set("whom", shown_text(whom_words(language, batch)));
        one.set("account", shown_text(batch.account));
        one.set("asked", shown_text(reports::instant_text(language, node.calendar(), batch.asked_utc_s)));
        one.set("state", shown_text(state_words(language, batch)));
        one.set("progress",
                shown_text(batch.jobs == 0 ? std::string()
                                           : words(language, "batch_progress", batch.done(), batch.jobs)));
        list.push_back(one);
    }
    data.set("batches", list);
    data.set("has_batches", listed > 0);
}

PageData batch_data(const Node& node, const OrderedBatch& batch, const std::vector<staff::Issue>& issues,
                    const std::vector<staff::BatchLine>& lines, Language language, std::string_view page) {
    PageData data{PageData::type::object};
    data.set("says", shown_text(words(language, "batch_number", batch.number)));
    data.set("state", shown_text(state_words(language, batch)));
    data.set("period", shown_text(period_words(language, batch.period)));
    data.set("whom", shown_text(whom_words(language, batch)));
    std::string formats;
    for (const ReportFormat format : batch.formats)
        formats += (formats.empty() ? "" : ", ") + format_label(language, format);
    if (batch.package) formats += ", " + std::string(page_text(language, "packages"));
    if (batch.groups) formats += ", " + std::string(page_text(language, "funder_groups"));
    data.set("formats", shown_text(formats));
    data.set("asked", shown_text(words(language, "asked_by",
                                       reports::instant_text(language, node.calendar(), batch.asked_utc_s),
                                       batch.account)));
    if (batch.jobs > 0) {
        PageData progress{PageData::type::object};
        progress.set("done", std::to_string(batch.done()));
        progress.set("of", std::to_string(batch.jobs));
        progress.set("says", shown_text(words(language, "batch_progress", batch.done(), batch.jobs)));
        progress.set("counts", shown_text(words(language, "batch_counts", batch.issued, batch.reissued,
                                                batch.unchanged, batch.refused, batch.failed)));
        data.set("progress", progress);
    }
    if (!batch.why.empty()) data.set("why", shown_text(batch.why));
    data.set("can_stop", batch.is_open());
    data.set("can_go_on", batch.state == OrderedBatch::State::stopped);
    data.set("can_repeat",
             batch.state == OrderedBatch::State::done || batch.state == OrderedBatch::State::failed);
    data.set("can_forget", !batch.is_open());
    const Names names(node, batch.period, language);
    put_troubles(lines, names, language, data);
    put_documents(node, issues, names, language, page, data);
    return data;
}

}  // namespace assidu::node::web
