#include "node/attendance/daily_totals.h"

#include <algorithm>
#include <map>
#include <tuple>

namespace assidu::node::attendance {
namespace {

using config::CivilDay;
using federation::LedgerRow;

// What events, intervals or credits in a row give one day, course and activity. Sorted by the million: kept
// few.
struct Slice {
    CivilDay day;
    std::int32_t events = 0;  // logouts not among them
    std::int64_t course = 0, activity = 0;
    std::int64_t measured_s = 0, credited_s = 0;
    std::optional<std::int64_t> first_s, last_s;  // the first and last event's instant, logouts included
};

bool contains(Span span, std::int64_t time_s) {
    return time_s >= span.from_s && time_s < span.to_s;
}

class Slices {
  public:
    Slices(const config::CivilCalendar& calendar, Span span) : calendar_(calendar), span_(span) {}

    void reserve(std::size_t count) { slices_.reserve(count); }

    void add_event(const CreditedEvent& event) {
        if (!contains(span_, event.begin_s)) return;
        Slice& slice = slice_at(event.begin_s, event.course, event.activity);
        if (!event.logout) ++slice.events;
        slice.first_s = std::min(slice.first_s.value_or(event.begin_s), event.begin_s);
        slice.last_s = std::max(slice.last_s.value_or(event.begin_s), event.begin_s);
    }
    // The interval of an event, or any other; cut at midnights.
    template <class Timed>
    void add_time(const Timed& timed) {
        const std::int64_t end_s = std::min(timed.end_s, span_.to_s);
        for (std::int64_t at_s = std::max(timed.begin_s, span_.from_s); at_s < end_s;) {
            Slice& slice = slice_at(at_s, timed.course, timed.activity);
            const std::int64_t until_s = std::min(end_s, day_end_s_);
            slice.measured_s += until_s - at_s;
            at_s = until_s;
        }
    }
    void add_credit(const Credit& credit) {
        if (contains(span_, credit.time_s))
            slice_at(credit.time_s, credit.course, credit.activity).credited_s += credit.seconds;
    }

    // By day, course and activity. Slices come by time, and with that nearly always by day: what is left is
    // to sort each day.
    std::vector<Slice> in_order() && {
        if (!std::ranges::is_sorted(slices_, {}, &Slice::day))
            std::ranges::stable_sort(slices_, {}, &Slice::day);
        for (auto begin = slices_.begin(); begin != slices_.end();) {
            const auto end = std::find_if(begin, slices_.end(),
                                          [&](const Slice& slice) { return slice.day != begin->day; });
            std::sort(begin, end, [](const Slice& a, const Slice& b) {
                return a.course != b.course ? a.course < b.course : a.activity < b.activity;
            });
            begin = end;
        }
        return std::move(slices_);
    }

  private:
    // The last slice if it is of this place and of the instant's day, else a new one.
    Slice& slice_at(std::int64_t time_s, std::int64_t course, std::int64_t activity) {
        if (time_s < day_begin_s_ || time_s >= day_end_s_) {
            day_ = calendar_.day_of(time_s);
            day_begin_s_ = calendar_.begin_of(day_);
            day_end_s_ = calendar_.end_of(day_);
        }
        if (slices_.empty() || slices_.back().day != day_ || slices_.back().course != course ||
            slices_.back().activity != activity) {
            Slice& slice = slices_.emplace_back();
            slice.day = day_;
            slice.course = course;
            slice.activity = activity;
        }
        return slices_.back();
    }

    const config::CivilCalendar& calendar_;
    Span span_;
    CivilDay day_;
    std::int64_t day_begin_s_ = 0, day_end_s_ = 0;  // of day_
    std::vector<Slice> slices_;
};

void add(LedgerRow& row, const Slice& slice) {
    row.measured_s += slice.measured_s;
    row.credited_s += slice.credited_s;
    row.events += slice.events;
    if (slice.first_s) {
        row.first_utc_s = std::min(row.first_utc_s.value_or(*slice.first_s), *slice.first_s);
        row.last_utc_s = std::max(row.last_utc_s.value_or(*slice.last_s), *slice.last_s);
    }
    if (slice.activity == 0) return;
    if (row.activities.empty() || row.activities.back().activity != slice.activity)
        row.activities.push_back({slice.activity, 0, 0, 0});
    federation::ActivityShare& share = row.activities.back();
    share.measured_s += slice.measured_s;
    share.credited_s += slice.credited_s;
    share.events += slice.events;
}

std::vector<Slice> slices_of(const Attendance& attendance, const config::CivilCalendar& calendar, Span span) {
    Slices slices(calendar, span);
    slices.reserve(attendance.events.size() / 2);
    for (const CreditedEvent& event : attendance.events) {
        slices.add_event(event);
        if (!attendance.counted) slices.add_time(event);
    }
    if (attendance.counted) {
        for (const Interval& interval : *attendance.counted)
            slices.add_time(interval);
    }
    for (const Credit& credit : attendance.credits)
        slices.add_credit(credit);
    return std::move(slices).in_order();
}

}  // namespace

std::vector<LedgerRow> daily_rows(const Attendance& attendance, const config::CivilCalendar& calendar,
                                  const federation::StudentId& student, Span span) {
    const std::vector<Slice> slices = slices_of(attendance, calendar, span);
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
