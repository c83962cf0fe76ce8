// The sections of a scale that say what becomes of time: calendar, caps, credits, and how totals are shown.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/limits.h"
#include "config/scale_sections.h"

namespace assidu::config {
namespace {

using nlohmann::json;
constexpr std::int64_t kIdMax = INT64_MAX;
constexpr std::int32_t kDaySeconds = 86'400;

std::optional<int> two_digits(std::string_view text) {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.size() != 2 || error != std::errc() || end != text.data() + 2 || text.front() == '-')
        return std::nullopt;
    return value;
}

// "08:30" as seconds of the day, "24:00" as its end.
std::optional<std::int32_t> second_of_day(const json& value) {
    if (!value.is_string()) return std::nullopt;
    const std::string text = value.get<std::string>();
    if (text.size() != 5 || text[2] != ':') return std::nullopt;
    const auto hours = two_digits(text.substr(0, 2)), minutes = two_digits(text.substr(3));
    if (!hours || !minutes || *hours > 24 || *minutes > 59 || (*hours == 24 && *minutes > 0))
        return std::nullopt;
    return *hours * 3600 + *minutes * 60;
}

void read_windows(ObjectReader& calendar, std::vector<Scale::Calendar::Window>& windows) {
    const json* member = calendar.find("windows", /*required=*/false);
    if (member == nullptr) return;
    const std::string shape = "must be a list of [\"HH:MM\", \"HH:MM\"], from 00:00 to 24:00";
    if (!member->is_array()) return calendar.object_to("windows", shape);
    for (const json& window : *member) {
        if (!window.is_array() || window.size() != 2) return calendar.object_to("windows", shape);
        const auto begin = second_of_day(window[0]), end = second_of_day(window[1]);
        if (!begin || !end) return calendar.object_to("windows", shape);
        if (*begin >= *end)
            return calendar.object_to(
                "windows", fmt::format("has a window that ends before it begins: {}", window.dump()));
        windows.push_back({*begin, *end});
    }
    std::ranges::sort(windows, {}, &Scale::Calendar::Window::begin_s);
    for (std::size_t i = 1; i < windows.size(); ++i) {
        if (windows[i].begin_s < windows[i - 1].end_s)
            return calendar.object_to("windows", "has windows that overlap");
    }
    // Once round the clock says nothing.
    if (windows.size() == 1 && windows[0].begin_s == 0 && windows[0].end_s == kDaySeconds) windows.clear();
}

void read_dates(ObjectReader& calendar, std::vector<CivilDay>& days) {
    for (const std::string& text : calendar.texts_or_none("exclude_dates")) {
        const auto day = parse_iso_date(text);
        if (!day) return calendar.object_to("exclude_dates", fmt::format("has '{}', which is no date", text));
        days.push_back(*day);
    }
    std::ranges::sort(days);
}

void read_month_days(ObjectReader& calendar, std::vector<Scale::Calendar::MonthDay>& days) {
    for (const std::string& text : calendar.texts_or_none("exclude_month_days")) {
        const bool shaped = text.size() == 5 && text[2] == '-';
        const auto month = shaped ? two_digits(text.substr(0, 2)) : std::nullopt;
        const auto day = shaped ? two_digits(text.substr(3)) : std::nullopt;
        // 2024 has every day that any year has.
        if (!month || !day || !civil_day(2024, *month, *day))
            return calendar.object_to("exclude_month_days",
                                      fmt::format("has '{}', which is no month and day (MM-DD)", text));
        days.push_back({*month, *day});
    }
}

// An object of seconds by activity type.
std::map<std::string, std::int64_t> seconds_by_name(ObjectReader& caps, const char* key, std::int64_t max) {
    std::map<std::string, std::int64_t> seconds;
    const json* member = caps.find(key, /*required=*/false);
    if (member == nullptr) return seconds;
    ObjectReader reader(*member, caps.path(key), caps.objections());
    if (!member->is_object()) return seconds;
    for (const auto& [name, value] : member->items())
        seconds[name] = reader.integer(name.c_str(), 0, max);
    return seconds;
}

std::optional<std::int64_t> optional_seconds(ObjectReader& reader, const char* key, std::int64_t min,
                                             std::int64_t max) {
    const json* member = reader.find(key, /*required=*/false);
    if (member == nullptr || member->is_null()) return std::nullopt;
    return reader.integer(key, min, max);
}

Scale::CompletionCredit read_completion_credit(ObjectReader& credit) {
    Scale::CompletionCredit rule;
    if (const json* match = credit.find("match")) {
        ObjectReader reader(*match, credit.path("match"), credit.objections());
        if (reader.has("cmid")) rule.activity = reader.integer("cmid", 1, kIdMax);
        if (reader.has("modname")) rule.module = reader.text("modname");
        if (reader.has("course_idnumber")) rule.course_number = reader.text("course_idnumber");
        reader.finish();
    }
    const json* seconds = credit.find("seconds");
    if (seconds != nullptr && *seconds != json("item"))
        rule.seconds = credit.integer("seconds", 0, limits::kScaleTotalSecondsMax);
    rule.mode = credit.one_of<Scale::CreditMode>("mode", {{"floor", Scale::CreditMode::floor},
                                                          {"ceiling", Scale::CreditMode::ceiling},
                                                          {"replace", Scale::CreditMode::replace},
                                                          {"add", Scale::CreditMode::add}});
    rule.states = {1, 2};
    if (credit.has("states")) {
        rule.states.clear();
        for (const std::int64_t state : credit.integers_or_none("states", 0, 3))
            rule.states.push_back(static_cast<int>(state));
        if (rule.states.empty()) credit.object_to("states", "must name a state");
    }
    credit.finish();
    return rule;
}

Scale::ForeignTime external_policy(ObjectReader& external, const char* key) {
    return external.one_of_or_first<Scale::ForeignTime>(key, {{"ignore", Scale::ForeignTime::none},
                                                              {"floor", Scale::ForeignTime::floor},
                                                              {"replace", Scale::ForeignTime::replace}});
}

void read_declared(ObjectReader& declared, Scale::Credits& rules) {
    rules.declared =
        declared.one_of<Scale::ForeignTime>("policy", {{"none", Scale::ForeignTime::none},
                                                       {"floor", Scale::ForeignTime::floor},
                                                       {"replace", Scale::ForeignTime::replace}});
    rules.declared_validated = declared.boolean_or("require_validation", true);
    rules.declared_session_max_s =
        optional_seconds(declared, "max_session", 1, limits::kScaleTotalSecondsMax);
    rules.declared_age_max_days = optional_seconds(declared, "max_age_days", 0, limits::kPeriodDaysMax);
    rules.declared_no_overlap = declared.boolean_or("no_overlap", true);
    declared.finish();
}

}  // namespace

void read_calendar(ObjectReader& calendar, Scale::Calendar& rules) {
    for (const std::int64_t weekday : calendar.integers_or_none("weekdays", 1, 7))
        rules.weekdays.push_back(static_cast<int>(weekday));
    std::ranges::sort(rules.weekdays);
    if (calendar.has("weekdays") && rules.weekdays.empty())
        calendar.object_to("weekdays", "must name a day of the week: 1 Monday to 7 Sunday");
    if (std::ranges::adjacent_find(rules.weekdays) != rules.weekdays.end())
        calendar.object_to("weekdays", "names a day twice");
    if (rules.weekdays.size() == 7) rules.weekdays.clear();
    if (const json* windows = calendar.find("windows", /*required=*/false);
        windows != nullptr && windows->is_array() && windows->empty())
        calendar.object_to("windows", "must have a window");
    read_windows(calendar, rules.windows);
    read_dates(calendar, rules.exclude_dates);
    read_month_days(calendar, rules.exclude_month_days);
    rules.user_days = calendar.one_of_or_first<bool>("user_days", {{"none", false}, {"signed_list", true}});
    rules.mode = calendar.one_of_or_first<Scale::CalendarMode>(
        "mode", {{"clip", Scale::CalendarMode::clip}, {"mark", Scale::CalendarMode::mark}});
    calendar.finish();
}

void read_caps(ObjectReader& caps, Scale::Caps& rules) {
    rules.day_s = optional_seconds(caps, "day", 0, 25 * 3600);
    rules.week_s = optional_seconds(caps, "week", 0, 8 * 86'400);
    rules.activity_day_s = seconds_by_name(caps, "activity_day", 25 * 3600);
    rules.activity_total_s = seconds_by_name(caps, "activity_total", limits::kScaleTotalSecondsMax);
    for (const auto& [name, seconds] : seconds_by_name(caps, "course_total", limits::kScaleTotalSecondsMax)) {
        std::int64_t course = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), course);
        if (error != std::errc() || end != name.data() + name.size() || course < 0)
            caps.object_to("course_total." + name, "must be named by the id of a course");
        rules.course_total_s[course] = seconds;
    }
    caps.finish();
}

void read_credits(ObjectReader& credits, Scale::Credits& rules) {
    if (const json* list = credits.find("completion", /*required=*/false)) {
        if (list->is_array()) {
            for (std::size_t i = 0; i < list->size(); ++i) {
                ObjectReader reader((*list)[i], credits.path(fmt::format("completion[{}]", i)),
                                    credits.objections());
                rules.completion.push_back(read_completion_credit(reader));
            }
        } else {
            credits.object_to("completion", "must be a list of credits");
        }
    }
    if (const json* declared = credits.find("declared", /*required=*/false)) {
        ObjectReader reader(*declared, credits.path("declared"), credits.objections());
        read_declared(reader, rules);
    }
    if (const json* external = credits.find("external", /*required=*/false)) {
        ObjectReader reader(*external, credits.path("external"), credits.objections());
        rules.scorm = external_policy(reader, "scorm");
        rules.timestat = external_policy(reader, "timestat");
        reader.finish();
    }
    credits.only_supported("on", "completion_day");
    credits.finish();
}

void read_rounding(ObjectReader& rounding, Scale::Display& rules) {
    rules.round_to_s = rounding.integer_or("unit", 1, 3600, 1);
    rules.round = rounding.one_of_or_first<Scale::Round>("mode", {{"floor", Scale::Round::floor},
                                                                  {"nearest", Scale::Round::nearest},
                                                                  {"ceiling", Scale::Round::ceiling}});
    rounding.only_supported("at", "display");
    rounding.finish();
}

void read_display(ObjectReader& display, Scale::Display& rules) {
    rules.hour_minutes = display.integer_or("hour_minutes", 1, 60, 60);
    rules.seconds = display.one_of_or_first<bool>("format", {{"hh:mm:ss", true}, {"hh:mm", false}});
    display.finish();
}

void read_attendance(ObjectReader& attendance, Scale::Display& rules) {
    rules.present_from_s = attendance.integer_or("present_if_day_seconds", 1, 25 * 3600, 1);
    rules.half_from_s = optional_seconds(attendance, "half_day", 1, 25 * 3600);
    if (rules.half_from_s && *rules.half_from_s >= rules.present_from_s)
        attendance.object_to("half_day",
                             "must be less than present_if_day_seconds, from which a day is whole");
    attendance.finish();
}

void read_outputs(ObjectReader& outputs, Scale::Display& rules) {
    rules.daily = outputs.boolean_or("daily", true);
    rules.per_course = outputs.boolean_or("per_course", true);
    rules.sessions = outputs.boolean_or("sessions", true);
    rules.credited_columns = outputs.boolean_or("measured_and_credited_columns", true);
    outputs.finish();
}

}  // namespace assidu::config
