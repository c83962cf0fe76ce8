#include <algorithm>

#include "reports/render.h"
#include "reports/xml_parts.h"

namespace assidu::reports {
namespace {

using namespace xml;
using pugi::xml_node;

void put_totals(xml_node parent, const Totals& totals) {
    put_exact(parent, totals);
    put(parent, "DAYS_WITH_TRACE", totals.days);
    put_known(parent, "SESSIONS_COUNT", totals.sessions);
}

// What a report says of a person beyond the standard's three names.
void put_person(xml_node parent, const federation::StudentId& student, const std::optional<Person>& person) {
    put(parent, "STUDENT_ID", federation::to_string(student));
    if (!person) return;
    put(parent, "USER_ID", person->user_id);
    put(parent, "USER_IDNUMBER", person->idnumber);
    put(parent, "EMAIL", person->email);
    put(parent, "INSTITUTION", person->institution);
    put(parent, "DEPARTMENT", person->department);
}

void put_names(xml_node parent, const std::optional<Person>& maybe_person) {
    const Person person = maybe_person.value_or(Person{});
    put(parent, "USERNAME", person.username);
    put(parent, "FIRSTNAME", person.firstname);
    put(parent, "LASTNAME", person.lastname);
}

// The block of the standard, and ours after it.
void put_user(xml_node stats, const federation::StudentId& student, const std::optional<Person>& person,
              std::int64_t begin_utc_s, const Totals& totals) {
    xml_node user = stats.append_child("USER");
    put_names(user, person);
    // "Ever since" is 0, also where civil days begin before it.
    put(user, "FROM", std::max<std::int64_t>(begin_utc_s, 0));
    put_minutes(user, totals.measured_s);
    put_totals(user, totals);
    put_person(user, student, person);
}

// Nobody's trace: the standard's empty document, and in an element of ours who it is about.
void put_empty(xml_node stats, const federation::StudentId& student, const std::optional<Person>& person) {
    stats.append_child("EMPTYSET");
    xml_node without = stats.append_child("STUDENT_WITHOUT_TRACE");
    put_names(without, person);
    put_person(without, student, person);
}

void put_module(xml_node modules, const ActivityLine& activity, Language language) {
    const Activity known = activity.names.value_or(Activity{});
    xml_node module = modules.append_child("MODULE");
    put(module, "NAME", activity_name(language, activity.activity, activity.names));
    put(module, "TYPE", known.type);
    put(module, "IDNUMBER", known.idnumber);
    put_minutes(module, activity.measured_s);
    put(module, "ACTIVITY_ID", activity.activity);
    put_exact(module, activity);
}

void put_course(xml_node courses, const CourseLine& line, Language language, bool with_modules) {
    const Course names = line.names.value_or(Course{});
    xml_node course = courses.append_child("COURSE");
    put(course, "NAME", course_name(language, line.course, line.names));
    put(course, "SHORTNAME", names.shortname);
    put(course, "IDNUMBER", names.idnumber);
    put_minutes(course, line.measured_s);
    if (with_modules && !line.activities.empty()) {
        xml_node modules = course.append_child("MODULES");
        for (const ActivityLine& activity : line.activities)
            put_module(modules, activity, language);
    }
    put(course, "COURSE_ID", line.course);
    put_exact(course, line);
    if (!with_modules) return;
    xml_node pages = course.append_child("PAGES");
    put_exact(pages, Totals{line.pages_measured_s, line.pages_credited_s, line.pages_events});
}

void put_courses(xml_node stats, const StudentReport& report, bool with_modules) {
    xml_node courses = stats.append_child("COURSES");
    for (const CourseLine& course : report.courses)
        put_course(courses, course, language_of(report.provenance.language), with_modules);
}

// All activities side by side; each says whose it is.
void put_flat_modules(xml_node stats, const StudentReport& report) {
    xml_node modules = stats.append_child("MODULES");
    for (const CourseLine& course : report.courses) {
        for (const ActivityLine& activity : course.activities) {
            put_module(modules, activity, language_of(report.provenance.language));
            put(modules.last_child(), "COURSE_ID", course.course);
        }
    }
}

// Who it is about; false if nothing more is to be said of them.
bool put_subject(xml_node stats, const StudentReport& report) {
    if (report.days.empty()) {
        put_empty(stats, report.student, report.person);
        return false;
    }
    put_user(stats, report.student, report.person, report.calendar.begin_of(report.period.from),
             report.totals);
    return true;
}

xml_node put_ours(xml_node stats, const StudentReport& report) {
    xml_node ours = stats.append_child("ASSIDU");
    put(ours, "FORMAT_VERSION", 1);
    put_period(ours, report.period, report.calendar);
    return ours;
}

void put_days(xml_node parent, const StudentReport& report) {
    xml_node days = parent.append_child("DAYS");
    for (const DayLine& line : report.days) {
        xml_node day = days.append_child("DAY");
        put(day, "DATE", config::iso_date(line.day));
        put_known(day, "FIRST", line.first_utc_s);
        put_known(day, "LAST", line.last_utc_s);
        put_known(day, "SESSIONS_BEGUN", line.sessions);
        put_exact(day, line);
        for (const DayCourseLine& part : line.courses) {
            xml_node course = day.append_child("DAY_COURSE");
            put(course, "COURSE_ID", part.course);
            put_exact(course, part);
        }
    }
}

void put_dossiers(xml_node parent, const StudentReport& report) {
    xml_node dossiers = parent.append_child("DOSSIERS");
    for (const federation::Dossier& one : report.dossiers) {
        xml_node dossier = dossiers.append_child("DOSSIER");
        put(dossier, "FUNDER", one.funder);
        put(dossier, "DOSSIER_NUMBER", one.number);
        put(dossier, "TRAINING", one.training);
        put(dossier, "NATURE", std::string(federation::name_of(one.nature)));
        put(dossier, "MODALITY", std::string(federation::name_of(one.modality)));
        put(dossier, "STATUS", one.status);
        put(dossier, "FIRST_DAY", config::iso_date(one.from));
        put(dossier, "LAST_DAY", config::iso_date(one.to));
        put_known(dossier, "PLANNED_SECONDS", one.planned_s);
        for (const std::string& group : one.groups)
            put(dossier, "GROUP", group);
    }
}

void put_findings(xml_node parent, const StudentReport& report) {
    if (!report.findings) return;
    xml_node findings = parent.append_child("FINDINGS");
    for (const LintFinding& one : *report.findings) {
        xml_node finding = findings.append_child("FINDING");
        put(finding, "CODE", one.code);
        put(finding, "SEVERITY", std::string(name_of(one.severity)));
        for (const federation::Period& run : one.days) {
            xml_node days = finding.append_child("FINDING_DAYS");
            put(days, "FIRST_DAY", config::iso_date(run.from));
            put(days, "LAST_DAY", config::iso_date(run.to));
        }
        put(finding, "SECONDS", one.seconds);
        put(finding, "LIMIT_SECONDS", one.limit_s);
        put(finding, "ABOUT", one.about);
        if (!one.overridden) continue;
        xml_node overridden = finding.append_child("OVERRIDDEN");
        put(overridden, "REASON", one.overridden->reason);
        put(overridden, "AUTHOR", one.overridden->author);
        put(overridden, "MADE_AT", one.overridden->made_utc_s);
    }
}

void put_sessions(xml_node parent, const StudentReport& report) {
    if (!report.sessions) return;
    xml_node sessions = parent.append_child("SESSIONS");
    for (const SessionLine& line : *report.sessions) {
        xml_node session = sessions.append_child("SESSION");
        put(session, "BEGIN", line.begin_utc_s);
        put(session, "END", line.end_utc_s);
        put(session, "ELAPSED_SECONDS", line.end_utc_s - line.begin_utc_s);
        put(session, "INSIDE_SECONDS", line.inside_s);
        put(session, "CLIPPED", std::int64_t{line.clipped});
        put(session, "EVENTS", line.events);
        for (const auto& [course, names] : line.courses)
            put(session, "COURSE_ID", course);
    }
}

void put_received(xml_node parent, const Received& received) {
    xml_node node = parent.append_child("RECEIVED");
    put(node, "HUB", received.hub_id);
    put(node, "HUB_NAME", received.hub_name);
    put(node, "MEMBER", received.member_id);
    put(node, "MEMBER_NAME", received.member_name);
    put_declared(node, received.declared);
}

void put_provenance(xml_node parent, const Provenance& provenance) {
    xml_node node = parent.append_child("PROVENANCE");
    put(node, "NODE", provenance.node_id);
    put(node, "NODE_NAME", provenance.node_name);
    if (!provenance.wwwroot.empty()) put(node, "WWWROOT", provenance.wwwroot);
    put_rule(node, provenance);
    put(node, "ENGINE", provenance.freshness.engine);
    put(node, "AS_OF", provenance.freshness.as_of_utc_s);
    put(node, "ARCHIVED_EVENTS", provenance.freshness.archived_events);
    put_known(node, "LAST_EVENT", provenance.freshness.last_event_utc_s);
    put_known(node, "LAST_EVENT_ID", provenance.freshness.last_event_id);
    put(node, "ISSUED_AT", provenance.issued_at_utc_s);
    if (provenance.dropped) {
        xml_node dropped = node.append_child("DROPPED");
        for (const auto& [reason, events] : *provenance.dropped) {
            xml_node line = dropped.append_child("DROPPED_EVENTS");
            put(line, "REASON", reason);
            put(line, "EVENTS", events);
        }
    }
    put_outages(node, provenance.outages);
    xml_node remarks = node.append_child("REMARKS");
    for (const std::string& code : provenance.remarks)
        put(remarks, "REMARK", code);
    if (provenance.used_template) {
        xml_node used = node.append_child("TEMPLATE");
        put(used, "TEMPLATE_ID", provenance.used_template->id);
        put(used, "TEMPLATE_VERSION", provenance.used_template->version);
        put(used, "TEMPLATE_SHA256", provenance.used_template->sha256);
    }
    if (provenance.replaced) {
        xml_node replaced = node.append_child("REPLACED");
        put(replaced, "DATA_SHA256", provenance.replaced->data_sha256);
        put(replaced, "ISSUED_AT", provenance.replaced->issued_at_utc_s);
        for (const std::string& code : provenance.replaced->why)
            put(replaced, "WHY", code);
    }
    if (provenance.received) put_received(node, *provenance.received);
}

}  // namespace

std::string render_xml(const StudentReport& report) {
    pugi::xml_document document;
    xml_node stats = document.append_child("USE_STATS");
    if (put_subject(stats, report)) put_courses(stats, report, /*with_modules=*/true);
    xml_node ours = put_ours(stats, report);
    put_dossiers(ours, report);
    put_findings(ours, report);
    put_days(ours, report);
    put_sessions(ours, report);
    put_provenance(ours, report.provenance);
    return text_of(document);
}

std::string render_use_stats(const StudentReport& report, const UseStatsParts& parts) {
    pugi::xml_document document;
    xml_node stats = document.append_child("USE_STATS");
    if (put_subject(stats, report)) {
        if (parts.modules && parts.flat)
            put_flat_modules(stats, report);
        else if (parts.courses || parts.modules)
            put_courses(stats, report, parts.modules);
    }
    xml_node ours = put_ours(stats, report);
    put_provenance(ours, report.provenance);
    return text_of(document);
}

std::string render_xml(const GroupReport& report) {
    pugi::xml_document document;
    xml_node group = document.append_child("ASSIDU_GROUP");
    put(group, "FORMAT_VERSION", 1);
    put_period(group, report.period, report.calendar);
    put(group, "STUDENTS", report.students);
    put(group, "ACTIVE_STUDENTS", report.active);
    put(group, "MEDIAN_SECONDS", report.median_s);
    put_minutes(group, report.totals.measured_s);
    put_totals(group, report.totals);
    xml_node courses = group.append_child("GROUP_COURSES");
    for (const GroupCourseLine& line : report.courses)
        put_group_course(courses, line, language_of(report.provenance.language));
    xml_node weeks = group.append_child("WEEKS");
    for (const WeekLine& line : report.weeks) {
        xml_node week = weeks.append_child("WEEK");
        put(week, "ISO_WEEK", config::iso_week_name(line.week));
        put(week, "FIRST_DAY", config::iso_date(line.from));
        put(week, "LAST_DAY", config::iso_date(line.to));
        put(week, "STUDENTS", line.students);
        put_exact(week, line);
    }
    put_provenance(group, report.provenance);
    const std::int64_t begin_utc_s = report.calendar.begin_of(report.period.from);
    for (const GroupStudentLine& line : report.lines) {
        xml_node stats = group.append_child("USE_STATS");
        if (line.totals.days == 0) {
            put_empty(stats, line.student, line.person);
            continue;
        }
        put_user(stats, line.student, line.person, begin_utc_s, line.totals);
        xml_node user = stats.child("USER");
        put_known(user, "FIRST", line.first_utc_s);
        put_known(user, "LAST", line.last_utc_s);
    }
    return text_of(document);
}

}  // namespace assidu::reports
