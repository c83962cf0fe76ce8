#include "node/attendance/limits.h"

#include <algorithm>
#include <map>
#include <utility>

namespace assidu::node::attendance {
namespace {

using config::CivilDay;
using config::Scale;

struct Stretch {
    std::int64_t begin_s = 0, end_s = 0;
};

// 1 Monday to 7 Sunday. 1970-01-01 was a Thursday.
int weekday_of(CivilDay day) {
    return ((day.number + 3) % 7 + 7) % 7 + 1;
}

bool is_open_day(const Scale::Calendar& rule, CivilDay day) {
    if (!rule.weekdays.empty() && std::ranges::find(rule.weekdays, weekday_of(day)) == rule.weekdays.end())
        return false;
    if (std::ranges::binary_search(rule.exclude_dates, day)) return false;
    const config::Date date = config::date_of(day);
    return std::ranges::none_of(rule.exclude_month_days, [&](const Scale::Calendar::MonthDay& out) {
        return out.month == date.month && out.day == date.day;
    });
}

// The stretches of a civil day in which time counts, ascending. The day is walked in stretches of one offset
// from UTC, so that a window begins and ends where the clock on the wall shows it: on the night of autumn,
// perhaps twice.
std::vector<Stretch> open_stretches(const Scale::Calendar& rule, const config::CivilCalendar& calendar,
                                    CivilDay day) {
    std::vector<Stretch> open;
    if (!is_open_day(rule, day)) return open;
    const std::int64_t day_end_s = calendar.end_of(day);
    if (rule.windows.empty()) return {{calendar.begin_of(day), day_end_s}};
    constexpr std::int64_t kDaySeconds = 86'400;
    for (std::int64_t at_s = calendar.begin_of(day); at_s < day_end_s;) {
        const std::int64_t until_s = std::min(calendar.offset_until_s(at_s), day_end_s);
        const std::int64_t midnight_s = day.number * kDaySeconds - calendar.offset_s(at_s);
        for (const Scale::Calendar::Window& window : rule.windows) {
            const std::int64_t begin_s = std::max(at_s, midnight_s + window.begin_s);
            const std::int64_t end_s = std::min(until_s, midnight_s + window.end_s);
            if (begin_s < end_s) open.push_back({begin_s, end_s});
        }
        at_s = until_s;
    }
    return open;
}

// What is left of every cap.
class Caps {
  public:
    Caps(const Scale& scale) : scale_(scale) {}

    // How much of `seconds` of this day, course and activity may count, and if not all, by which cap.
    std::int64_t take(CivilDay day, std::int64_t course, std::int64_t activity, const std::string& module,
                      std::int64_t seconds, Loss& reason) {
        const Scale::Caps& caps = scale_.caps;
        std::vector<std::int64_t*> used;
        std::int64_t granted = seconds;
        const auto limit = [&](std::int64_t cap_s, std::int64_t& used_s, Loss loss) {
            used.push_back(&used_s);
            if (cap_s - used_s >= granted) return;
            granted = std::max<std::int64_t>(cap_s - used_s, 0);
            reason = loss;
        };
        if (activity != 0) {
            if (const auto cap = caps.activity_day_s.find(module); cap != caps.activity_day_s.end())
                limit(cap->second, activity_day_[{day, activity}], Loss::activity_day);
            if (const auto cap = caps.activity_total_s.find(module); cap != caps.activity_total_s.end())
                limit(cap->second, activity_total_[activity], Loss::activity_total);
        }
        if (const auto cap = caps.course_total_s.find(course); cap != caps.course_total_s.end())
            limit(cap->second, course_total_[course], Loss::course_total);
        if (caps.day_s) limit(*caps.day_s, day_[day], Loss::day);
        if (caps.week_s) limit(*caps.week_s, week_[week_begin(day, scale_.week_start)], Loss::week);
        for (std::int64_t* used_s : used)
            *used_s += granted;
        return granted;
    }

  private:
    const Scale& scale_;
    std::map<std::pair<CivilDay, std::int64_t>, std::int64_t> activity_day_;
    std::map<std::int64_t, std::int64_t> activity_total_, course_total_;
    std::map<CivilDay, std::int64_t> day_, week_;
};

class Limiter {
  public:
    Limiter(Attendance& attendance, const CompiledScale& scale, const config::CivilCalendar& calendar,
            const Evidence& evidence)
        : attendance_(attendance),
          scale_(scale),
          calendar_(calendar),
          evidence_(evidence),
          caps_(scale.scale()) {}

    void apply() {
        attendance_.counted.emplace();
        for (std::size_t i = 0; i < attendance_.events.size(); ++i) {
            const CreditedEvent& event = attendance_.events[i];
            const Place place = attendance_.places.empty() ? Place{event.course, event.activity, event.shape}
                                                           : attendance_.places[i];
            for (std::int64_t at_s = event.begin_s; at_s < event.end_s;) {
                const CivilDay day = calendar_.day_of(at_s);
                const std::int64_t until_s = std::min(event.end_s, calendar_.end_of(day));
                apply_exclusions(place, day, {at_s, until_s});
                at_s = until_s;
            }
        }
    }

  private:
    void lose(const Place& place, Stretch piece, Loss reason) {
        if (piece.begin_s < piece.end_s)
            attendance_.lost.push_back({piece.begin_s, piece.end_s, place.course, place.activity, reason});
    }

    // Exclusions come by begin, and may overlap.
    void apply_exclusions(const Place& place, CivilDay day, Stretch piece) {
        std::int64_t at_s = piece.begin_s;
        for (const ExcludedTime& out : evidence_.excluded) {
            if (out.from_s >= piece.end_s) break;
            if (out.to_s <= at_s) continue;
            if (at_s < out.from_s) apply_calendar(place, day, {at_s, out.from_s});
            const std::int64_t until_s = std::min(out.to_s, piece.end_s);
            lose(place, {std::max(at_s, out.from_s), until_s}, Loss::excluded);
            at_s = until_s;
            if (at_s == piece.end_s) return;
        }
        if (at_s < piece.end_s) apply_calendar(place, day, {at_s, piece.end_s});
    }

    void open(CivilDay day) {
        const Scale::Calendar& rule = scale_.scale().calendar;
        open_day_ = day;
        open_ = open_stretches(rule, calendar_, day);
        closed_by_ = Loss::calendar;
        if (!rule.user_days || std::ranges::binary_search(evidence_.signed_days, day)) return;
        if (!open_.empty()) closed_by_ = Loss::user_day;
        open_.clear();
    }

    void apply_calendar(const Place& event, CivilDay day, Stretch piece) {
        const Scale::Calendar& rule = scale_.scale().calendar;
        if (!rule.restricts()) return apply_caps(event, day, piece, /*outside=*/false);
        if (!open_day_ || *open_day_ != day) open(day);
        std::int64_t at_s = piece.begin_s;
        const auto outside = [&](std::int64_t until_s) {
            if (at_s >= until_s) return;
            if (rule.mode == Scale::CalendarMode::mark)
                apply_caps(event, day, {at_s, until_s}, /*outside=*/true);
            else
                lose(event, {at_s, until_s}, closed_by_);
            at_s = until_s;
        };
        for (const Stretch& open : open_) {
            outside(std::min(open.begin_s, piece.end_s));
            const std::int64_t until_s = std::min(open.end_s, piece.end_s);
            if (at_s >= until_s) continue;
            apply_caps(event, day, {at_s, until_s}, /*outside=*/false);
            at_s = until_s;
        }
        outside(piece.end_s);
    }

    void apply_caps(const Place& event, CivilDay day, Stretch piece, bool outside) {
        Loss reason = Loss::day;
        const std::int64_t granted =
            scale_.scale().caps.any()
                ? caps_.take(day, event.course, event.activity, scale_.module(event.shape),
                             piece.end_s - piece.begin_s, reason)
                : piece.end_s - piece.begin_s;
        if (granted > 0)
            attendance_.counted->push_back(
                {piece.begin_s, piece.begin_s + granted, event.course, event.activity, outside});
        lose(event, {piece.begin_s + granted, piece.end_s}, reason);
    }

    Attendance& attendance_;
    const CompiledScale& scale_;
    const config::CivilCalendar& calendar_;
    const Evidence& evidence_;
    Caps caps_;
    std::optional<CivilDay> open_day_;
    std::vector<Stretch> open_;        // of open_day_
    Loss closed_by_ = Loss::calendar;  // what takes the rest of it
};

}  // namespace

CivilDay week_begin(CivilDay day, int week_start) {
    return next(day, -((weekday_of(day) - week_start + 7) % 7));
}

void apply_limits(Attendance& attendance, const CompiledScale& scale, const config::CivilCalendar& calendar,
                  const Evidence& evidence) {
    if (!scale.scale().calendar.restricts() && !scale.scale().caps.any() && evidence.excluded.empty() &&
        attendance.places.empty())
        return;
    Limiter(attendance, scale, calendar, evidence).apply();
}

}  // namespace assidu::node::attendance
