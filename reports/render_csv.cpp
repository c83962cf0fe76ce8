#include "reports/csv_table.h"
#include "reports/declared_text.h"
#include "reports/render.h"

namespace assidu::reports {
namespace {

using config::CivilCalendar;
using namespace csv;

// What is kept of the member's statements.
void put_received(Table& table, const Received& received) {
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
    if (const auto missing = declared.statements_missing()) put_meta(table, "statements_missing", *missing);
    if (const auto run = missing_statements(declared))
        Line("missing_statements")
            .number(Column::key, run->from)
            .number(Column::value, run->to)
            .append_to(table);
    for (const federation::Period& run : declared.missing_days)
        Line("missing_days").days(run.from, run.to).append_to(table);
}

void put_provenance(Table& table, const Provenance& provenance, const CivilCalendar& calendar) {
    put_meta(table, "node", provenance.node_id);
    put_meta(table, "node_name", provenance.node_name);
    if (!provenance.wwwroot.empty()) put_meta(table, "wwwroot", provenance.wwwroot);
    put_rule(table, provenance);
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
    if (provenance.used_template) {
        put_meta(table, "template_id", provenance.used_template->id);
        put_meta(table, "template_version", provenance.used_template->version);
        put_meta(table, "template_sha256", provenance.used_template->sha256);
    }
    if (provenance.replaced) {
        put_meta(table, "replaced_data_sha256", provenance.replaced->data_sha256);
        put_meta(table, "replaced_issued_at_utc_s", provenance.replaced->issued_at_utc_s);
        for (const std::string& code : provenance.replaced->why)
            put_meta(table, "replaced_why", code);
    }
    if (provenance.received) put_received(table, *provenance.received);
}

void put_head(Table& table, std::string_view format, const Provenance& provenance,
              const federation::Period& period, const CivilCalendar& calendar) {
    put_meta(table, "format", format);
    put_meta(table, "version", 1);
    put_meta(table, "language", provenance.language);
    put_period(table, period, calendar);
    put_provenance(table, provenance, calendar);
}

void put_days(Table& table, const StudentReport& report) {
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

// A line a field: `key` is the dossier's place in the report, a dot and the field.
void put_dossiers(Table& table, const StudentReport& report) {
    for (std::size_t i = 0; i < report.dossiers.size(); ++i) {
        const federation::Dossier& dossier = report.dossiers[i];
        const auto line = [&](const char* key, const std::string& value) {
            Line("dossier")
                .text(Column::key, fmt::format("{}.{}", i + 1, key))
                .text(Column::value, value)
                .days(dossier.from, dossier.to)
                .append_to(table);
        };
        line("funder", dossier.funder);
        line("number", dossier.number);
        line("training", dossier.training);
        line("nature", std::string(federation::name_of(dossier.nature)));
        line("modality", std::string(federation::name_of(dossier.modality)));
        line("status", dossier.status);
        if (dossier.planned_s) line("planned_s", std::to_string(*dossier.planned_s));
        for (const std::string& group : dossier.groups)
            line("group", group);
    }
}

void put_findings(Table& table, const StudentReport& report) {
    for (const LintFinding& finding : report.findings.value_or(std::vector<LintFinding>())) {
        Line line("finding");
        line.text(Column::key, finding.code).text(Column::value, name_of(finding.severity));
        if (!finding.days.empty()) line.days(finding.days.front().from, finding.days.back().to);
        line.append_to(table);
        const auto more = [&](const char* field, const std::string& value) {
            Line("finding")
                .text(Column::key, fmt::format("{}.{}", finding.code, field))
                .text(Column::value, value)
                .append_to(table);
        };
        more("seconds", std::to_string(finding.seconds));
        more("limit_s", std::to_string(finding.limit_s));
        if (!finding.about.empty()) more("about", finding.about);
        if (!finding.overridden) continue;
        more("override.reason", finding.overridden->reason);
        more("override.author", finding.overridden->author);
        more("override.made_utc_s", std::to_string(finding.overridden->made_utc_s));
    }
}

void put_courses(Table& table, const StudentReport& report) {
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

void put_sessions(Table& table, const StudentReport& report) {
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
    Table table(kColumnsOfEveryReport);
    put_head(table, "assidu-student-report", report.provenance, report.period, report.calendar);
    Line total("total");
    total.person(report.student, report.person)
        .days(report.period.from, report.period.to)
        .totals(report.totals);
    total.append_to(table);
    put_dossiers(table, report);
    put_findings(table, report);
    put_days(table, report);
    put_courses(table, report);
    put_sessions(table, report);
    return std::move(table).text();
}

std::string render_csv(const GroupReport& report) {
    Table table(kColumnsOfEveryReport);
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
    return std::move(table).text();
}

}  // namespace assidu::reports
