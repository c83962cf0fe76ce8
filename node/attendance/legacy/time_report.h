// tool_time_report 1.0.4, what SONATE reported with (P1 to P7 of docs/scales.md, "tool_time_report").
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "config/civil_calendar.h"
#include "config/scale.h"
#include "node/attendance/legacy/row.h"

namespace assidu::node::attendance::legacy {

struct TimeReportRules {
    std::int64_t idle_s = 1800, borrowed_s = 900;
    std::vector<std::string> targets;  // none: all
    // Its defects; the name of each is its quirk's, after "sonate.".
    bool min_gap_seconds_is_minutes = true;  // P4: a gap of fewer seconds than the limit has minutes is lost
    bool day_end_credit = true;   // P5: the last row of a day earns the credit, whatever is left of the day
    bool last_day_repeat = true;  // P6: a last day of one row repeats the total of the day before
    bool single_3600 = true;      // P7: an hour exactly is printed as nothing
};

struct TimeReportQuestion {
    std::span<const Row> rows;  // of anybody, in any order
    std::int64_t user = 0;
    Window window;
    // Courses that there are: rows of others are lost in the plugin's join. Nothing: not known, all of them.
    std::optional<std::set<std::int64_t>> courses;
};

using DayTotal = std::pair<config::CivilDay, std::int64_t>;

// `calendar`: of the database's zone and PHP's, which must be the same.
[[nodiscard]] std::vector<DayTotal> time_report(const TimeReportRules& rules,
                                                const TimeReportQuestion& question,
                                                const config::CivilCalendar& calendar);

// "00:25:00", as the plugin prints it.
[[nodiscard]] std::string time_report_duration(const TimeReportRules& rules, std::int64_t seconds);

// Of a scale with quirks "sonate.*".
[[nodiscard]] TimeReportRules time_report_rules(const config::Scale& scale);

}  // namespace assidu::node::attendance::legacy
