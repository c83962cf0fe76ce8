// Who is on the demonstration's Moodle.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/demo/log_generator.h"

namespace assidu::node::demo {

inline constexpr std::int64_t kGuestId = 1;
inline constexpr std::int64_t kAdminId = 2;

struct Person {
    enum class Role { guest, admin, teacher, student, other };
    std::int64_t id = 0;
    Role role = Role::other;
    // Deleted within the month: the log knows this person under the old names, the catalogue under scrambled
    // ones.
    bool deleted = false;
    // Never comes: has no event at all.
    bool silent = false;
    std::string username, idnumber, firstname, lastname, email, institution, department, auth, cohorts;
};

// Everybody, by id: person `id` stands at `id` - 1.
[[nodiscard]] std::vector<Person> people_of(const DemoUniversity& university);

// people.csv as an export at the end of the month would have it, with the deleted student scrambled the way
// Moodle does at `deleted_at_s` (seconds UTC).
[[nodiscard]] std::string people_csv(const std::vector<Person>& people, std::int64_t deleted_at_s);

}  // namespace assidu::node::demo
