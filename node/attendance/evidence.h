// What is known of one student, of which a scale makes time: events, and what is no event.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

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
    std::int64_t declared_s = 0;  // when it was said
    bool validated = false;       // by a teacher
};

// Time that something else measured.
struct ForeignTime {
    enum class Source : std::uint8_t { scorm, timestat };
    Source source = Source::scorm;
    std::int64_t time_s = 0, seconds = 0;
    std::int64_t course = 0, activity = 0;
};

struct Evidence {
    std::span<const Event> events;  // in order and each once (order_events())
    std::span<const Completion> completions;
    std::span<const Declaration> declarations;
    std::span<const ForeignTime> foreign;
};

}  // namespace assidu::node::attendance
