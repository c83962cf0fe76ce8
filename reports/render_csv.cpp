#include <fmt/format.h>

#include <array>

#include "reports/durations.h"
#include "reports/render.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilCalendar;

// The columns of both reports, in order: one reader for every file. docs/formats/report-csv.md says what each
// means.
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
};
constexpr std::array<std::string_view, 33> kColumns{"record",
                                                    "key",
                                                    "value",
                                                    "student",
                                                    "username",
                                                    "student_idnumber",
                                                    "lastname",
                                                    "firstname",
                                                    "date_from",
                                                    "date_to",
                                                    "begin_utc_s",
                                                    "end_utc_s",
                                                    "begin_local",
                                                    "end_local",
                                                    "source",
                                                    "course",
                                                    "course_idnumber",
                                                    "course_shortname",
                                                    "course_fullname",
                                                    "activity",
                                                    "activity_type",
                                                    "activity_idnumber",
                                                    "activity_name",
                                                    "measured_s",
                                                    "credited_s",
                                                    "events",
                                                    "days",
                                                    "sessions",
                                                    "students",
                                                    "inside_s",
                                                    "clipped",
                                                    "measured",
                                                    "credited"};
static_assert(static_cast<std::size_t>(Column::credited) + 1 == kColumns.size());

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
    Line& begin(const CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s) {
        if (!utc_s) return *this;
        return number(Column::begin_utc_s, *utc_s).text(Column::begin_local, calendar.local_iso(*utc_s));
    }
    Line& end(const CivilCalendar& calendar, const std::optional<std::int64_t>& utc_s) {
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

    void append_to(std::string& table) const {
        for (std::size_t i = 0; i < fields_.size(); ++i) {
            if (i > 0) table.push_back(',');
            table += fields_[i];
        }
        table += "\r\n";
    }

  private:
    std::array<std::string, kColumns.size()> fields_;
};

void put_header(std::string& table) {
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
        if (i > 0) table.push_back(',');
        table += kColumns[i];
    }
    table += "\r\n";
}

void put_meta(std::string& table, std::string_view key, std::string_view value) {
    Line("meta").text(Column::key, key).text(Column::value, value).append_to(table);
}

void put_meta(std::string& table, std::string_view key, std::int64_t value) {
    Line("meta").text(Column::key, key).number(Column::value, value).append_to(table);
}

// What is kept of the member's statements.
void put_received(std::string& table, const Received& received) {
    put_meta(table, "hub", received.hub_id);
    put_meta(table, "hub_name", received.hub_name);
    put_meta(table, "member", received.member_id);
    put_meta(table, "member_name", received.member_name);
    const Declared& declared = received.declared;
    put_meta(table, "complete", std::int64_t{declared.complete()});
    if (declared.last.number > 0) {
        put_meta(table, "last_statement", declared.last.number);
        put_meta(table, "last_statement_sha256", declared.last.digest);
    }
    if (declared.announced > 0) put_meta(table, "announced_statement", declared.announced);
    if (declared.announced_utc_s) put_meta(table, "announced_utc_s", *declared.announced_utc_s);
    put_meta(table, "statements_missing", declared.statements_missing());
    for (const federation::Period& run : declared.missing_days)
        Line("missing_days").days(run.from, run.to).append_to(table);
}

void put_provenance(std::string& table, const Provenance& provenance, const CivilCalendar& calendar) {
    put_meta(table, "node", provenance.node_id);
    put_meta(table, "node_name", provenance.node_name);
    if (!provenance.wwwroot.empty()) put_meta(table, "wwwroot", provenance.wwwroot);
    put_meta(table, "scale_id", provenance.scale.id);
    put_meta(table, "scale_version", provenance.scale.version);
    put_meta(table, "scale_sha256", provenance.scale.sha256);
    put_meta(table, "scale_label", provenance.scale_label);
    put_meta(table, "idle_s", provenance.idle_s);
    put_meta(table, "idle_credit_s", provenance.idle_credit_s);
    put_meta(table, "last_credit_s", provenance.last_credit_s);
    put_meta(table, "timezone", provenance.timezone);
    put_meta(table, "engine", provenance.freshness.engine);
    put_meta(table, "as_of_utc_s", provenance.freshness.as_of_utc_s);
    put_meta(table, "archived_events", provenance.freshness.archived_events);
    if (provenance.freshness.last_event_utc_s)
        put_meta(table, "last_event_utc_s", *provenance.freshness.last_event_utc_s);
    if (provenance.freshness.last_event_id)
        put_meta(table, "last_event_id", *provenance.freshness.last_event_id);
    put_meta(table, "issued_at_utc_s", provenance.issued_at_utc_s);
    put_meta(table, "outages", static_cast<std::int64_t>(provenance.outages.size()));
    if (!provenance.dropped) put_meta(table, "dropped", "");
    for (const auto& [reason, events] : provenance.dropped.value_or(std::map<std::string, std::int64_t>{}))
        Line("dropped").text(Column::key, reason).number(Column::events, events).append_to(table);
    for (const federation::Outage& outage : provenance.outages)
        Line("outage")
            .text(Column::value, outage.cause)
            .begin(calendar, outage.from_utc_s)
            .end(calendar, outage.to_utc_s)
            .append_to(table);
    for (const std::string& code : provenance.remarks)
        Line("remark").text(Column::key, code).append_to(table);
    if (provenance.received) put_received(table, *provenance.received);
}

void put_head(std::string& table, std::string_view format, const Provenance& provenance,
              const federation::Period& period, const CivilCalendar& calendar) {
    put_header(table);
    put_meta(table, "format", format);
    put_meta(table, "version", 1);
    put_meta(table, "language", provenance.language);
    Line("period")
        .days(period.from, period.to)
        .begin(calendar, calendar.begin_of(period.from))
        .end(calendar, calendar.end_of(period.to))
        .append_to(table);
    put_provenance(table, provenance, calendar);
}

void put_days(std::string& table, const StudentReport& report) {
    for (const DayLine& day : report.days) {
        Line("day")
            .days(day.day, day.day)
            .begin(report.calendar, day.first_utc_s)
            .end(report.calendar, day.last_utc_s)
            .amount(day)
            .number(Column::sessions, day.sessions)
            .append_to(table);
        for (const DayCourseLine& course : day.courses)
            Line("day_course")
                .days(day.day, day.day)
                .place(course.course, course.names)
                .amount(course)
                .append_to(table);
    }
}

void put_courses(std::string& table, const StudentReport& report) {
    for (const CourseLine& course : report.courses) {
        Line("course").place(course.course, course.names).amount(course).append_to(table);
        for (const ActivityLine& activity : course.activities)
            Line("activity")
                .place(course.course, course.names)
                .place(activity)
                .amount(activity)
                .append_to(table);
        const Totals pages{course.pages_measured_s, course.pages_credited_s, course.pages_events};
        Line("course_pages").place(course.course, course.names).amount(pages).append_to(table);
    }
}

void put_sessions(std::string& table, const StudentReport& report) {
    if (!report.sessions) return;
    for (const SessionLine& session : *report.sessions) {
        std::string courses;
        for (const auto& [course, names] : session.courses)
            courses += fmt::format("{}{}", courses.empty() ? "" : " ", course);
        // A session's time is all measured; its courses are a list, so they are a value and not the column
        // `course`.
        const Totals whole{session.end_utc_s - session.begin_utc_s, 0, session.events};
        Line("session")
            .text(Column::key, "courses")
            .plain(Column::value, courses)
            .begin(report.calendar, session.begin_utc_s)
            .end(report.calendar, session.end_utc_s)
            .amount(whole)
            .number(Column::inside_s, session.inside_s)
            .number(Column::clipped, session.clipped ? 1 : 0)
            .append_to(table);
    }
}

}  // namespace

std::string render_csv(const StudentReport& report) {
    std::string table;
    put_head(table, "assidu-student-report", report.provenance, report.period, report.calendar);
    Line total("total");
    total.person(report.student, report.person)
        .days(report.period.from, report.period.to)
        .totals(report.totals);
    total.append_to(table);
    put_days(table, report);
    put_courses(table, report);
    put_sessions(table, report);
    return table;
}

std::string render_csv(const GroupReport& report) {
    std::string table;
    put_head(table, "assidu-group-report", report.provenance, report.period, report.calendar);
    put_meta(table, "active", report.active);
    put_meta(table, "median_s", report.median_s);
    Line total("total");
    total.days(report.period.from, report.period.to)
        .totals(report.totals)
        .number(Column::students, report.students);
    total.append_to(table);
    for (const GroupStudentLine& student : report.lines)
        Line("student")
            .person(student.student, student.person)
            .begin(report.calendar, student.first_utc_s)
            .end(report.calendar, student.last_utc_s)
            .totals(student.totals)
            .append_to(table);
    for (const GroupCourseLine& course : report.courses)
        Line("course")
            .text(Column::source, course.source)
            .place(course.course, course.names)
            .amount(course)
            .number(Column::students, course.students)
            .append_to(table);
    for (const WeekLine& week : report.weeks)
        Line("week")
            .text(Column::key, config::iso_week_name(week.week))
            .days(week.from, week.to)
            .amount(week)
            .number(Column::students, week.students)
            .append_to(table);
    return table;
}

}  // namespace assidu::reports
