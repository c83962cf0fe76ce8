#include "node/attendance/legacy/time_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace assidu::node::attendance::legacy {
namespace {

constexpr std::int64_t kFrontPageCourse = 1;

// P1, P2.
std::vector<const Row*> extract(const TimeReportRules& rules, const TimeReportQuestion& question) {
    std::vector<const Row*> rows;
    for (const Row& row : question.rows) {
        const std::int64_t course = row.course.value_or(0);
        const bool exists = course != 0 && (!question.courses || question.courses->contains(course));
        const bool of_target =
            rules.targets.empty() || std::ranges::find(rules.targets, row.target) != rules.targets.end();
        if (row.user == question.user && question.window.contains(row.time_s) && exists &&
            course != kFrontPageCourse && of_target)
            rows.push_back(&row);
    }
    std::ranges::sort(rows, {}, [](const Row* row) { return std::tuple(row->time_s, row->id); });
    return rows;
}

// P4: a gap inside of a day. Minutes are whole.
std::int64_t worth(const TimeReportRules& rules, std::int64_t gap_s) {
    if (gap_s / 60 * 60 > rules.idle_s) return rules.borrowed_s;
    if (rules.min_gap_seconds_is_minutes && gap_s * 60 < rules.idle_s) return 0;
    return gap_s;
}

}  // namespace

std::vector<DayTotal> time_report(const TimeReportRules& rules, const TimeReportQuestion& question,
                                  const config::CivilCalendar& calendar) {
    const std::vector<const Row*> rows = extract(rules, question);
    std::vector<DayTotal> days;
    std::int64_t total_s = 0;
    std::optional<config::CivilDay> current;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const config::CivilDay day = calendar.day_of(rows[i]->time_s);
        const bool last = i + 1 == rows.size();
        // The plugin asks whether it is at the last row before it asks whether the day is new.
        if (current != day && !(last && rules.last_day_repeat)) total_s = 0;
        current = day;
        if (last) {
            days.emplace_back(day, total_s);
            break;
        }
        const config::CivilDay next_day = calendar.day_of(rows[i + 1]->time_s);
        if (next_day == day) {
            total_s += worth(rules, rows[i + 1]->time_s - rows[i]->time_s);
        } else {
            if (rules.day_end_credit) total_s += rules.borrowed_s;
            if (total_s != 0) days.emplace_back(day, total_s);
        }
    }
    return days;
}

std::string time_report_duration(const TimeReportRules& rules, std::int64_t seconds) {
    if (rules.single_3600 && seconds == 3600) seconds = 0;
    return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

TimeReportRules time_report_rules(const config::Scale& scale) {
    TimeReportRules rules;
    rules.idle_s = scale.gap.idle_s;
    rules.borrowed_s = scale.gap.idle_credit_s;
    rules.targets = scale.filter.targets;
    rules.min_gap_seconds_is_minutes = scale.has_quirk("sonate.min_gap_seconds_is_minutes");
    rules.day_end_credit = scale.has_quirk("sonate.day_end_credit");
    rules.last_day_repeat = scale.has_quirk("sonate.last_day_repeat");
    rules.single_3600 = scale.has_quirk("sonate.single_3600");
    return rules;
}

}  // namespace assidu::node::attendance::legacy
