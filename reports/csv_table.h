// The one table of a CSV report: its columns, and lines made of them.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reports/durations.h"
#include "reports/model.h"
#include "reports/safe_text.h"

namespace assidu::reports::csv {

// The columns of every report, in order: one reader for every file. docs/formats/report-csv.md says what each
// means. The pool report has some more after those that all have.
enum class Column {
    record,
    key,
    value,
    student,
    username,
    student_idnumber,
    lastname,
    firstname,
    date_from,
    date_to,
    begin_utc_s,
    end_utc_s,
    begin_local,
    end_local,
    source,
    course,
    course_idnumber,
    course_shortname,
    course_fullname,
    activity,
    activity_type,
    activity_idnumber,
    activity_name,
    measured_s,
    credited_s,
    events,
    days,
    sessions,
    students,
    inside_s,
    clipped,
    measured,
    credited,
    // Of the pool report only:
    member,
    member_name,
    state,
    names,
    complete,
    last_statement,
    last_statement_sha256,
    announced_statement,
    announced_utc_s,
    statements_missing,
    missing_days,
    engine,
    as_of_utc_s,
    archived_events,
    last_event_utc_s,
    last_event_id,
};
inline constexpr std::size_t kColumnsOfEveryReport = static_cast<std::size_t>(Column::credited) + 1;
inline constexpr std::size_t kColumnsOfThePool = static_cast<std::size_t>(Column::last_event_id) + 1;

// A table that begins with its header line.
class Table {
  public:
    explicit Table(std::size_t columns);

    [[nodiscard]] std::size_t columns() const { return columns_; }
    void append(std::string_view line) { text_ += line; }
    [[nodiscard]] std::string text() && { return std::move(text_); }

  private:
    std::size_t columns_;
    std::string text_;
};

// A line that is being filled: what is not set, or not known, is an empty field.
class Line {
  public:
    explicit Line(std::string_view record) { text(Column::record, record); }

    Line& text(Column column, std::string_view value) {
        fields_[static_cast<std::size_t>(column)] = csv_field(value);
        return *this;
    }
    Line& number(Column column, std::int64_t value) {
        fields_[static_cast<std::size_t>(column)] = fmt::format("{}", value);
        return *this;
    }
    // A number that is not known leaves its field empty.
    Line& number(Column column, const std::optional<std::int64_t>& value) {
        return value ? number(column, *value) : *this;
    }
    // Digits, signs and spaces of our own: nothing to escape.
    Line& plain(Column column, std::string_view value) {
        fields_[static_cast<std::size_t>(column)] = value;
        return *this;
    }
    Line& amount(const auto& line) {
        return number(Column::measured_s, line.measured_s)
            .number(Column::credited_s, line.credited_s)
            .number(Column::events, line.events)
            .text(Column::measured, h_mm_ss(line.measured_s))
            .text(Column::credited, h_mm_ss(line.credited_s));
    }
    Line& totals(const Totals& totals) {
        return amount(totals).number(Column::days, totals.days).number(Column::sessions, totals.sessions);
    }
    Line& begin(const config::CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s) {
        if (!utc_s) return *this;
        return number(Column::begin_utc_s, *utc_s).text(Column::begin_local, calendar.local_iso(*utc_s));
    }
    Line& end(const config::CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s) {
        if (!utc_s) return *this;
        return number(Column::end_utc_s, *utc_s).text(Column::end_local, calendar.local_iso(*utc_s));
    }
    Line& days(config::CivilDay from, config::CivilDay to) {
        return text(Column::date_from, config::iso_date(from)).text(Column::date_to, config::iso_date(to));
    }
    Line& person(const federation::StudentId& student, const std::optional<Person>& person) {
        text(Column::student, federation::to_string(student));
        if (!person) return *this;
        return text(Column::username, person->username)
            .text(Column::student_idnumber, person->idnumber)
            .text(Column::lastname, person->lastname)
            .text(Column::firstname, person->firstname);
    }
    Line& place(std::int64_t course, const std::optional<Course>& names) {
        number(Column::course, course);
        if (!names) return *this;
        return text(Column::course_idnumber, names->idnumber)
            .text(Column::course_shortname, names->shortname)
            .text(Column::course_fullname, names->fullname);
    }
    Line& place(const ActivityLine& activity) {
        number(Column::activity, activity.activity);
        if (!activity.names) return *this;
        return text(Column::activity_type, activity.names->type)
            .text(Column::activity_idnumber, activity.names->idnumber)
            .text(Column::activity_name, activity.names->name);
    }

    void append_to(Table& table) const;

  private:
    std::array<std::string, kColumnsOfThePool> fields_;
};

void put_meta(Table& table, std::string_view key, std::string_view value);
void put_meta(Table& table, std::string_view key, std::int64_t value);
void put_period(Table& table, const federation::Period& period, const config::CivilCalendar& calendar);
// The rule and the instant of issue.
void put_rule(Table& table, const Imprint& imprint);

}  // namespace assidu::reports::csv
