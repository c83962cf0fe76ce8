#include "node/directory.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

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

}  // namespace

NodeDirectory::NodeDirectory(const Node& node) : node_(node) {
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
    if (auto known = node_.catalogue().person(node_.settings().source_name, user->second)) {
        person.username = known->username;
        person.idnumber = known->idnumber;
        person.firstname = known->firstname;
        person.lastname = known->lastname;
        person.email = known->email;
        person.institution = known->institution;
        person.department = known->department;
    }
    return person;
}

std::optional<reports::Course> NodeDirectory::course(const std::string& source, std::int64_t course) const {
    const auto known = node_.catalogue().course(source, course);
    if (!known) return std::nullopt;
    return reports::Course{known->fullname, known->shortname, known->idnumber};
}

std::optional<reports::Activity> NodeDirectory::activity(const std::string& source,
                                                         std::int64_t activity) const {
    if (const auto known = node_.catalogue().activity(source, activity))
        return reports::Activity{known->name, known->type, known->idnumber};
    const auto facts = node_.archive().activity(node_.source(), activity);
    if (!facts || facts->type.empty()) return std::nullopt;
    return reports::Activity{"", facts->type, ""};
}

std::vector<federation::StudentId> NodeDirectory::students() const {
    std::set<federation::StudentId> found;
    for (const std::int64_t user : node_.archive().users(node_.source()))
        found.insert(node_.student_id(user));
    for (const std::int64_t user : node_.evidence().users(node_.source()))
        found.insert(node_.student_id(user));
    const config::Settings& settings = node_.settings();
    collect::Selector selector(settings, node_.catalogue());
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
    node_.catalogue().people(node_.settings().source_name, [&](const archive::PersonRecord& person) {
        if (wanted.empty()) return;
        if (lower(person.username) == wanted || lower(person.email) == wanted ||
            lower(person.idnumber) == wanted)
            found.insert(node_.student_id(person.user_id));
    });
    // Whoever the selection leaves out has no time here: a report on them would say "no activity" of people
    // about whom this node knows nothing.
    collect::Selector selector(node_.settings(), node_.catalogue());
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
