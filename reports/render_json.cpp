#include "config/canonical_json.h"
#include "reports/durations.h"
#include "reports/json_parts.h"
#include "reports/render.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilCalendar;
using namespace json;

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

Json dossier_json(const federation::Dossier& dossier) {
    return {{"funder", safe_text(dossier.funder)},
            {"number", safe_text(dossier.number)},
            {"training", known(dossier.training)},
            {"nature", federation::name_of(dossier.nature)},
            {"modality", federation::name_of(dossier.modality)},
            {"status", known(dossier.status)},
            {"from", config::iso_date(dossier.from)},
            {"to", config::iso_date(dossier.to)},
            {"planned_s", known(dossier.planned_s)},
            {"groups", array_of(dossier.groups, [](const std::string& group) { return safe_text(group); })}};
}

Json finding_json(const LintFinding& finding) {
    Json object = {{"code", finding.code}, {"severity", name_of(finding.severity)}};
    object["days"] = array_of(finding.days, [](const federation::Period& run) {
        return Json{{"from", config::iso_date(run.from)}, {"to", config::iso_date(run.to)}};
    });
    object["seconds"] = finding.seconds;
    object["limit_s"] = finding.limit_s;
    object["about"] = known(finding.about);
    object["override"] = nullptr;
    if (finding.overridden)
        object["override"] = {{"reason", safe_text(finding.overridden->reason)},
                              {"author", safe_text(finding.overridden->author)},
                              {"made_utc_s", finding.overridden->made_utc_s}};
    return object;
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
                   {"scale", scale_json(provenance)},
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
    object["outages"] = outages_json(provenance.outages, calendar);
    object["remarks"] = Json::array();
    for (const std::string& code : provenance.remarks)
        object["remarks"].push_back(safe_text(code));
    object["template"] = nullptr;
    if (provenance.used_template)
        object["template"] = {{"id", provenance.used_template->id},
                              {"version", provenance.used_template->version},
                              {"sha256", provenance.used_template->sha256}};
    object["replaced"] = nullptr;
    if (provenance.replaced) {
        Json& replaced = object["replaced"] = {{"data_sha256", provenance.replaced->data_sha256}};
        put_instant(replaced, "issued_at", calendar, provenance.replaced->issued_at_utc_s);
        replaced["why"] = provenance.replaced->why;
    }
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

}  // namespace

namespace {

Json document_of(const StudentReport& report) {
    const CivilCalendar& calendar = report.calendar;
    Json document = {{"format", "assidu-student-report"},
                     {"version", kFormatVersion},
                     {"language", report.provenance.language},
                     {"period", period_json(report.period, calendar)},
                     {"student", student_json(report.student, report.person)},
                     {"dossiers", array_of(report.dossiers, dossier_json)},
                     {"totals", totals_json(report.totals)}};
    document["findings"] = nullptr;
    if (report.findings) document["findings"] = array_of(*report.findings, finding_json);
    document["days"] = array_of(report.days, [&](const DayLine& day) { return day_json(day, calendar); });
    document["courses"] = array_of(report.courses, course_line_json);
    document["sessions"] = nullptr;
    if (report.sessions)
        document["sessions"] = array_of(
            *report.sessions, [&](const SessionLine& session) { return session_json(session, calendar); });
    document["provenance"] = provenance_json(report.provenance, calendar);
    return document;
}

}  // namespace

std::string render_json(const StudentReport& report) {
    return text_of(document_of(report));
}

config::Result<std::string> canonical_data(const StudentReport& report) {
    Json document = document_of(report);
    // An id that is derived from a row's contents may be over 2^53.
    Json& id = document["provenance"]["last_event_id"];
    if (id.is_number()) id = std::to_string(id.get<std::int64_t>());
    return config::canonical_json(nlohmann::json(document));
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
    document["courses"] = array_of(report.courses, group_course_json);
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
