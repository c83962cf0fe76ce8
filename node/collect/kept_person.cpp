#include "node/collect/kept_person.h"

#include <algorithm>

#include "node/collect/selection.h"

namespace assidu::node::collect {

archive::PersonRecord kept_of(const Node& node, const archive::PersonRecord& person) {
    const config::Settings& settings = node.settings();
    const bool excluded = std::ranges::find(settings.students.exclude_users, person.user_id) !=
                          settings.students.exclude_users.end();
    archive::PersonRecord kept;
    if (matches(settings.students, person) && !excluded && person.user_id != settings.guest_user_id) {
        kept = person;
    } else {
        kept.user_id = person.user_id;
        kept.of_others = true;
    }
    kept.name_tag = node.name_tag(person.firstname + " " + person.lastname);
    return kept;
}

}  // namespace assidu::node::collect
