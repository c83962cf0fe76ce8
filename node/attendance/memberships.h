// In which courses a student was enrolled, and had a role, at which times: what rule R2 asks of an event's
// course under a scale with `filter.roles` or `filter.enrolment`. Pages of the site (courses 0 and 1) are of
// no course, and nobody is asked there.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "node/attendance/engine.h"
#include "node/attendance/evidence.h"

namespace assidu::node::attendance {

class Memberships {
  public:
    // All are looked at only here.
    Memberships(std::span<const archive::EnrolmentState> enrolments,
                std::span<const archive::RoleState> roles, const CompiledScale& scale);

    // Why an event of that course and instant does not count. An event whose course is not known was made in
    // no role and no enrolment that anybody knows of.
    [[nodiscard]] std::optional<DropReason> verdict(std::int64_t course, std::int64_t time_s) const;

  private:
    struct Stay {
        std::int64_t from_s = 0, to_s = 0;  // [from, to)
    };
    using Stays = std::map<std::int64_t, std::vector<Stay>>;

    [[nodiscard]] static bool is_within(const Stays& stays, std::int64_t key, std::int64_t time_s);
    [[nodiscard]] bool has_role(std::int64_t course, std::int64_t time_s) const;

    const CompiledScale& scale_;
    Stays enrolled_, role_in_course_, role_in_category_, role_in_system_;
};

}  // namespace assidu::node::attendance
