#include "node/attendance/daily_totals.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace assidu::node::attendance {
namespace {

using config::CivilDay;
using federation::LedgerRow;

// One event's part of one day.
struct Slice {
    CivilDay day;
    std::int64_t course = 0, activity = 0;
    std::int64_t seconds = 0;
    std::int64_t events = 0;              // 1 in the slice that holds the event itself, logouts 0
    std::optional<std::int64_t> trace_s;  // the event's instant, in that same slice
};

void cut_at_midnights(const CreditedEvent& event, const config::CivilCalendar& calendar, Span span,
                      std::vector<Slice>& slices) {
    if (event.begin_s >= span.from_s && event.begin_s < span.to_s)
        slices.push_back({calendar.day_of(event.begin_s), event.course, event.activity, 0,
                          event.logout ? 0 : 1, event.begin_s});
    const std::int64_t end_s = std::min(event.end_s, span.to_s);
    for (std::int64_t at_s = std::max(event.begin_s, span.from_s); at_s < end_s;) {
        const CivilDay day = calendar.day_of(at_s);
        const std::int64_t until_s = std::min(end_s, calendar.end_of(day));
        slices.push_back({day, event.course, event.activity, until_s - at_s, 0, std::nullopt});
        at_s = until_s;
    }
}

void add(LedgerRow& row, const Slice& slice) {
    row.measured_s += slice.seconds;
    row.events += slice.events;
    if (slice.trace_s) {
        row.first_utc_s = std::min(row.first_utc_s.value_or(*slice.trace_s), *slice.trace_s);
        row.last_utc_s = std::max(row.last_utc_s.value_or(*slice.trace_s), *slice.trace_s);
    }
    if (slice.activity == 0) return;
    if (row.activities.empty() || row.activities.back().activity != slice.activity)
        row.activities.push_back({slice.activity, 0, 0, 0});
    row.activities.back().measured_s += slice.seconds;
    row.activities.back().events += slice.events;
}

}  // namespace

std::vector<LedgerRow> daily_rows(const Attendance& attendance, const config::CivilCalendar& calendar,
                                  const federation::StudentId& student, Span span) {
    std::vector<Slice> slices;
    slices.reserve(attendance.events.size() * 2);
    for (const CreditedEvent& event : attendance.events)
        cut_at_midnights(event, calendar, span, slices);
    std::ranges::sort(slices, {}, [](const Slice& s) { return std::tuple(s.day, s.course, s.activity); });

    std::vector<LedgerRow> rows;
    for (const Slice& slice : slices) {
        if (rows.empty() || rows.back().day != slice.day || rows.back().course != slice.course) {
            rows.emplace_back();
            rows.back().student = student;
            rows.back().day = slice.day;
            rows.back().course = slice.course;
        }
        add(rows.back(), slice);
    }
    return rows;
}

std::vector<federation::SessionRow> session_rows(const Attendance& attendance,
                                                 const federation::StudentId& student) {
    std::vector<federation::SessionRow> rows;
    rows.reserve(attendance.sessions.size());
    for (const Session& session : attendance.sessions)
        rows.push_back({student, session.begin_s, session.end_s, session.events, session.courses});
    return rows;
}

std::vector<federation::DroppedEvents> dropped_rows(const Attendance& attendance,
                                                    const config::CivilCalendar& calendar,
                                                    const federation::StudentId& student) {
    std::map<std::pair<CivilDay, std::string_view>, std::int64_t> counts;
    for (const DroppedEvent& dropped : attendance.dropped)
        ++counts[{calendar.day_of(dropped.time_s), code_of(dropped.reason)}];
    std::vector<federation::DroppedEvents> rows;
    rows.reserve(counts.size());
    for (const auto& [key, events] : counts)
        rows.push_back({student, key.first, std::string(key.second), events});
    return rows;
}

}  // namespace assidu::node::attendance
