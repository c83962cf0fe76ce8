#include "node/collect/selection.h"

#include <algorithm>

#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same(std::string_view a, std::string_view b) {
    return std::ranges::equal(trimmed(a), trimmed(b), {}, lower, lower);
}

bool any_of(const std::vector<std::string>& alternatives, std::string_view value) {
    return std::ranges::any_of(alternatives,
                               [&](const std::string& alternative) { return same(alternative, value); });
}

// A condition that is not set holds.
bool holds(const std::vector<std::string>& alternatives, std::string_view value) {
    return alternatives.empty() || any_of(alternatives, value);
}

std::string_view domain_of(std::string_view email) {
    const std::size_t at = email.rfind('@');
    return at == std::string_view::npos ? std::string_view{} : email.substr(at + 1);
}

}  // namespace

std::string_view code_of(Selected selected) {
    switch (selected) {
        case Selected::yes:
            return "selected";
        case Selected::nobody:
            return "nobody";
        case Selected::guest:
            return "guest";
        case Selected::erased:
            return "erased";
        case Selected::excluded:
            return "excluded";
        case Selected::not_selected:
            return "not_selected";
        case Selected::unknown:
            return "unknown_person";
    }
    return "";
}

bool matches(const config::StudentSelection& selection, const archive::PersonRecord& person) {
    if (selection.everyone) return true;
    const bool in_cohort =
        selection.cohort.empty() || std::ranges::any_of(person.cohorts, [&](const std::string& cohort) {
            return any_of(selection.cohort, cohort);
        });
    const bool has_fields = std::ranges::all_of(selection.profile_field, [&](const auto& field) {
        const auto found = person.profile_fields.find(lower_ascii(field.first));
        return found != person.profile_fields.end() && any_of(field.second, found->second);
    });
    return in_cohort && has_fields && holds(selection.institution, person.institution) &&
           holds(selection.department, person.department) &&
           holds(selection.email_domain, domain_of(person.email)) && holds(selection.auth, person.auth) &&
           holds(selection.mnet_host, person.mnet_host);
}

archive::PersonRecord kept_of(const Node& node, const archive::PersonRecord& person, bool is_erased) {
    const config::Settings& settings = node.settings();
    const bool excluded = std::ranges::find(settings.students.exclude_users, person.user_id) !=
                          settings.students.exclude_users.end();
    archive::PersonRecord kept;
    if (matches(settings.students, person) && !excluded && !is_erased &&
        person.user_id != settings.guest_user_id) {
        kept = person;
    } else {
        kept.user_id = person.user_id;
        kept.of_others = true;
        kept.deleted = person.deleted;  // one of ours may look like another's since Moodle scrambled them
    }
    if (!is_erased) kept.name_tag = node.name_tag(person.firstname + " " + person.lastname);
    return kept;
}

Selector::Selector(const Node& node)
    : node_(node),
      settings_(node.settings()),
      erased_(node.catalogue().erased_tags(node.settings().source_name)) {}

bool Selector::is_erased(std::int64_t user_id) const {
    return !erased_.empty() && erased_.contains(node_.erasure_tag(user_id));
}

Selected Selector::of(std::int64_t user_id) {
    // Ids of a site are small numbers, and a table is quicker than a map: every row asks.
    constexpr std::int64_t kTableMax = 1 << 22;
    if (user_id >= 0 && user_id < kTableMax) {
        const auto place = static_cast<std::size_t>(user_id);
        if (place >= table_.size()) table_.resize(std::max<std::size_t>(1024, place * 2));
        std::optional<Selected>& answer = table_[place];
        if (!answer) answer = look_up(user_id);
        return *answer;
    }
    const auto [at, is_new] = answers_.try_emplace(user_id, Selected::unknown);
    if (is_new) at->second = look_up(user_id);
    return at->second;
}

Selected Selector::look_up(std::int64_t user_id) const {
    if (user_id <= 0) return Selected::nobody;
    if (user_id == settings_.guest_user_id) return Selected::guest;
    if (std::ranges::find(settings_.students.exclude_users, user_id) !=
        settings_.students.exclude_users.end())
        return Selected::excluded;
    if (is_erased(user_id)) return Selected::erased;
    if (settings_.students.everyone) return Selected::yes;
    const auto person = node_.catalogue().person(settings_.source_name, user_id);
    if (!person) return Selected::unknown;
    if (person->of_others) return Selected::not_selected;
    return matches(settings_.students, *person) ? Selected::yes : Selected::not_selected;
}

}  // namespace assidu::node::collect
