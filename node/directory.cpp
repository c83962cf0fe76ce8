#include "node/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>

#include "node/archive/dossier_store.h"
#include "node/collect/selection.h"

namespace assidu::node {
namespace {

std::string lower(std::string_view text) {
    std::string lowered(text);
    std::ranges::transform(lowered, lowered.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lowered;
}

template <class Record>
bool is_gone(const archive::Held<Record>& latest) {
    return latest.to_utc_s.has_value();
}

}  // namespace

NodeDirectory::NodeDirectory(const Node& node, std::optional<std::int64_t> at_utc_s)
    : node_(node),
      dossiers_(std::make_shared<archive::DossierStore>(archive::DossierStore::path_in(node.folder().path))),
      at_utc_s_(at_utc_s) {
    for (const std::int64_t user : node.archive().users(node.source()))
        users_.emplace(node.student_id(user), user);
    for (const std::int64_t user : node.evidence().users(node.source()))
        users_.emplace(node.student_id(user), user);
    node.catalogue().people(node.settings().source_name, [&](const archive::PersonRecord& person) {
        users_.emplace(node.student_id(person.user_id), person.user_id);
    });
}

std::optional<reports::Person> NodeDirectory::person(const federation::StudentId& student) const {
    const auto user = users_.find(student);
    if (user == users_.end()) return std::nullopt;
    reports::Person person;
    person.user_id = user->second;
    auto history = node_.catalogue().person_history(node_.settings().source_name, user->second);
    if (!history.empty()) person.gone = is_gone(history.back()) || history.back().record.deleted;
    // Whoever was this node's before they became another's is still called what they were called then.
    if (std::ranges::any_of(history, [](const auto& held) { return !held.record.of_others; }))
        std::erase_if(history, [](const auto& held) { return held.record.of_others; });
    if (const auto* held = archive::held_at(history, instant())) {
        const archive::PersonRecord& known = held->record;
        person.username = known.username;
        person.idnumber = known.idnumber;
        person.firstname = known.firstname;
        person.lastname = known.lastname;
        person.email = known.email;
        person.institution = known.institution;
        person.department = known.department;
    }
    return person;
}

std::optional<reports::Course> NodeDirectory::course(const std::string& source, std::int64_t course) const {
    const auto history = node_.catalogue().course_history(source, course);
    const auto* held = archive::held_at(history, instant());
    if (held == nullptr) return std::nullopt;
    return reports::Course{held->record.fullname, held->record.shortname, held->record.idnumber,
                           is_gone(history.back())};
}

std::optional<reports::Activity> NodeDirectory::activity(const std::string& source,
                                                         std::int64_t activity) const {
    const auto history = node_.catalogue().activity_history(source, activity);
    if (const auto* held = archive::held_at(history, instant()))
        return reports::Activity{held->record.name, held->record.type, held->record.idnumber,
                                 is_gone(history.back())};
    const auto facts = node_.archive().activity(node_.source(), activity);
    if (!facts || facts->type.empty()) return std::nullopt;
    return reports::Activity{"", facts->type, ""};
}

std::vector<federation::Dossier> NodeDirectory::dossiers(const federation::StudentId& student,
                                                         const federation::Period& period) const {
    std::vector<federation::Dossier> dossiers = dossiers_->of(node_.settings().node_id, student);
    std::erase_if(dossiers, [&](const federation::Dossier& dossier) {
        return dossier.to < period.from || dossier.from > period.to;
    });
    return dossiers;
}

std::int64_t NodeDirectory::instant() const {
    return at_utc_s_.value_or(std::numeric_limits<std::int64_t>::max());
}

std::vector<federation::StudentId> NodeDirectory::students() const {
    std::set<federation::StudentId> found;
    for (const std::int64_t user : node_.archive().users(node_.source()))
        found.insert(node_.student_id(user));
    for (const std::int64_t user : node_.evidence().users(node_.source()))
        found.insert(node_.student_id(user));
    const config::Settings& settings = node_.settings();
    collect::Selector selector(node_);
    node_.catalogue().people(settings.source_name, [&](const archive::PersonRecord& person) {
        if (!person.deleted && !person.suspended && selector.of(person.user_id) == collect::Selected::yes)
            found.insert(node_.student_id(person.user_id));
    });
    return {found.begin(), found.end()};
}

config::Result<federation::StudentId> NodeDirectory::find(const std::string& name) const {
    std::set<federation::StudentId> found;
    if (const auto pseudonym = federation::parse_student_id(name); pseudonym && users_.contains(*pseudonym))
        found.insert(*pseudonym);
    std::int64_t user_id = 0;
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data(), end, user_id);
    if (parsed.ec == std::errc() && parsed.ptr == end && users_.contains(node_.student_id(user_id)))
        found.insert(node_.student_id(user_id));
    const std::string wanted = lower(name);
    const auto answers = [&](const archive::PersonRecord& person) {
        return !wanted.empty() && (lower(person.username) == wanted || lower(person.email) == wanted ||
                                   lower(person.idnumber) == wanted);
    };
    const std::string& source = node_.settings().source_name;
    node_.catalogue().people(source, [&](const archive::PersonRecord& person) {
        if (answers(person)) found.insert(node_.student_id(person.user_id));
    });
    if (found.empty()) {
        node_.catalogue().people_ever(source, [&](const archive::Held<archive::PersonRecord>& held) {
            if (answers(held.record)) found.insert(node_.student_id(held.record.user_id));
        });
    }
    // Whoever the selection leaves out has no time here: a report on them would say "no activity" of people
    // about whom this node knows nothing.
    collect::Selector selector(node_);
    const std::vector<std::int64_t> with_events = node_.archive().users(node_.source());
    std::erase_if(found, [&](const federation::StudentId& student) {
        const std::int64_t user = users_.at(student);
        return !std::ranges::binary_search(with_events, user) && selector.of(user) != collect::Selected::yes;
    });
    if (found.empty())
        return config::refuse(
            fmt::format("no student of this node is called '{}' (user name, e-mail, id number, Moodle user "
                        "id or pseudonym)",
                        name));
    if (found.size() > 1)
        return config::refuse(fmt::format("{} students answer to '{}': name one by pseudonym or user name",
                                          found.size(), name));
    return *found.begin();
}

}  // namespace assidu::node
