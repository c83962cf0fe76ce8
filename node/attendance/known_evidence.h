// What a node knows of its students, in the form in which the rules take it: archive and evidence store put
// together for one scale.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "config/scale.h"
#include "node/attendance/evidence.h"
#include "node/node.h"

namespace assidu::node::attendance {

// One student's; a view of it is what attend() takes.
class StudentKnowledge {
  public:
    std::vector<Event> events;
    std::vector<Completion> completions;
    std::vector<Declaration> declarations;
    std::vector<ForeignTime> foreign;
    std::vector<archive::EnrolmentState> enrolments;
    std::vector<archive::RoleState> roles;
    std::vector<ExcludedTime> excluded;
    std::vector<config::CivilDay> signed_days;
    std::int64_t forged_days = 0;  // records whose signature is not this node's; they count for nothing

    // Valid as long as this object is, and is not changed.
    [[nodiscard]] Evidence view() const {
        return {events, completions, declarations, foreign, enrolments, roles, excluded, signed_days};
    }
    // Whether anything is of an instant after `as_of_s`, so that a later computation gives more.
    [[nodiscard]] bool reaches_beyond(std::int64_t as_of_s) const;
};

class KnownEvidence {
  public:
    // Both must outlive it; nothing may be put down meanwhile. What the scale does not look at is not read.
    // Throws ResourceFailure.
    KnownEvidence(const Node& node, const config::Scale& scale);

    // Where courses stand, for CompiledScale.
    [[nodiscard]] const std::vector<archive::CoursePlace>& courses() const { return courses_; }
    [[nodiscard]] StudentKnowledge of(std::int64_t user_id) const;
    // The same without events.
    [[nodiscard]] StudentKnowledge beside_events(std::int64_t user_id) const;
    // Everybody who may have time under the scale, ascending.
    [[nodiscard]] std::vector<std::int64_t> users() const;

  private:
    void read_entries(const archive::StudentEvidence& evidence, StudentKnowledge& known) const;

    const Node& node_;
    const config::Scale& scale_;
    std::vector<archive::CoursePlace> courses_;
    std::map<std::int64_t, std::string> course_numbers_;  // by course
    std::map<std::int64_t, std::int64_t> worths_;         // by activity
    std::map<std::int64_t, std::vector<ExcludedTime>> excluded_;
};

// The days that hold of a student's records, in the order in which they were made, ascending; a record whose
// signature is not this node's counts for nothing, and is counted.
[[nodiscard]] std::vector<config::CivilDay> signed_days_of(const Node& node,
                                                           const std::vector<archive::DayRecord>& records,
                                                           std::int64_t& forged);

// Refuses, naming the key and what to import, a scale that asks for what this node knows nothing of at all:
// no enrolments, roles, categories or signed days are no reason to count nobody's time. Throws
// ResourceFailure.
[[nodiscard]] config::Result<void> has_evidence_for(const Node& node, const config::Scale& scale);

}  // namespace assidu::node::attendance
