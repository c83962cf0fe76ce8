// Civil time in one time zone, by the tz database of the system (IANA; tzdata). Days are civil days of that
// zone: 23, 24 or 25 hours long. Source of the rules: Hinnant's date/tz over the system's compiled zone
// files.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "config/refusal.h"

namespace assidu::config {

// A civil day as the number of days since 1970-01-01 in the proleptic Gregorian calendar. It is a date on a
// calendar, not an instant; only a CivilCalendar can say when it begins.
struct CivilDay {
    std::int32_t number = 0;
    auto operator<=>(const CivilDay&) const = default;
};

[[nodiscard]] inline CivilDay next(CivilDay day, std::int32_t days = 1) {
    return CivilDay{day.number + days};
}

// "2026-03-29". Years 0001 to 9999.
[[nodiscard]] std::string iso_date(CivilDay day);
// Only the ten characters of a date that exists; nothing else.
[[nodiscard]] std::optional<CivilDay> parse_iso_date(std::string_view text);
// The day of a year, month and day that exist together.
[[nodiscard]] std::optional<CivilDay> civil_day(int year, int month, int day);

struct Date {
    int year = 0, month = 0, day = 0;
};
[[nodiscard]] Date date_of(CivilDay day);

// ISO 8601 week: the year that owns the week, and 1 to 53.
struct IsoWeek {
    int year = 0, week = 0;
    auto operator<=>(const IsoWeek&) const = default;
};
[[nodiscard]] IsoWeek iso_week(CivilDay day);
// "2026-W13".
[[nodiscard]] std::string iso_week_name(IsoWeek week);
// The Monday of a week.
[[nodiscard]] CivilDay monday_of(CivilDay day);

// Copies share nothing that changes; one object is for one thread at a time (it remembers the last stretch of
// constant offset it was asked about).
class CivilCalendar {
  public:
    // Refused when the tz database has no such zone, or there is no tz database.
    [[nodiscard]] static Result<CivilCalendar> of(std::string_view zone);

    [[nodiscard]] const std::string& zone() const { return zone_; }

    // The day whose span [begin_of, end_of) holds the instant: days are contiguous and never overlap.
    [[nodiscard]] CivilDay day_of(std::int64_t utc_s) const;
    // The first instant of the day, seconds UTC. Where clocks jump over midnight, the first instant after it.
    [[nodiscard]] std::int64_t begin_of(CivilDay day) const;
    [[nodiscard]] std::int64_t end_of(CivilDay day) const { return begin_of(next(day)); }
    // Seconds to add to UTC for the local time at that instant.
    [[nodiscard]] std::int64_t offset_s(std::int64_t utc_s) const;
    // The instant after `utc_s` at which that offset ends; far away where it never does.
    [[nodiscard]] std::int64_t offset_until_s(std::int64_t utc_s) const {
        return stretch_at(utc_s).end_utc_s;
    }

    // "09:05:07", the local time of day at that instant.
    [[nodiscard]] std::string time_of_day(std::int64_t utc_s) const;
    // "2026-03-29T03:10:00+02:00".
    [[nodiscard]] std::string local_iso(std::int64_t utc_s) const;

    // What a local time of day on a civil day says of the instant.
    struct Instant {
        std::int64_t utc_s = 0;
        // The clocks showed this time twice (the earlier is given), or never (the instant of the jump is
        // given).
        bool ambiguous = false, skipped = false;
    };
    // `second_of_day` in [0, 86400).
    [[nodiscard]] Instant instant_of(CivilDay day, std::int32_t second_of_day) const;

  private:
    CivilCalendar(std::string zone, const void* handle);

    // The stretch [begin, end) of one offset around `utc_s`.
    struct Stretch {
        std::int64_t begin_utc_s = 0, end_utc_s = 0, offset_s = 0;
    };
    [[nodiscard]] const Stretch& stretch_at(std::int64_t utc_s) const;

    std::string zone_;
    const void* handle_;  // a date::time_zone, which the tz database owns until the process ends
    mutable Stretch last_;
};

}  // namespace assidu::config
