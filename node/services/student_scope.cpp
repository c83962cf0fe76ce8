#include "node/services/student_scope.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "config/limits.h"
#include "federation/ledger.h"
#include "node/collect/selection.h"
#include "node/collect/text.h"

namespace assidu::node::services {
namespace {

using config::refuse;

constexpr std::string_view kEveryone = "everyone";

struct Condition {
    std::string_view name;
    std::vector<std::string> StudentScope::* values;
};
constexpr std::array kConditions{
    Condition{"student", &StudentScope::students},
    Condition{"cohort", &StudentScope::cohorts},
    Condition{"institution", &StudentScope::institutions},
    Condition{"department", &StudentScope::departments},
    Condition{"email_domain", &StudentScope::email_domains},
    Condition{"funder", &StudentScope::funders},
    Condition{"group", &StudentScope::groups},
};

// Funders and groups are the same where their names are, but for case and accents.
bool names(const std::vector<std::string>& wanted, const std::string& name) {
    return std::ranges::any_of(wanted, [folded = collect::folded(name)](const std::string& one) {
        return collect::folded(one) == folded;
    });
}

bool is_of(const federation::Dossier& dossier, const StudentScope& scope) {
    const bool of_funder = scope.funders.empty() || names(scope.funders, dossier.funder);
    return of_funder &&
           (scope.groups.empty() || std::ranges::any_of(dossier.groups, [&](const std::string& group) {
                return names(scope.groups, group);
            }));
}

}  // namespace

bool StudentScope::empty() const {
    return !everyone && std::ranges::all_of(kConditions, [this](const Condition& condition) {
        return (this->*condition.values).empty();
    });
}

config::Result<void> add_to_scope(StudentScope& scope, std::string_view condition) {
    if (condition == kEveryone) {
        scope.everyone = true;
        return {};
    }
    const std::size_t equals = condition.find('=');
    const auto* const known = std::ranges::find(kConditions, condition.substr(0, equals), &Condition::name);
    const std::string value(
        collect::trimmed(equals == std::string_view::npos ? "" : condition.substr(equals + 1)));
    if (known == kConditions.end() || value.empty())
        return refuse(
            fmt::format("{} is no condition on students: everyone, or student=, cohort=, "
                        "institution=, "
                        "department=, email_domain=, funder= or group= with a value",
                        collect::shown(condition)));
    if (value.size() > config::limits::kScopeTextBytesMax || !collect::is_plain_text(value))
        return refuse(fmt::format("{}: a text of one line, of at most {} bytes, is wanted", known->name,
                                  config::limits::kScopeTextBytesMax));
    if (known->name == "student" && !federation::parse_student_id(value))
        return refuse(fmt::format("student={}: a pseudonym of 32 hexadecimal digits is wanted",
                                  collect::printable(value)));
    std::vector<std::string>& values = scope.*(known->values);
    if (std::ranges::find(values, value) != values.end()) return {};
    if (values.size() == config::limits::kScopeEntriesMax)
        return refuse(fmt::format("{}: more than {} of them", known->name, config::limits::kScopeEntriesMax));
    values.push_back(value);
    return {};
}

std::vector<std::string> conditions_of(const StudentScope& scope) {
    std::vector<std::string> conditions;
    if (scope.everyone) conditions.emplace_back(kEveryone);
    for (const Condition& condition : kConditions) {
        for (const std::string& value : scope.*(condition.values))
            conditions.push_back(fmt::format("{}={}", condition.name, value));
    }
    return conditions;
}

bool covers(const StudentScope& scope, const archive::PersonRecord& person, std::string_view pseudonym,
            std::span<const federation::Dossier> dossiers) {
    if (scope.everyone || std::ranges::find(scope.students, pseudonym) != scope.students.end()) return true;
    config::StudentSelection conditions;
    conditions.cohort = scope.cohorts;
    conditions.institution = scope.institutions;
    conditions.department = scope.departments;
    conditions.email_domain = scope.email_domains;
    const bool by_person = !scope.cohorts.empty() || !scope.institutions.empty() ||
                           !scope.departments.empty() || !scope.email_domains.empty();
    const bool by_dossier = !scope.funders.empty() || !scope.groups.empty();
    const bool has_dossier = std::ranges::any_of(
        dossiers, [&](const federation::Dossier& dossier) { return is_of(dossier, scope); });
    return (by_person || by_dossier) && !person.of_others && collect::matches(conditions, person) &&
           (!by_dossier || has_dossier);
}

}  // namespace assidu::node::services
