#include "node/staff/student_index.h"

#include <fmt/format.h>

#include "node/collect/text.h"

namespace assidu::node::staff {

StudentIndex::StudentIndex(const NodeDirectory& directory) : directory_(directory) {
    for (const federation::StudentId& student : directory.students()) {
        by_name_[to_string(student)].insert(student);
        const auto person = directory.person(student);
        if (!person) continue;
        for (const std::string& name :
             {person->username, person->email, person->idnumber, std::to_string(person->user_id)}) {
            if (!name.empty()) by_name_[collect::lower_ascii(name)].insert(student);
        }
    }
}

config::Result<federation::StudentId> StudentIndex::find(const std::string& name) const {
    const auto found = by_name_.find(collect::lower_ascii(name));
    if (found == by_name_.end()) return directory_.find(name);
    if (found->second.size() > 1)
        return config::refuse(fmt::format("{} students answer to '{}': name one by pseudonym or user name",
                                          found->second.size(), name));
    return *found->second.begin();
}

}  // namespace assidu::node::staff
