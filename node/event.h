// An event: one row of Moodle's standard log (table logstore_standard_log), in the parts that a node keeps.
// Free text
// (`other`), addresses and the identity of anybody but the student are not among them.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace assidu::node {

// What many events have in common: a row of the archive's dictionary. Texts as Moodle writes them.
struct EventShape {
    std::string eventname;  // "\core\event\course_viewed"
    std::string component;  // "core", "mod_quiz"
    std::string action;     // "viewed"
    std::string target;     // "course_module"
    std::string origin;     // "web", "ws", "cli", "restore"; empty for NULL
    char crud = ' ';        // c, r, u, d; a space if not known
    std::int32_t edulevel = 0;
    std::int32_t context_level = 0;  // 10 system, 30 user, 40 category, 50 course, 70 module, 80 block
    bool login_as = false;           // somebody else was logged in as the student
    bool anonymous = false;          // must not be shown; the time counts, the place is hidden
    auto operator<=>(const EventShape&) const = default;
};

using ShapeKey = std::int32_t;
inline constexpr ShapeKey kNoShape = -1;  // of what is no event of a log

inline constexpr std::int32_t kModuleContext = 70;
// The course of an event that its source does not name: the activity's course stands in, where it is known.
inline constexpr std::int64_t kCourseUnknown = -1;

struct Event {
    std::int64_t time_s = 0;    // timecreated, seconds UTC
    std::int64_t id = 0;        // of the row in its source
    std::int64_t course = 0;    // 0 above course level (Moodle's 0 and NULL); kCourseUnknown
    std::int64_t activity = 0;  // course module id where the context is a module, else 0
    ShapeKey shape = 0;
    // The order of computation: time, then id (the specification's tie rule).
    auto operator<=>(const Event&) const = default;
};

// A row read from a source, before anybody decided whether it is kept.
struct LogRow {
    std::int64_t id = 0;
    std::int64_t time_s = 0;
    std::int64_t user_id = 0;
    std::int64_t course = 0;
    std::int64_t activity = 0;
    EventShape shape;
};

}  // namespace assidu::node
