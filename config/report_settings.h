// What the settings file says of reports that a node issues by itself, and of how they look:
// [[report_schedule]], and of [reports] `template` and `small_cell`. Part of Settings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"

namespace assidu::config {

// One [[report_schedule]].
struct ReportSchedule {
    // Whose period is over: a civil day, an ISO week, a calendar month, in the scale's zone.
    enum class Every : std::uint8_t { daily, weekly, month_end };
    std::string name;  // a slug, its own among the schedules: renamed, it is another schedule
    Every every = Every::daily;
    std::int32_t at_s = 4 * 3600;      // local time of day, of the day after the period
    std::string funder, group;         // whose students; empty: any
    std::vector<std::string> formats;  // as `report batch --format`; empty: pdf
    bool package = true;
    std::string language;         // "fr", "en"; empty: that of [reports]
    std::string out = "reports";  // the folder, in the node's unless it begins with '/'
};

struct ReportSettings {
    std::string report_template;  // a template's folder, from the node's; empty: none
    std::int64_t small_cell = 5;  // least students of a cell of an anonymous report
    std::vector<ReportSchedule> schedules;
};

// "HH:MM", 24 hours. Seconds of the day.
[[nodiscard]] Result<std::int32_t> parse_time_of_day(std::string_view text);

}  // namespace assidu::config
