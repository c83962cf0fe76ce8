#include "reports/print/layouts.h"

#include <fmt/format.h>

#include "reports/print/parts.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilDay;

// As PHP's fputcsv writes a field that it is told to quote.
std::string quoted(std::string_view text) {
    std::string field = "\"";
    for (const char c : safe_text(text)) {
        if (c == '"') field += '"';
        field += c;
    }
    return field + "\"";
}

std::string hh_mm_ss(std::int64_t seconds) {
    return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string day_text(CivilDay day, char separator) {
    const config::Date date = config::date_of(day);
    return fmt::format("{0:02}{3}{1:02}{3}{2:04}", date.day, date.month, date.year, separator);
}

// A field of a ';' table: csv_field() keeps formulas from running, and quotes for commas.
std::string field(std::string_view text) {
    std::string made = csv_field(text);
    if (!made.starts_with('"') && made.find(';') != std::string::npos) made = "\"" + made + "\"";
    return made;
}

std::string line(const std::vector<std::string>& fields) {
    return fmt::format("{}\r\n", fmt::join(fields, ";"));
}

// "Xh Ymin", as report_trainingsessions shows durations.
std::string readable(std::int64_t seconds) {
    if (seconds < 3600) return fmt::format("{}min", seconds / 60);
    return fmt::format("{}h {}min", seconds / 3600, seconds / 60 % 60);
}

std::string local_minute(const config::CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s) {
    if (!utc_s) return {};
    return fmt::format("{} {}", config::iso_date(calendar.day_of(*utc_s)),
                       calendar.time_of_day(*utc_s).substr(0, 5));
}

std::string full_name(const Person& person) {
    return person.firstname + (person.firstname.empty() || person.lastname.empty() ? "" : " ") +
           person.lastname;
}

}  // namespace

std::string render_time_report(const StudentReport& report) {
    const Person person = report.person.value_or(Person{});
    const auto pair = [](std::string_view name, std::string_view value) {
        return fmt::format("{},{}\n", quoted(name), quoted(value));
    };
    std::string days;
    std::int64_t total = 0;
    for (const DayLine& day : report.days) {
        const std::int64_t seconds = day.measured_s + day.credited_s;
        if (seconds == 0) continue;
        total += seconds;
        days += pair(day_text(day.day, '/'), hh_mm_ss(seconds));
    }
    return "\"\"\n" + pair("Name", person.lastname) + pair("First name", person.firstname) +
           pair("Email address", person.email) +
           pair("Period", day_text(report.period.from, '-') + " - " + day_text(report.period.to, '-')) +
           pair("Total duration for the period", hh_mm_ss(total)) + pair("Date", "Total duration per day") +
           days;
}

std::string render_working_days(const StudentReport& report) {
    const Person person = report.person.value_or(Person{});
    std::string table = line({"userid", "username", "fullname", "workday", "week", "sessions", "seconds",
                              "duration", "firstsession", "courses"});
    for (const DayLine& day : report.days) {
        const std::int64_t seconds = day.measured_s + day.credited_s;
        if (seconds == 0) continue;
        std::string courses;
        for (const DayCourseLine& course : day.courses)
            courses += (courses.empty() ? "" : ", ") +
                       print::short_course_name(Language::fr, course.course, course.names);
        table += line({report.person ? std::to_string(person.user_id) : "", field(person.username),
                       field(full_name(person)), config::iso_date(day.day),
                       config::iso_week_name(config::iso_week(day.day)),
                       day.sessions ? std::to_string(*day.sessions) : "", std::to_string(seconds),
                       readable(seconds), local_minute(report.calendar, day.first_utc_s), field(courses)});
    }
    return table;
}

std::string render_sessions_only(const StudentReport& report) {
    std::string table = line({"start", "end", "seconds", "duration"});
    for (const SessionLine& session : report.sessions.value_or(std::vector<SessionLine>{})) {
        const std::int64_t seconds = session.end_utc_s - session.begin_utc_s;
        table += line({local_minute(report.calendar, session.begin_utc_s),
                       local_minute(report.calendar, session.end_utc_s), std::to_string(seconds),
                       readable(seconds)});
    }
    return table;
}

std::string render_user_rows(const GroupReport& report) {
    std::string table = line({"id", "idnumber", "firstname", "lastname", "email", "institution", "department",
                              "lastaccess", "elapsed", "sessions"});
    for (const GroupStudentLine& student : report.lines) {
        const Person person = student.person.value_or(Person{});
        table += line({student.person ? std::to_string(person.user_id) : "", field(person.idnumber),
                       field(person.firstname), field(person.lastname), field(person.email),
                       field(person.institution), field(person.department),
                       local_minute(report.calendar, student.last_utc_s),
                       hh_mm_ss(student.totals.measured_s + student.totals.credited_s),
                       student.totals.sessions ? std::to_string(*student.totals.sessions) : ""});
    }
    return table;
}

}  // namespace assidu::reports
