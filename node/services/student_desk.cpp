#include "node/services/student_desk.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <ranges>
#include <set>
#include <stdexcept>
#include <tuple>

#include "config/limits.h"
#include "node/archive/dossier_store.h"
#include "node/archive/side_tables.h"
#include "node/collect/selection.h"
#include "node/collect/text.h"
#include "reports/safe_text.h"

namespace assidu::node::services {
namespace {

using collect::lower_ascii;
using config::refuse;

constexpr std::int64_t kInstantMax = 253'402'300'799;  // the last second of the year 9999
constexpr std::string_view kHostMark = "\u00a7";       // "name§host", as report_trainingsessions has it
constexpr int kCompleted = 1, kPassed = 2;             // states of a completion

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

bool same(std::string_view a, std::string_view b) {
    return lower_ascii(a) == lower_ascii(b);
}

// Moodle's own people, where the catalogue says of which host they are: dumps have its number, which is 1.
bool is_local(const archive::PersonRecord& person, const config::Settings& settings) {
    return person.mnet_host.empty() || person.mnet_host == "1" || same(person.mnet_host, settings.wwwroot);
}

// What a person is found by; empty: not known.
std::string key_of(const archive::PersonRecord& person, StudentKey key) {
    switch (key) {
        case StudentKey::user_id:
            return fmt::format("{}", person.user_id);
        case StudentKey::idnumber:
            return lower_ascii(person.idnumber);
        case StudentKey::email:
            return lower_ascii(person.email);
        case StudentKey::username:
            return lower_ascii(person.username);
    }
    return "";
}

bool answers(const archive::CourseRecord& course, CourseKey key, std::string_view name) {
    switch (key) {
        case CourseKey::course_id:
            return number_of(name) == course.course;
        case CourseKey::idnumber:
            return course.idnumber == name;
        case CourseKey::shortname:
            return course.shortname == name;
    }
    return false;
}

// A cell of a side table by its column's name.
class Cells {
  public:
    Cells(archive::SideTable table, const archive::HeldRow& row)
        : columns_(archive::shape_of(table).columns), row_(row) {}
    [[nodiscard]] const std::string& text(std::string_view column) const {
        const auto place = std::ranges::find(columns_, column) - columns_.begin();
        return row_.row.values.at(static_cast<std::size_t>(place));
    }
    [[nodiscard]] std::int64_t number(std::string_view column) const {
        return number_of(text(column)).value_or(0);
    }

  private:
    std::span<const std::string_view> columns_;
    const archive::HeldRow& row_;
};

// Moodle's `hidden`: 0 shown, 1 hidden, else hidden until that instant.
bool is_hidden(std::int64_t hidden, std::int64_t now_s) {
    return hidden == 1 || hidden > now_s;
}

// Those with a day of the period.
std::map<federation::StudentId, std::vector<federation::Dossier>> dossiers_of(
    const Node& node, const federation::Period& period) {
    std::map<federation::StudentId, std::vector<federation::Dossier>> dossiers;
    const auto path = archive::DossierStore::path_in(node.folder().path);
    if (!std::filesystem::exists(path)) return dossiers;
    for (archive::DossierRecord& record : archive::DossierStore(path).all(node.settings().node_id)) {
        if (record.dossier.from <= period.to && record.dossier.to >= period.from)
            dossiers[record.student].push_back(std::move(record.dossier));
    }
    return dossiers;
}

}  // namespace

std::optional<StudentKey> parse_student_key(std::string_view text) {
    if (text == "id") return StudentKey::user_id;
    if (text == "idnumber") return StudentKey::idnumber;
    if (text == "username") return StudentKey::username;
    if (text == "email") return StudentKey::email;
    return std::nullopt;
}

std::optional<CourseKey> parse_course_key(std::string_view text) {
    if (text == "id") return CourseKey::course_id;
    if (text == "idnumber") return CourseKey::idnumber;
    if (text == "shortname") return CourseKey::shortname;
    return std::nullopt;
}

std::string_view code_of(NoStudent why) {
    switch (why) {
        case NoStudent::unknown:
            return "unknown";
        case NoStudent::ambiguous:
            return "ambiguous";
        case NoStudent::outside:
            return "outside_scope";
    }
    return "";
}

config::Result<federation::Period> days_of(const Node& node, std::int64_t from_s, std::int64_t to_s) {
    if (from_s < 0 || from_s > kInstantMax || to_s < 0 || to_s > kInstantMax)
        return refuse("from and to are seconds since 1970-01-01T00:00:00Z, or 0");
    if (to_s == 0) to_s = std::max(node.clock().now_utc_s(), std::int64_t{0}) + 1;
    if (to_s <= from_s) return refuse("the period ends before it begins");
    const config::CivilCalendar& calendar = node.calendar();
    federation::Period period{calendar.day_of(from_s), calendar.day_of(to_s - 1)};
    const auto first = node.ledger().horizon(node.settings().node_id).totals_from;
    if (first && from_s == 0) period.from = std::max(period.from, *first);
    if (first && period.from < *first)
        return refuse(
            fmt::format("no data: the totals of days before {} are deleted", config::iso_date(*first)));
    if (period.to < period.from) return refuse("no data: all totals of these days are deleted");
    if (std::int64_t{period.to.number} - period.from.number >= config::limits::kPeriodDaysMax)
        return refuse(fmt::format("the period is longer than {} days", config::limits::kPeriodDaysMax));
    return period;
}

// The names that held at the end of the period, as `report` has them.
StudentDesk::StudentDesk(const Node& node, StudentScope scope, const federation::Period& period)
    : node_(node),
      scope_(std::move(scope)),
      period_(period),
      directory_(node, node.calendar().end_of(period.to) - 1),
      writer_(node, directory_, period, reports::language_of(node.settings().language)) {
    read_people();
}

void StudentDesk::read_people() {
    const auto with_events = node_.archive().users(node_.source());
    std::set<std::int64_t> unnamed(with_events.begin(), with_events.end());
    collect::Selector selector(node_);
    auto dossiers = dossiers_of(node_, period_);
    const auto add = [&](archive::PersonRecord person, bool has_events) {
        Entry entry{{}, node_.student_id(person.user_id), false, false, {}};
        if (const auto own = dossiers.find(entry.student); own != dossiers.end())
            entry.dossiers = std::move(own->second);
        entry.is_student = has_events || selector.of(person.user_id) == collect::Selected::yes;
        entry.covered =
            services::covers(scope_, person, federation::to_string(entry.student), entry.dossiers);
        entry.person = std::move(person);
        places_.emplace(entry.student, entries_.size());
        entries_.push_back(std::move(entry));
    };
    node_.catalogue().people(node_.settings().source_name, [&](const archive::PersonRecord& person) {
        const bool has_events = std::ranges::binary_search(with_events, person.user_id);
        unnamed.erase(person.user_id);
        if (!person.of_others || has_events) add(person, has_events);
    });
    for (const std::int64_t user : unnamed) {
        archive::PersonRecord nameless;
        nameless.user_id = user;
        add(std::move(nameless), /*has_events=*/true);
    }
}

const StudentDesk::Entry* StudentDesk::entry_of(const federation::StudentId& student) const {
    const auto place = places_.find(student);
    return place == places_.end() ? nullptr : &entries_[place->second];
}

bool StudentDesk::covers(const federation::StudentId& student) const {
    const Entry* const entry = entry_of(student);
    return entry != nullptr && entry->is_student && entry->covered;
}

const StudentDesk::Index& StudentDesk::index_of(StudentKey key) const {
    const auto [index, is_new] = indices_.try_emplace(key);
    if (!is_new) return index->second;
    for (std::size_t place = 0; place < entries_.size(); ++place) {
        if (std::string value = key_of(entries_[place].person, key);
            entries_[place].is_student && !value.empty())
            index->second.emplace(std::move(value), place);
    }
    return index->second;
}

std::expected<federation::StudentId, NoStudent> StudentDesk::find(StudentKey key,
                                                                  std::string_view name) const {
    const std::size_t mark = key == StudentKey::username ? name.find(kHostMark) : std::string_view::npos;
    const Index& index = index_of(key);
    const auto [first, last] = index.equal_range(lower_ascii(name.substr(0, mark)));
    std::vector<const Entry*> found;
    for (auto one = first; one != last; ++one)
        found.push_back(&entries_[one->second]);
    if (mark != std::string_view::npos)
        std::erase_if(found, [&](const Entry* entry) {
            return !same(entry->person.mnet_host, name.substr(mark + kHostMark.size()));
        });
    // Moodle gives a deleted person's name to somebody new; and a name is the Moodle's own before another's.
    const auto prefer = [&](const auto& better) {
        if (found.size() > 1 && std::ranges::any_of(found, better))
            std::erase_if(found, [&](const Entry* entry) { return !better(entry); });
    };
    prefer([](const Entry* entry) { return !entry->person.deleted; });
    prefer([&](const Entry* entry) { return is_local(entry->person, node_.settings()); });
    if (found.empty()) return std::unexpected(NoStudent::unknown);
    if (found.size() > 1) return std::unexpected(NoStudent::ambiguous);
    if (!found.front()->covered) return std::unexpected(NoStudent::outside);
    return found.front()->student;
}

std::vector<federation::StudentId> StudentDesk::students() const {
    std::vector<federation::StudentId> found;
    for (const Entry& entry : entries_) {
        if (entry.is_student && entry.covered) found.push_back(entry.student);
    }
    std::ranges::sort(found);
    return found;
}

std::vector<StudentDesk::Listed> StudentDesk::search(std::string_view words) const {
    std::vector<std::string> wanted;
    for (const auto& word : std::views::split(collect::folded(words), ' '))
        if (std::string text(word.begin(), word.end()); !text.empty()) wanted.push_back(std::move(text));
    std::vector<std::pair<std::string, const Entry*>> found;
    for (const Entry& entry : entries_) {
        if (!entry.is_student || !entry.covered) continue;
        const archive::PersonRecord& person = entry.person;
        const std::string all = collect::folded(person.lastname + " " + person.firstname + " " +
                                                person.username + " " + person.email + " " + person.idnumber);
        if (std::ranges::all_of(wanted, [&](const std::string& word) { return all.contains(word); }))
            found.emplace_back(
                reports::sort_key(person.lastname) + "\t" + reports::sort_key(person.firstname), &entry);
    }
    std::ranges::sort(found, [](const auto& a, const auto& b) {
        return std::tie(a.first, a.second->student) < std::tie(b.first, b.second->student);
    });
    std::vector<Listed> listed;
    for (const auto& [key, entry] : found)
        listed.push_back({entry->student, entry->person});
    return listed;
}

std::vector<std::string> StudentDesk::cohorts() const {
    std::set<std::string> names;
    for (const Entry& entry : entries_)
        if (entry.is_student && entry.covered)
            names.insert(entry.person.cohorts.begin(), entry.person.cohorts.end());
    return {names.begin(), names.end()};
}

std::vector<federation::StudentId> StudentDesk::students_of_cohort(std::string_view cohort) const {
    std::vector<federation::StudentId> found;
    for (const Entry& entry : entries_) {
        if (entry.is_student && entry.covered &&
            std::ranges::find(entry.person.cohorts, cohort) != entry.person.cohorts.end())
            found.push_back(entry.student);
    }
    std::ranges::sort(found);
    return found;
}

std::vector<std::string> StudentDesk::funders() const {
    std::set<std::string> names;
    for (const Entry& entry : entries_) {
        if (!entry.is_student || !entry.covered) continue;
        for (const federation::Dossier& dossier : entry.dossiers)
            names.insert(dossier.funder);
    }
    return {names.begin(), names.end()};
}

std::vector<std::string> StudentDesk::dossier_groups() const {
    std::set<std::string> names;
    for (const Entry& entry : entries_) {
        if (!entry.is_student || !entry.covered) continue;
        for (const federation::Dossier& dossier : entry.dossiers)
            names.insert(dossier.groups.begin(), dossier.groups.end());
    }
    return {names.begin(), names.end()};
}

std::vector<federation::StudentId> StudentDesk::students_with(const StudentScope& dossier) const {
    std::vector<federation::StudentId> found;
    for (const Entry& entry : entries_) {
        if (entry.is_student && entry.covered && services::covers(dossier, entry.person, "", entry.dossiers))
            found.push_back(entry.student);
    }
    std::ranges::sort(found);
    return found;
}

std::vector<federation::StudentId> StudentDesk::students_of_funder(const std::string& funder) const {
    StudentScope scope;
    scope.funders = {funder};
    return students_with(scope);
}

std::vector<federation::StudentId> StudentDesk::students_of_dossier_group(const std::string& group) const {
    StudentScope scope;
    scope.groups = {group};
    return students_with(scope);
}

config::Result<reports::StudentReport> StudentDesk::report(const federation::StudentId& student) const {
    if (!covers(student)) throw std::logic_error("a report was asked for outside the scope of who asks");
    return writer_.student(student);
}

std::optional<std::int64_t> StudentDesk::course(CourseKey key, std::string_view name) const {
    if (name.empty()) return std::nullopt;
    std::vector<std::int64_t> found;
    node_.catalogue().courses(node_.settings().source_name, [&](const archive::CourseRecord& course) {
        if (answers(course, key, name)) found.push_back(course.course);
    });
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

const std::map<std::int64_t, StudentDesk::CourseTotal>& StudentDesk::course_totals() const {
    if (totals_) return *totals_;
    totals_.emplace();
    constexpr archive::SideTable kTable = archive::SideTable::grade_item;
    node_.catalogue().rows(node_.settings().source_name, kTable, [&](const archive::HeldRow& row) {
        const Cells cells(kTable, row);
        if (row.to_utc_s || cells.text("type") != "course") return;
        totals_->emplace(
            row.row.id, CourseTotal{cells.number("course"), cells.number("hidden"), cells.text("grade_max")});
    });
    return *totals_;
}

const StudentDesk::Results& StudentDesk::results_of(const Entry& entry) const {
    if (results_ && results_->student == entry.student) return *results_;
    results_.emplace();
    results_->student = entry.student;
    const std::string& source = node_.settings().source_name;
    constexpr archive::SideTable kTable = archive::SideTable::grade;
    const auto take = [&](const archive::HeldRow& row) {
        const Cells cells(kTable, row);
        const auto total = course_totals().find(cells.number("grade_item"));
        if (row.to_utc_s || total == course_totals().end() || cells.text("final_grade").empty()) return;
        results_->grades[total->second.course] = {cells.text("final_grade"), cells.number("hidden"),
                                                  cells.number("changed_utc_s")};
    };
    node_.catalogue().rows(source, kTable, take, entry.person.user_id);
    // The last state of each activity holds.
    std::map<std::int64_t, int> states;
    for (const auto& one : node_.evidence().of(node_.source(), entry.person.user_id).completions)
        states[one.activity] = one.state;
    if (states.empty()) return *results_;
    results_->completed.emplace();
    for (const auto& [activity, state] : states) {
        const auto known = node_.catalogue().activity(source, activity);
        if (known && (state == kCompleted || state == kPassed)) ++(*results_->completed)[known->course];
    }
    return *results_;
}

reports::CourseScore StudentDesk::score(const federation::StudentId& student, std::int64_t course) const {
    using None = reports::CourseScore::None;
    if (!covers(student)) throw std::logic_error("a score was asked for outside the scope of who asks");
    const Results& results = results_of(*entry_of(student));
    reports::CourseScore score;
    score.student = student;
    score.person = directory_.person(student);
    score.course = course;
    score.names = directory_.course(node_.settings().source_name, course);
    if (results.completed) {
        const auto completed = results.completed->find(course);
        score.completed = completed == results.completed->end() ? 0 : completed->second;
    }
    const std::int64_t now_s = node_.clock().now_utc_s();
    const auto total =
        std::ranges::find(course_totals(), course, [](const auto& one) { return one.second.course; });
    if (total == course_totals().end()) return score;
    const auto grade = results.grades.find(course);
    score.why_none = None::not_graded;
    if (is_hidden(total->second.hidden, now_s) ||
        (grade != results.grades.end() && is_hidden(grade->second.hidden, now_s))) {
        score.why_none = None::hidden;
    } else if (grade != results.grades.end()) {
        score.score = grade->second.final_grade;
        score.score_max = total->second.grade_max;
        if (grade->second.changed_utc_s > 0) score.graded_utc_s = grade->second.changed_utc_s;
    }
    return score;
}

std::optional<std::vector<federation::StudentId>> StudentDesk::group_by_id(std::int64_t group) const {
    const std::string& source = node_.settings().source_name;
    bool is_there = false;
    node_.catalogue().rows(source, archive::SideTable::course_group, [&](const archive::HeldRow& row) {
        if (row.row.id == group && !row.to_utc_s) is_there = true;
    });
    if (!is_there) return std::nullopt;
    std::set<federation::StudentId> members;
    constexpr archive::SideTable kTable = archive::SideTable::group_member;
    node_.catalogue().rows(source, kTable, [&](const archive::HeldRow& row) {
        const Cells cells(kTable, row);
        if (row.to_utc_s || cells.number("course_group") != group) return;
        const federation::StudentId student = node_.student_id(cells.number("user_id"));
        if (covers(student)) members.insert(student);
    });
    return std::vector<federation::StudentId>(members.begin(), members.end());
}

std::optional<reports::Course> StudentDesk::course_names(std::int64_t course) const {
    return directory_.course(node_.settings().source_name, course);
}

std::optional<std::int64_t> StudentDesk::group_named(std::string_view name) const {
    std::vector<std::int64_t> found;
    constexpr archive::SideTable kTable = archive::SideTable::course_group;
    node_.catalogue().rows(node_.settings().source_name, kTable, [&](const archive::HeldRow& row) {
        if (!row.to_utc_s && Cells(kTable, row).text("name") == name) found.push_back(row.row.id);
    });
    return found.size() == 1 ? std::optional(found.front()) : std::nullopt;
}

config::Result<reports::GroupReport> StudentDesk::report(
    const std::vector<federation::StudentId>& students) const {
    if (!std::ranges::all_of(students, [this](const auto& student) { return covers(student); }))
        throw std::logic_error("a report was asked for outside the scope of who asks");
    return writer_.group(students);
}

}  // namespace assidu::node::services
