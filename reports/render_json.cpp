#include <nlohmann/json.hpp>

#include "reports/durations.h"
#include "reports/render.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilCalendar;
using Json = nlohmann::ordered_json;

constexpr std::int64_t kFormatVersion = 1;

void put_amount(Json& object, const auto& line) {
    object["measured_s"] = line.measured_s;
    object["credited_s"] = line.credited_s;
    object["events"] = line.events;
}

void put_instant(Json& object, const std::string& name, const CivilCalendar& calendar,
                 const std::optional<std::int64_t>& utc_s) {
    object[name + "_utc_s"] = utc_s ? Json(*utc_s) : Json(nullptr);
    object[name + "_local"] = utc_s ? Json(calendar.local_iso(*utc_s)) : Json(nullptr);
}

Json known(const std::optional<std::int64_t>& number) {
    return number ? Json(*number) : Json(nullptr);
}

Json known(const std::string& name) {
    return name.empty() ? Json(nullptr) : Json(safe_text(name));
}

Json course_json(std::int64_t course, const std::optional<Course>& maybe_names) {
    const Course names = maybe_names.value_or(Course{});
    return {{"course", course},
            {"fullname", known(names.fullname)},
            {"shortname", known(names.shortname)},
            {"idnumber", known(names.idnumber)}};
}

Json student_json(const federation::StudentId& student, const std::optional<Person>& maybe_person) {
    const Person person = maybe_person.value_or(Person{});
    return {{"student", federation::to_string(student)},
            {"in_directory", maybe_person.has_value()},
            {"user_id", maybe_person ? Json(person.user_id) : Json(nullptr)},
            {"username", known(person.username)},
            {"idnumber", known(person.idnumber)},
            {"lastname", known(person.lastname)},
            {"firstname", known(person.firstname)},
            {"email", known(person.email)},
            {"institution", known(person.institution)},
            {"department", known(person.department)}};
}

Json totals_json(const Totals& totals) {
    Json object;
    put_amount(object, totals);
    object["days"] = totals.days;
    object["sessions"] = known(totals.sessions);
    object["measured"] = h_mm_ss(totals.measured_s);
    object["credited"] = h_mm_ss(totals.credited_s);
    return object;
}

Json period_json(const federation::Period& period, const CivilCalendar& calendar) {
    return {{"from", config::iso_date(period.from)},
            {"to", config::iso_date(period.to)},
            {"timezone", calendar.zone()},
            {"begin_utc_s", calendar.begin_of(period.from)},
            {"end_utc_s", calendar.end_of(period.to)}};
}

// What is kept of a member's statements, into the object that names the member.
void put_declared(Json& object, const Declared& declared, const CivilCalendar& calendar) {
    object["complete"] = declared.complete();
    object["last_statement"] = declared.last.number > 0 ? Json(declared.last.number) : Json(nullptr);
    object["last_statement_sha256"] = known(declared.last.digest);
    object["announced_statement"] = declared.announced > 0 ? Json(declared.announced) : Json(nullptr);
    put_instant(object, "announced", calendar, declared.announced_utc_s);
    object["statements_missing"] = declared.statements_missing();
    object["missing_days"] = Json::array();
    for (const federation::Period& run : declared.missing_days)
        object["missing_days"].push_back(
            {{"from", config::iso_date(run.from)}, {"to", config::iso_date(run.to)}});
}

Json received_json(const Received& received, const CivilCalendar& calendar) {
    Json object = {{"hub", safe_text(received.hub_id)},
                   {"hub_name", safe_text(received.hub_name)},
                   {"member", safe_text(received.member_id)},
                   {"member_name", safe_text(received.member_name)}};
    put_declared(object, received.declared, calendar);
    return object;
}

Json provenance_json(const Provenance& provenance, const CivilCalendar& calendar) {
    Json object = {{"node", safe_text(provenance.node_id)},
                   {"node_name", safe_text(provenance.node_name)},
                   {"wwwroot", known(provenance.wwwroot)},
                   {"scale",
                    {{"id", safe_text(provenance.scale.id)},
                     {"version", provenance.scale.version},
                     {"sha256", provenance.scale.sha256},
                     {"label", safe_text(provenance.scale_label)},
                     {"idle_s", provenance.idle_s},
                     {"idle_credit_s", provenance.idle_credit_s},
                     {"last_credit_s", provenance.last_credit_s},
                     {"document", provenance.scale.document}}},
                   {"timezone", provenance.timezone},
                   {"engine", safe_text(provenance.freshness.engine)},
                   {"archived_events", provenance.freshness.archived_events}};
    put_instant(object, "as_of", calendar, provenance.freshness.as_of_utc_s);
    put_instant(object, "last_event", calendar, provenance.freshness.last_event_utc_s);
    object["last_event_id"] = known(provenance.freshness.last_event_id);
    put_instant(object, "issued_at", calendar, provenance.issued_at_utc_s);
    object["dropped"] = provenance.dropped ? Json::object() : Json(nullptr);
    if (provenance.dropped)
        for (const auto& [reason, events] : *provenance.dropped)
            object["dropped"][safe_text(reason)] = events;
    object["outages"] = Json::array();
    for (const federation::Outage& outage : provenance.outages) {
        Json line;
        put_instant(line, "from", calendar, outage.from_utc_s);
        put_instant(line, "to", calendar, outage.to_utc_s);
        line["cause"] = safe_text(outage.cause);
        object["outages"].push_back(std::move(line));
    }
    object["remarks"] = Json::array();
    for (const std::string& code : provenance.remarks)
        object["remarks"].push_back(safe_text(code));
    if (provenance.received) object["received"] = received_json(*provenance.received, calendar);
    return object;
}

Json day_json(const DayLine& day, const CivilCalendar& calendar) {
    Json object = {{"date", config::iso_date(day.day)}};
    put_instant(object, "first", calendar, day.first_utc_s);
    put_instant(object, "last", calendar, day.last_utc_s);
    object["sessions"] = known(day.sessions);
    put_amount(object, day);
    object["courses"] = Json::array();
    for (const DayCourseLine& course : day.courses) {
        Json line = course_json(course.course, course.names);
        put_amount(line, course);
        object["courses"].push_back(std::move(line));
    }
    return object;
}

Json course_line_json(const CourseLine& course) {
    Json object = course_json(course.course, course.names);
    put_amount(object, course);
    object["pages"] = {{"measured_s", course.pages_measured_s},
                       {"credited_s", course.pages_credited_s},
                       {"events", course.pages_events}};
    object["activities"] = Json::array();
    for (const ActivityLine& activity : course.activities) {
        const Activity names = activity.names.value_or(Activity{});
        Json line = {{"activity", activity.activity},
                     {"name", known(names.name)},
                     {"type", known(names.type)},
                     {"idnumber", known(names.idnumber)}};
        put_amount(line, activity);
        object["activities"].push_back(std::move(line));
    }
    return object;
}

Json session_json(const SessionLine& session, const CivilCalendar& calendar) {
    Json object;
    put_instant(object, "begin", calendar, session.begin_utc_s);
    put_instant(object, "end", calendar, session.end_utc_s);
    object["duration_s"] = session.end_utc_s - session.begin_utc_s;
    object["inside_s"] = session.inside_s;
    object["clipped"] = session.clipped;
    object["events"] = session.events;
    object["courses"] = Json::array();
    for (const auto& [course, names] : session.courses)
        object["courses"].push_back(course_json(course, names));
    return object;
}

template <class Lines, class Write>
Json array_of(const Lines& lines, const Write& write) {
    Json array = Json::array();
    for (const auto& line : lines)
        array.push_back(write(line));
    return array;
}

std::string text_of(const Json& document) {
    return document.dump(2) + "\n";
}

}  // namespace

std::string render_json(const StudentReport& report) {
    const CivilCalendar& calendar = report.calendar;
    Json document = {{"format", "assidu-student-report"},
                     {"version", kFormatVersion},
                     {"language", report.provenance.language},
                     {"period", period_json(report.period, calendar)},
                     {"student", student_json(report.student, report.person)},
                     {"totals", totals_json(report.totals)}};
    document["days"] = array_of(report.days, [&](const DayLine& day) { return day_json(day, calendar); });
    document["courses"] = array_of(report.courses, course_line_json);
    document["sessions"] = nullptr;
    if (report.sessions)
        document["sessions"] = array_of(
            *report.sessions, [&](const SessionLine& session) { return session_json(session, calendar); });
    document["provenance"] = provenance_json(report.provenance, calendar);
    return text_of(document);
}

std::string render_json(const GroupReport& report) {
    const CivilCalendar& calendar = report.calendar;
    Json document = {{"format", "assidu-group-report"},
                     {"version", kFormatVersion},
                     {"language", report.provenance.language},
                     {"period", period_json(report.period, calendar)},
                     {"students", report.students},
                     {"active", report.active},
                     {"median_s", report.median_s},
                     {"totals", totals_json(report.totals)}};
    document["lines"] = array_of(report.lines, [&](const GroupStudentLine& student) {
        Json line = student_json(student.student, student.person);
        line["totals"] = totals_json(student.totals);
        put_instant(line, "first", calendar, student.first_utc_s);
        put_instant(line, "last", calendar, student.last_utc_s);
        return line;
    });
    document["courses"] = array_of(report.courses, [](const GroupCourseLine& course) {
        Json line = {{"source", safe_text(course.source)}};
        line.update(course_json(course.course, course.names));
        line["students"] = course.students;
        put_amount(line, course);
        return line;
    });
    document["weeks"] = array_of(report.weeks, [](const WeekLine& week) {
        Json line = {{"week", config::iso_week_name(week.week)},
                     {"from", config::iso_date(week.from)},
                     {"to", config::iso_date(week.to)},
                     {"students", week.students}};
        put_amount(line, week);
        return line;
    });
    document["provenance"] = provenance_json(report.provenance, calendar);
    return text_of(document);
}

}  // namespace assidu::reports
