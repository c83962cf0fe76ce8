#include "node/attendance/memberships.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace assidu::node::attendance {
namespace {

using archive::EnrolmentState;
using archive::RoleState;
using config::Scale;

constexpr std::int32_t kSystemContext = 10, kCategoryContext = 40, kCourseContext = 50;
constexpr std::int64_t kFrontPageCourse = 1;
constexpr std::int64_t kEver = std::numeric_limits<std::int64_t>::max();

// Calls `visit(state, until)` for every state with the instant of the next one of the same key.
template <class State, class Key, class Visit>
void each_interval(std::span<const State> states, Key key, Visit visit) {
    std::vector<const State*> ordered;
    ordered.reserve(states.size());
    for (const State& state : states)
        ordered.push_back(&state);
    std::ranges::stable_sort(ordered, {}, [&](const State* s) { return std::pair(s->*key, s->since_s); });
    for (std::size_t i = 0; i < ordered.size(); ++i) {
        const bool followed = i + 1 < ordered.size() && ordered[i + 1]->*key == ordered[i]->*key;
        visit(*ordered[i], followed ? ordered[i + 1]->since_s : kEver);
    }
}

}  // namespace

Memberships::Memberships(std::span<const EnrolmentState> enrolments, std::span<const RoleState> roles,
                         const CompiledScale& scale)
    : scale_(scale) {
    const Scale::Filter& filter = scale.scale().filter;
    if (filter.enrolment != Scale::Enrolment::none) {
        const bool dates = filter.enrolment == Scale::Enrolment::within_dates;
        each_interval(enrolments, &EnrolmentState::enrolment,
                      [&](const EnrolmentState& state, std::int64_t until_s) {
                          std::int64_t from_s = state.since_s;
                          if (dates && state.begin_s) from_s = std::max(from_s, *state.begin_s);
                          if (dates && state.end_s) until_s = std::min(until_s, *state.end_s);
                          if (state.active && from_s < until_s)
                              enrolled_[state.course].push_back({from_s, until_s});
                      });
    }
    if (!filter.roles.empty()) {
        each_interval(roles, &RoleState::assignment, [&](const RoleState& state, std::int64_t until_s) {
            if (!state.active || std::ranges::find(filter.roles, state.role) == filter.roles.end()) return;
            Stays* stays = state.context_level == kCourseContext     ? &role_in_course_
                           : state.context_level == kCategoryContext ? &role_in_category_
                           : state.context_level == kSystemContext   ? &role_in_system_
                                                                     : nullptr;
            if (stays == nullptr || state.since_s >= until_s) return;
            (*stays)[state.context_level == kSystemContext ? 0 : state.instance].push_back(
                {state.since_s, until_s});
        });
    }
}

bool Memberships::is_within(const Stays& stays, std::int64_t key, std::int64_t time_s) {
    const auto found = stays.find(key);
    return found != stays.end() && std::ranges::any_of(found->second, [&](const Stay& stay) {
               return time_s >= stay.from_s && time_s < stay.to_s;
           });
}

bool Memberships::has_role(std::int64_t course, std::int64_t time_s) const {
    return is_within(role_in_course_, course, time_s) || is_within(role_in_system_, 0, time_s) ||
           std::ranges::any_of(scale_.categories(course), [&](std::int64_t category) {
               return is_within(role_in_category_, category, time_s);
           });
}

std::optional<DropReason> Memberships::verdict(std::int64_t course, std::int64_t time_s) const {
    if (course == 0 || course == kFrontPageCourse) return std::nullopt;
    const Scale::Filter& filter = scale_.scale().filter;
    if (!filter.roles.empty() && !has_role(course, time_s)) return DropReason::role;
    if (filter.enrolment != Scale::Enrolment::none && !is_within(enrolled_, course, time_s))
        return DropReason::enrolment;
    return std::nullopt;
}

}  // namespace assidu::node::attendance
