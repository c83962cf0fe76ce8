// block_use_stats, branches 39, 401 and 405 (501 computes as 405): the aggregate that its PHP makes, to the
// second. The numbers (E3, L4, ...) are those of docs/scales.md, "use_stats".
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "config/scale.h"
#include "node/attendance/legacy/row.h"

namespace assidu::node::attendance::legacy {

struct UseStatsRules {
    std::int64_t threshold_s = 3600;
    std::int64_t last_ping_credit_s = 900;
    bool session_per_course = false;
    bool enrolment_filter = false;
    std::vector<std::string> ignored_modules, captured_modules;
    // Its defects; the name of each is its quirk's, after "usestats.".
    bool exclusive_bounds = false;    // E3, 39: rows of the period's very ends do not count
    bool ignored_carry_over = false;  // L7, 39: an ignored row hands its lap on to the next one
    bool site_rows = false;           // E3, 39 and 401: every row outside of courses counts, not only logins
    bool trailing_graded = true;      // L2: grading rows at the end make the lap before them -time
    bool uncapped_credit = true;      // L4: the credit of a long gap may exceed the gap
    bool login_outside_session = true;  // L6: the time after a login is of no session
    bool capture_memory = true;         // L7: a captured lap is added again to every row that follows
    bool session_without_end = true;    // S2: a session ends where it begins
    bool first_event_twice = true;      // S4: a session opened by an ordinary row counts it twice
};

// Where an activity stands. `section` is that of today.
struct Place {
    std::int64_t course = 0, section = 0;
    std::string module;
};

struct Enrolment {
    std::int64_t begin_s = 0;
    bool active = true;
};

struct UseStatsQuestion {
    std::span<const Row> rows;  // of anybody, in any order
    std::int64_t user = 0;
    Window window;
    std::int64_t now_s = 0;
    std::int64_t current_course = 0;  // of the caller: other courses' activities are "outoftargetcourse"
    const std::map<std::int64_t, Place>* activities = nullptr;
    std::span<const Enrolment> enrolments;
};

struct Leaf {
    std::int64_t elapsed_s = 0, events = 0;
};

struct UseStatsSession {
    std::int64_t begin_s = 0, end_s = 0, elapsed_s = 0, events = 0;
    std::vector<std::int64_t> courses;  // ascending
};

struct UseStats {
    // By kind ("coursetotal", "activities", "quiz", ...) and id.
    std::map<std::string, std::map<std::int64_t, Leaf>> aggregate;
    std::vector<UseStatsSession> sessions;
    // The plugin throws an exception, so that the report does not come; why.
    std::string aborted;
    [[nodiscard]] std::int64_t total_s() const;  // of coursetotal
};

[[nodiscard]] UseStats use_stats(const UseStatsRules& rules, const UseStatsQuestion& question);

// Of a scale with quirks "usestats.*".
[[nodiscard]] UseStatsRules use_stats_rules(const config::Scale& scale);

}  // namespace assidu::node::attendance::legacy
