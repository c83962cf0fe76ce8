#include "node/attendance/daily_totals.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace assidu::node::attendance {
namespace {

using config::CivilDay;
using federation::LedgerRow;

// One event's or credit's part of one day. Sorted by the million: kept small.
struct Slice {
    CivilDay day;
    std::int16_t events = 0;  // 1 in the slice that holds the event itself, logouts 0
    bool credited = false;    // the seconds of a credit, else measured
    std::int64_t course = 0, activity = 0;
    std::int64_t seconds = 0;
    std::optional<std::int64_t> trace_s;  // the event's instant, in that same slice
};

bool contains(Span span, std::int64_t time_s) {
    return time_s >= span.from_s && time_s < span.to_s;
}

// An event or an interval.
template <class Timed>
void cut_at_midnights(const Timed& timed, const config::CivilCalendar& calendar, Span span,
                      std::vector<Slice>& slices) {
    const std::int64_t end_s = std::min(timed.end_s, span.to_s);
    for (std::int64_t at_s = std::max(timed.begin_s, span.from_s); at_s < end_s;) {
        const CivilDay day = calendar.day_of(at_s);
        const std::int64_t until_s = std::min(end_s, calendar.end_of(day));
        slices.push_back({day, 0, false, timed.course, timed.activity, until_s - at_s, std::nullopt});
        at_s = until_s;
    }
}

void add(LedgerRow& row, const Slice& slice) {
    (slice.credited ? row.credited_s : row.measured_s) += slice.seconds;
    row.events += slice.events;
    if (slice.trace_s) {
        row.first_utc_s = std::min(row.first_utc_s.value_or(*slice.trace_s), *slice.trace_s);
        row.last_utc_s = std::max(row.last_utc_s.value_or(*slice.trace_s), *slice.trace_s);
    }
    if (slice.activity == 0) return;
    if (row.activities.empty() || row.activities.back().activity != slice.activity)
        row.activities.push_back({slice.activity, 0, 0, 0});
    federation::ActivityShare& share = row.activities.back();
    (slice.credited ? share.credited_s : share.measured_s) += slice.seconds;
    share.events += slice.events;
}

std::vector<Slice> slices_of(const Attendance& attendance, const config::CivilCalendar& calendar, Span span) {
    std::vector<Slice> slices;
    slices.reserve(attendance.events.size() * 2);
    for (const CreditedEvent& event : attendance.events) {
        if (contains(span, event.begin_s))
            slices.push_back({calendar.day_of(event.begin_s), static_cast<std::int16_t>(event.logout ? 0 : 1),
                              false, event.course, event.activity, 0, event.begin_s});
        if (!attendance.counted) cut_at_midnights(event, calendar, span, slices);
    }
    if (attendance.counted) {
        for (const Interval& interval : *attendance.counted)
            cut_at_midnights(interval, calendar, span, slices);
    }
    for (const Credit& credit : attendance.credits) {
        if (contains(span, credit.time_s))
            slices.push_back({calendar.day_of(credit.time_s), 0, true, credit.course, credit.activity,
                              credit.seconds, std::nullopt});
    }
    return slices;
}

// By day, course and activity. Slices come by time, and with that nearly always by day: what is left is to
// sort each day.
void bring_into_order(std::vector<Slice>& slices) {
    if (!std::ranges::is_sorted(slices, {}, &Slice::day)) std::ranges::stable_sort(slices, {}, &Slice::day);
    for (auto begin = slices.begin(); begin != slices.end();) {
        const auto end =
            std::find_if(begin, slices.end(), [&](const Slice& slice) { return slice.day != begin->day; });
        std::sort(begin, end, [](const Slice& a, const Slice& b) {
            return a.course != b.course ? a.course < b.course : a.activity < b.activity;
        });
        begin = end;
    }
}

}  // namespace

std::vector<LedgerRow> daily_rows(const Attendance& attendance, const config::CivilCalendar& calendar,
                                  const federation::StudentId& student, Span span) {
    std::vector<Slice> slices = slices_of(attendance, calendar, span);
    bring_into_order(slices);

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
