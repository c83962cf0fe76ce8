// Reports that a serving node issues by itself ([[report_schedule]]).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/report_settings.h"
#include "node/node.h"

namespace assidu::node::staff {

struct ScheduleEvents {
    std::function<void(const std::string& line)> done;  // a batch that was run
    std::function<void(const std::string& schedule, const std::string& why)> problem;
    std::function<void(const std::string& schedule)> settle;  // it has none any more
    std::function<bool()> goes_on;
};

// Runs what is due: of each schedule every period that ended since the last one it was done with, oldest
// first, at most kMissedPeriodsMax of them; of one that never ran, the last period alone. A period counts as
// done when its batch has come to its end, whatever became of single students: they are named.
void run_due_schedules(Node& node, const ScheduleEvents& events);

// The periods that are due, oldest first. `done`: the last day of the last period it was done with.
[[nodiscard]] std::vector<federation::Period> due_periods(const config::ReportSchedule& schedule,
                                                          std::optional<config::CivilDay> done,
                                                          std::int64_t now_utc_s,
                                                          const config::CivilCalendar& calendar);

}  // namespace assidu::node::staff
