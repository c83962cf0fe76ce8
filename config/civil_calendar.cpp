#include "config/civil_calendar.h"

#include <date/iso_week.h>
#include <date/tz.h>
#include <fmt/format.h>

#include <charconv>

namespace assidu::config {
namespace {

constexpr std::int64_t kDaySeconds = 86'400;
// Further than any offset from a change of offset: there, civil time is plain arithmetic.
constexpr std::int64_t kFarFromAnyChange = 2 * kDaySeconds;

const date::time_zone* zone_of(const void* handle) {
    return static_cast<const date::time_zone*>(handle);
}

std::int32_t floor_day(std::int64_t local_s) {
    const std::int64_t day = local_s / kDaySeconds - (local_s % kDaySeconds < 0 ? 1 : 0);
    return static_cast<std::int32_t>(day);
}

bool parse_digits(std::string_view text, int& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && text.front() != '-';
}

}  // namespace

Date date_of(CivilDay day) {
    const date::year_month_day ymd{date::sys_days{date::days{day.number}}};
    return {int{ymd.year()}, static_cast<int>(unsigned{ymd.month()}), static_cast<int>(unsigned{ymd.day()})};
}

std::string iso_date(CivilDay day) {
    const Date date = date_of(day);
    return fmt::format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::optional<CivilDay> civil_day(int year, int month, int day) {
    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > 31) return std::nullopt;
    const date::year_month_day ymd{date::year{year}, date::month{static_cast<unsigned>(month)},
                                   date::day{static_cast<unsigned>(day)}};
    if (!ymd.ok()) return std::nullopt;
    return CivilDay{static_cast<std::int32_t>(date::sys_days{ymd}.time_since_epoch().count())};
}

std::optional<CivilDay> parse_iso_date(std::string_view text) {
    int year = 0, month = 0, day = 0;
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    if (!parse_digits(text.substr(0, 4), year) || !parse_digits(text.substr(5, 2), month) ||
        !parse_digits(text.substr(8, 2), day))
        return std::nullopt;
    return civil_day(year, month, day);
}

IsoWeek iso_week(CivilDay day) {
    const iso_week::year_weeknum_weekday week{date::sys_days{date::days{day.number}}};
    return {int{week.year()}, static_cast<int>(unsigned{week.weeknum()})};
}

std::string iso_week_name(IsoWeek week) {
    return fmt::format("{:04}-W{:02}", week.year, week.week);
}

CivilDay monday_of(CivilDay day) {
    // 1970-01-01 was a Thursday: Monday is day 4 of the count.
    const std::int32_t since_monday = ((day.number - 4) % 7 + 7) % 7;
    return CivilDay{day.number - since_monday};
}

CivilCalendar::CivilCalendar(std::string zone, const void* handle)
    : zone_(std::move(zone)), handle_(handle) {}

Result<CivilCalendar> CivilCalendar::of(std::string_view zone) {
    // The tz library reads a file of that name: only names that can be zones reach it.
    const bool plain = !zone.empty() && zone.find_first_not_of(
                                            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                            "0123456789_+-/") == std::string_view::npos;
    if (!plain || zone.front() == '/')
        return refuse(fmt::format("'{}' is not the name of a time zone (such as Europe/Paris)", zone));
    try {
        return CivilCalendar(std::string(zone), date::locate_zone(std::string(zone)));
    } catch (const std::exception&) {
        return refuse(
            fmt::format("time zone '{}' is not in the system's tz database (package tzdata)", zone));
    }
}

const CivilCalendar::Stretch& CivilCalendar::stretch_at(std::int64_t utc_s) const {
    if (utc_s < last_.begin_utc_s || utc_s >= last_.end_utc_s) {
        const date::sys_info info =
            zone_of(handle_)->get_info(date::sys_seconds{std::chrono::seconds{utc_s}});
        last_ = {info.begin.time_since_epoch().count(), info.end.time_since_epoch().count(),
                 info.offset.count()};
    }
    return last_;
}

std::int64_t CivilCalendar::offset_s(std::int64_t utc_s) const {
    return stretch_at(utc_s).offset_s;
}

CivilDay CivilCalendar::day_of(std::int64_t utc_s) const {
    const Stretch stretch = stretch_at(utc_s);
    const CivilDay day{floor_day(utc_s + stretch.offset_s)};
    if (utc_s - kFarFromAnyChange >= stretch.begin_utc_s && utc_s + kFarFromAnyChange < stretch.end_utc_s)
        return day;
    // Where clocks go back over midnight (St. John's did, at 00:01), the old date shows a second time: the
    // day has begun and does not end again.
    if (utc_s < begin_of(day)) return next(day, -1);
    if (utc_s >= end_of(day)) return next(day);
    return day;
}

CivilCalendar::Instant CivilCalendar::instant_of(CivilDay day, std::int32_t second_of_day) const {
    const date::local_seconds local{std::chrono::seconds{day.number * kDaySeconds + second_of_day}};
    const date::local_info info = zone_of(handle_)->get_info(local);
    Instant instant;
    instant.ambiguous = info.result == date::local_info::ambiguous;
    instant.skipped = info.result == date::local_info::nonexistent;
    instant.utc_s = instant.skipped ? info.first.end.time_since_epoch().count()
                                    : (local.time_since_epoch() - info.first.offset).count();
    return instant;
}

std::int64_t CivilCalendar::begin_of(CivilDay day) const {
    // The offset in force at that count of seconds is nearly always the one at local midnight too; where both
    // ends of the guess lie in one stretch it certainly is, and the slow look-up by local time is not needed.
    const std::int64_t local_s = day.number * kDaySeconds;
    const Stretch stretch = stretch_at(local_s);
    const std::int64_t guess = local_s - stretch.offset_s;
    if (guess - kFarFromAnyChange >= stretch.begin_utc_s && guess + kFarFromAnyChange < stretch.end_utc_s)
        return guess;
    return instant_of(day, 0).utc_s;
}

std::string CivilCalendar::time_of_day(std::int64_t utc_s) const {
    const std::int64_t local_s = utc_s + offset_s(utc_s);
    const std::int64_t second = local_s - floor_day(local_s) * kDaySeconds;
    return fmt::format("{:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60);
}

std::string CivilCalendar::local_iso(std::int64_t utc_s) const {
    const std::int64_t offset = offset_s(utc_s);
    const std::int64_t minutes = (offset < 0 ? -offset : offset) / 60;
    return fmt::format("{}T{}{}{:02}:{:02}", iso_date(day_of(utc_s)), time_of_day(utc_s),
                       offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

}  // namespace assidu::config
