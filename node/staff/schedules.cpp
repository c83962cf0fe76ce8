#include "node/staff/schedules.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "config/limits.h"
#include "node/archive/dossier_store.h"
#include "node/staff/batch.h"
#include "node/staff/issue_log.h"

namespace assidu::node::staff {
namespace {

using config::ReportSchedule;
using config::Result;

// Formats that no student's report has are refused when the schedule runs, by name.
Result<std::vector<ReportFormat>> formats_of(const ReportSchedule& schedule) {
    std::vector<ReportFormat> formats;
    for (const std::string& name : schedule.formats) {
        const auto entry = std::ranges::find(kReportFormats, name, &FormatEntry::name);
        if (entry == std::end(kReportFormats) || !entry->student)
            return config::refuse(fmt::format("formats: '{}' is none of a student's report", name));
        formats.push_back(entry->format);
    }
    if (formats.empty()) formats.push_back(ReportFormat::pdf);
    return formats;
}

Result<BatchResult> run_one(Node& node, const ReportSchedule& schedule, const federation::Period& period,
                            const reports::Template* used, const ScheduleEvents& events) {
    auto formats = formats_of(schedule);
    if (!formats) return std::unexpected(formats.error());
    BatchOrder order;
    order.period = period;
    order.selection = {schedule.funder, schedule.group, {}};
    order.formats = *std::move(formats);
    order.package = schedule.package;
    order.language =
        reports::language_of(schedule.language.empty() ? node.settings().language : schedule.language);
    order.out = node.folder().path / schedule.out;
    order.report_template = used;
    return run_batch(node, order, {{}, events.goes_on});
}

// What a batch left undone, in a line; empty: nothing.
std::string trouble_of(const BatchResult& result) {
    if (result.lines.empty()) return {};
    const BatchLine& first = result.lines.front();
    return fmt::format("{} reports were not issued, the first of {}: {} (the batch's index.html names all)",
                       result.lines.size(), first.name, first.why);
}

}  // namespace

std::vector<federation::Period> due_periods(const ReportSchedule& schedule,
                                            std::optional<config::CivilDay> done, std::int64_t now_utc_s,
                                            const config::CivilCalendar& calendar) {
    const auto is_due = [&](const federation::Period& period) {
        return calendar.instant_of(next(period.to), schedule.at_s).utc_s <= now_utc_s;
    };
    federation::Period period = last_period(schedule.every, now_utc_s, calendar);
    while (!is_due(period))
        period = period_of(schedule.every, next(period.from, -1));
    std::vector<federation::Period> due;
    while (due.size() < static_cast<std::size_t>(config::limits::kMissedPeriodsMax) &&
           (!done || period.to > *done)) {
        due.push_back(period);
        if (!done) break;
        period = period_of(schedule.every, next(period.from, -1));
    }
    std::ranges::reverse(due);
    return due;
}

void run_due_schedules(Node& node, const ScheduleEvents& events) {
    const std::vector<ReportSchedule>& schedules = node.settings().reports.schedules;
    if (schedules.empty()) return;
    const auto used = settings_template(node);
    if (!used) return events.problem("", used.error().what);
    const std::string& id = node.settings().node_id;
    IssueLog log(archive::DossierStore::path_in(node.folder().path));
    for (const ReportSchedule& schedule : schedules) {
        std::string trouble;
        for (const federation::Period& period : due_periods(schedule, log.schedule_done(id, schedule.name),
                                                            node.clock().now_utc_s(), node.calendar())) {
            const auto result = run_one(node, schedule, period, *used ? &**used : nullptr, events);
            if (!result) {
                trouble = result.error().what;
                break;
            }
            if (!result->finished) return;
            log.set_schedule_done(id, schedule.name, period.to, node.clock().now_utc_s(),
                                  result->lines.empty() ? "done" : "some not issued");
            events.done(fmt::format(
                "reports {} {} to {}: issued {}, issued again {}, unchanged {}, not issued {}", schedule.name,
                config::iso_date(period.from), config::iso_date(period.to), result->issued, result->reissued,
                result->unchanged, result->refused + result->failed));
            if (std::string some = trouble_of(*result); !some.empty()) trouble = std::move(some);
        }
        if (trouble.empty())
            events.settle(schedule.name);
        else
            events.problem(schedule.name, fmt::format("[[report_schedule]] {}: {}", schedule.name, trouble));
    }
}

}  // namespace assidu::node::staff
