// What is known of one student, of which a scale makes time: events, and what is no event.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/civil_calendar.h"
#include "node/archive/evidence_store.h"
#include "node/event.h"

namespace assidu::node::attendance {

// A row of course_modules_completion, with what a scale's match asks of its activity.
struct Completion {
    std::int64_t time_s = 0;  // timemodified
    std::int64_t activity = 0;
    std::int64_t course = 0;             // 0: not known; then that of the activity's events
    int state = 0;                       // 0 not, 1 completed, 2 passed, 3 failed
    std::string module;                  // "quiz"
    std::string course_number;           // the course's id number
    std::optional<std::int64_t> item_s;  // what the item itself says it is worth (a checklist, a milestone)
};

// Time that a student says to have worked: in an activity, or (activity 0) in a session away from the
// platform.
struct Declaration {
    std::int64_t begin_s = 0, seconds = 0;
    std::int64_t course = 0, activity = 0;
    std::optional<std::int64_t> declared_s;  // when it was said; nothing: not known, and not judged
    bool validated = false;                  // by a teacher
};

// Time that something else measured.
struct ForeignTime {
    enum class Source : std::uint8_t { scorm, timestat };
    Source source = Source::scorm;
    std::int64_t time_s = 0, seconds = 0;
    std::int64_t course = 0, activity = 0;
};

// Time that an administrator took out, [from, to).
struct ExcludedTime {
    std::int64_t from_s = 0, to_s = 0;
    std::int64_t number = 0;  // of the exclusion
    bool operator==(const ExcludedTime&) const = default;
};

struct Evidence {
    std::span<const Event> events;  // in order and each once (order_events())
    std::span<const Completion> completions = {};
    std::span<const Declaration> declarations = {};
    std::span<const ForeignTime> foreign = {};
    // In any order. Looked at where the scale asks in which role or enrolment an event was made.
    std::span<const archive::EnrolmentState> enrolments = {};
    std::span<const archive::RoleState> roles = {};
    std::span<const ExcludedTime> excluded = {};         // those that hold, by begin
    std::span<const config::CivilDay> signed_days = {};  // that count for the student, ascending
};

}  // namespace assidu::node::attendance
