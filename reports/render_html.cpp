#include <fmt/format.h>

#include <algorithm>

#include "reports/html_page.h"
#include "reports/html_templates.h"
#include "reports/print/parts.h"
#include "reports/render.h"
#include "reports/render_look.h"
#include "rpc/base64.h"

namespace assidu::reports {
namespace {

using namespace html;

// A number of sessions as `key`, and whether it is known as `sessions_known`.
void put_sessions(data& object, const std::string& key, const std::optional<std::int64_t>& sessions) {
    put_flag(object, "sessions_known", sessions.has_value());
    if (sessions)
        put(object, key, *sessions);
    else
        put(object, key, "–");
}

void put_totals(Page& page, const Totals& totals) {
    put(page.root, "total_m_s", totals.measured_s);
    put(page.root, "total_m", h_mm_ss(totals.measured_s));
    put(page.root, "total_m_seconds", text_with(page.language, "seconds", totals.measured_s));
    put(page.root, "total_c_s", totals.credited_s);
    put(page.root, "total_c", h_mm_ss(totals.credited_s));
    put(page.root, "total_c_seconds", text_with(page.language, "seconds", totals.credited_s));
    put(page.root, "total_ev", totals.events);
    put(page.root, "total_days", totals.days);
    put_sessions(page.root, "total_sessions", totals.sessions);
}

std::string last_event_text(const Page& page, const federation::Freshness& freshness) {
    if (!freshness.last_event_utc_s) return std::string(text(page.language, "none"));
    const std::string when = instant_text(page.language, page.calendar, *freshness.last_event_utc_s);
    if (!freshness.last_event_id) return when;
    return text_with(page.language, "last_event_id", when, *freshness.last_event_id);
}

void put_provenance_lists(Page& page, const Provenance& provenance) {
    data remarks = list(), outages = list(), dropped = list();
    for (const std::string& code : provenance.remarks) {
        data line;
        put(line, "code", code);
        put(line, "text", remark_text(page.language, code));
        remarks.push_back(line);
    }
    for (const federation::Outage& outage : provenance.outages) {
        outages.push_back(outage_data(page, outage));
    }
    for (const auto& [reason, events] : provenance.dropped.value_or(std::map<std::string, std::int64_t>{})) {
        data line;
        put(line, "code", reason);
        put(line, "text", reason_text(page.language, reason));
        put(line, "n", events);
        dropped.push_back(line);
    }
    put_flag(page.root, "has_remarks", !provenance.remarks.empty());
    put_flag(page.root, "has_outages", !provenance.outages.empty());
    put_flag(page.root, "has_dropped", provenance.dropped && !provenance.dropped->empty());
    put_flag(page.root, "dropped_none", provenance.dropped && provenance.dropped->empty());
    put_flag(page.root, "dropped_unknown", !provenance.dropped);
    page.root["remarks"] = std::move(remarks);
    page.root["outages"] = std::move(outages);
    page.root["dropped"] = std::move(dropped);
}

void put_received(Page& page, const std::optional<Received>& maybe_received) {
    put_flag(page.root, "partial", maybe_received && !maybe_received->declared.complete());
    if (!maybe_received) return put_flag(page.root, "received", false);
    const Language language = page.language;
    const Declared& declared = maybe_received->declared;
    const auto shown = [](const std::string& name, const std::string& id) {
        return name.empty() ? id : name;
    };
    const std::string hub = shown(maybe_received->hub_name, maybe_received->hub_id);
    const std::string member = shown(maybe_received->member_name, maybe_received->member_id);
    data received;
    put(received, "issued_by", text_with(language, "issued_by_hub", hub, member));
    put(received, "hub_name", hub);
    put(received, "hub_id", maybe_received->hub_id);
    put_declared(page, received, declared);
    put(received, "completeness", text(language, declared.complete() ? "complete_yes" : "complete_no"));
    page.root["received"] = std::move(received);
    data lacks = list();
    for (const std::string& lack : lacks_of(page, declared)) {
        data line;
        put(line, "text", lack);
        lacks.push_back(line);
    }
    page.root["lacks"] = std::move(lacks);
    put(page.root, "partial_note", text_with(language, "partial_note", member));
}

void put_lines(data& object, const std::string& key, const std::vector<std::string>& lines) {
    data all = list();
    for (const std::string& text : lines) {
        data line;
        put(line, "line", text);
        all.push_back(line);
    }
    object[key] = std::move(all);
}

void put_look(Page& page, const Look& look) {
    std::vector<std::string> header = print::provider_lines(page.language, look);
    header.insert(header.end(), look.header.begin(), look.header.end());
    put_lines(page.root, "look_header", header);
    put_lines(page.root, "look_legal", look.legal);
    put_lines(page.root, "signatories", look.signatories);
    put_flag(page.root, "has_signatories", !look.signatories.empty());
    put_lines(page.root, "look_footer",
              look.footer.empty() ? std::vector<std::string>() : std::vector<std::string>{look.footer});
    if (!look.logo) return put_flag(page.root, "logo", false);
    constexpr std::int64_t kPixelsAnInch = 96, kTenthsOfMillimetresAnInch = 254;
    const std::int64_t width = look.logo_width_mm * 10 * kPixelsAnInch / kTenthsOfMillimetresAnInch;
    data logo;
    put(logo, "png", rpc::base64(look.logo->png));
    put(logo, "width", width);
    put(logo, "height", std::max<std::int64_t>(1, width * look.logo->height / look.logo->width));
    put(logo, "alt", look.logo_alt);
    page.root["logo"] = std::move(logo);
}

// Columns and parts of a student's page that a template leaves out.
void put_shown(Page& page, const StudentReport& report, const Look& look) {
    const bool days = !report.days.empty();
    put_flag(page.root, "show_days", days && look.shows_section("days"));
    put_flag(page.root, "show_courses", days && look.shows_section("courses"));
    std::int64_t day_span = 1;
    for (const char* column : {"first", "last", "sessions", "events"}) {
        put_flag(page.root, std::string("col_") + column, look.shows_day(column));
        if (std::string_view(column) != "events" && look.shows_day(column)) ++day_span;
    }
    put(page.root, "day_span", day_span);
    put_flag(page.root, "course_type", look.shows_course("type"));
    put_flag(page.root, "course_events", look.shows_course("events"));
    put(page.root, "course_span", std::int64_t{look.shows_course("type") ? 2 : 1});
    const bool sessions = look.shows_section("sessions");
    put_flag(page.root, "has_sessions", sessions && report.sessions && !report.sessions->empty());
    put_flag(page.root, "sessions_unknown", sessions && !report.sessions);
}

void put_template(Page& page, const Provenance& provenance) {
    if (provenance.used_template) {
        const TemplateIdentity& used = *provenance.used_template;
        data line;
        put(line, "text", fmt::format("{} {}, SHA-256 {}", used.id, used.version, used.sha256));
        page.root["template"] = std::move(line);
    } else {
        put_flag(page.root, "template", false);
    }
    if (!provenance.replaced) return put_flag(page.root, "replaced", false);
    data line;
    put(line, "text", print::replaced_text(page.language, page.calendar, *provenance.replaced));
    put(line, "sha256", provenance.replaced->data_sha256);
    page.root["replaced"] = std::move(line);
}

void put_provenance(Page& page, const Provenance& provenance) {
    put_template(page, provenance);
    const Language language = page.language;
    put(page.root, "node_name", provenance.node_name.empty() ? provenance.node_id : provenance.node_name);
    put(page.root, "node_id", provenance.node_id);
    put(page.root, "node_label", text(language, provenance.received ? "declarant" : "node"));
    put(page.root, "signature", text(language, provenance.received ? "signature_hub" : "signature"));
    put_flag(page.root, "has_wwwroot", !provenance.wwwroot.empty());
    put(page.root, "wwwroot", provenance.wwwroot);
    put_imprint(page, provenance);
    put(page.root, "engine", provenance.freshness.engine);
    put_instant(page, page.root, "as_of", provenance.freshness.as_of_utc_s);
    put(page.root, "last_event", last_event_text(page, provenance.freshness));
    put(page.root, "archived_events", provenance.freshness.archived_events);
    put_provenance_lists(page, provenance);
    put_received(page, provenance.received);
}

// "No trace" in the words that what is known of the period allows; and a warning where the totals may lack
// time.
void put_notices(Page& page, bool no_trace, const Provenance& provenance, std::string_view statement) {
    const auto remarked = [&](std::string_view code) {
        return std::ranges::find(provenance.remarks, code) != provenance.remarks.end();
    };
    const bool partial = provenance.received && !provenance.received->declared.complete();
    const bool doubtful = partial || !provenance.outages.empty() || remarked("period_not_over") ||
                          remarked("last_event_before_period");
    put_flag(page.root, "incomplete", doubtful && !partial && !no_trace);  // a partial one says it at length
    put_flag(page.root, "no_trace", no_trace);
    put(page.root, "statement", text(page.language, doubtful ? "no_trace_doubt" : statement));
}

data day_data(const Page& page, const DayLine& line) {
    data day;
    put(day, "date", config::iso_date(line.day));
    put(day, "day_text", date_text(page.language, line.day));
    put_trace(page, day, "first", line.first_utc_s, /*time_only=*/true);
    put_trace(page, day, "last", line.last_utc_s, /*time_only=*/true);
    put_sessions(day, "sessions_begun", line.sessions);
    put_amount(day, line);
    data courses = list();
    for (const DayCourseLine& part : line.courses) {
        data course;
        put_course(page, course, part.course, part.names);
        put_amount(course, part);
        courses.push_back(course);
    }
    day["day_courses"] = std::move(courses);
    return day;
}

data course_data(const Page& page, const CourseLine& line) {
    data course;
    put_course(page, course, line.course, line.names);
    put_amount(course, line);
    data activities = list();
    for (const ActivityLine& part : line.activities) {
        data activity;
        put(activity, "activity", part.activity);
        put(activity, "activity_name", activity_name(page.language, part.activity, part.names));
        put(activity, "activity_type", part.names ? part.names->type : "");
        put_amount(activity, part);
        activities.push_back(activity);
    }
    course["activities"] = std::move(activities);
    if (line.activities.empty()) {
        put_flag(course, "pages", false);  // the course's own line already says it
    } else {
        data pages;
        put_amount(pages, Totals{line.pages_measured_s, line.pages_credited_s, line.pages_events, 0, 0});
        course["pages"] = std::move(pages);
    }
    return course;
}

data session_data(const Page& page, const SessionLine& line) {
    data session;
    put(session, "begin_s", line.begin_utc_s);
    put(session, "end_s", line.end_utc_s);
    put_instant(page, session, "begin", line.begin_utc_s);
    put_instant(page, session, "end", line.end_utc_s);
    put(session, "d_s", line.end_utc_s - line.begin_utc_s);
    put(session, "d", h_mm_ss(line.end_utc_s - line.begin_utc_s));
    put(session, "i_s", line.inside_s);
    put(session, "i", h_mm_ss(line.inside_s));
    put(session, "ev", line.events);
    put_flag(session, "clipped", line.clipped);
    std::string courses;
    for (const auto& [course, names] : line.courses)
        courses += (courses.empty() ? "" : ", ") + (names && !names->shortname.empty()
                                                        ? names->shortname
                                                        : course_name(page.language, course, names));
    put(session, "session_courses", courses);
    return session;
}

data student_data(const Page& page, const GroupStudentLine& line) {
    data student;
    put(student, "id", federation::to_string(line.student));
    put(student, "student_name", person_name(page.language, line.person));
    // Two people of one name are told apart by what the university knows them by, a person not known by the
    // pseudonym.
    const std::string id = federation::to_string(line.student);
    const bool named = line.person && !(line.person->lastname.empty() && line.person->firstname.empty());
    if (named)
        put_codes(student, "student_codes", {line.person->username, line.person->idnumber});
    else
        put_codes(student, "student_codes", {id});
    put_trace(page, student, "first", line.first_utc_s, /*time_only=*/false);
    put_trace(page, student, "last", line.last_utc_s, /*time_only=*/false);
    put(student, "days_count", line.totals.days);
    put_sessions(student, "sessions_count", line.totals.sessions);
    put_amount(student, line.totals);
    return student;
}

data week_data(const Page& page, const WeekLine& line) {
    data week;
    put(week, "week", config::iso_week_name(line.week));
    put(week, "week_text", week_text(page.language, line.week));
    put(week, "span",
        text_with(page.language, "days_span", date_text(page.language, line.from),
                  date_text(page.language, line.to)));
    put(week, "n", line.students);
    put_amount(week, line);
    return week;
}

void put_identity(Page& page, const std::optional<Person>& maybe_person) {
    data identity = list();
    const Person person = maybe_person.value_or(Person{});
    const std::pair<const char*, const std::string&> fields[] = {{"username", person.username},
                                                                 {"idnumber", person.idnumber},
                                                                 {"email", person.email},
                                                                 {"institution", person.institution},
                                                                 {"department", person.department}};
    for (const auto& [key, value] : fields) {
        if (value.empty()) continue;
        data line;
        put(line, "label", text(page.language, key));
        put(line, "text", value);
        identity.push_back(line);
    }
    page.root["identity"] = std::move(identity);
}

void put_dossiers(Page& page, const std::vector<federation::Dossier>& all) {
    data dossiers = list();
    std::int64_t place = 0;
    for (const federation::Dossier& one : all) {
        data dossier, fields = list();
        put(dossier, "place", ++place);
        put(dossier, "from", config::iso_date(one.from));
        put(dossier, "to", config::iso_date(one.to));
        if (one.planned_s) {
            data planned;
            put(planned, "s", *one.planned_s);
            dossier["planned"] = std::move(planned);
        } else {
            put_flag(dossier, "planned", false);
        }
        for (const auto& [label, value] : print::dossier_of(page.language, one)) {
            if (value.empty()) continue;
            data field;
            put(field, "label", label);
            put(field, "text", value);
            fields.push_back(field);
        }
        dossier["fields"] = std::move(fields);
        dossiers.push_back(dossier);
    }
    put_flag(page.root, "has_dossiers", !all.empty());
    page.root["dossiers"] = std::move(dossiers);
}

void put_findings(Page& page, const std::optional<std::vector<LintFinding>>& all, const Look& look) {
    // What was overridden stands on the report, whatever a template leaves out.
    const bool shown = look.shows_section("findings") ||
                       std::ranges::any_of(all.value_or(std::vector<LintFinding>()),
                                           [](const LintFinding& one) { return one.overridden.has_value(); });
    put_flag(page.root, "has_findings", all.has_value() && shown);
    put_flag(page.root, "findings_empty", all && all->empty());
    data findings = list();
    for (const LintFinding& one : all.value_or(std::vector<LintFinding>())) {
        data finding;
        put(finding, "code", one.code);
        put(finding, "severity", name_of(one.severity));
        put(finding, "severity_text", text(page.language, fmt::format("severity.{}", name_of(one.severity))));
        put(finding, "seconds", one.seconds);
        put(finding, "limit_s", one.limit_s);
        put(finding, "text", finding_text(page.language, one));
        if (one.overridden) {
            data overridden;
            put(overridden, "text", override_text(page.language, one));
            finding["overridden"] = std::move(overridden);
        } else {
            put_flag(finding, "overridden", false);
        }
        findings.push_back(finding);
    }
    page.root["findings"] = std::move(findings);
}

}  // namespace

std::string render_html(const StudentReport& report, Language language, const Look& look) {
    Page page{language, report.calendar, {}};
    put_look(page, look);
    put_shown(page, report, look);
    put_provenance(page, report.provenance);
    put_period(page, report.period);
    put_totals(page, report.totals);
    put(page.root, "about", person_name(language, report.person));
    put(page.root, "pseudonym", federation::to_string(report.student));
    put_identity(page, report.person);
    put_dossiers(page, report.dossiers);
    put_findings(page, report.findings, look);
    put_notices(page, report.days.empty(), report.provenance, "no_trace_student");
    page.root["days"] = list_of(page, report.days, day_data);
    page.root["courses"] = list_of(page, report.courses, course_data);
    page.root["sessions"] = list_of(page, report.sessions.value_or(std::vector<SessionLine>{}), session_data);
    return render(page, "student_title", kStudentMain, kProvenanceAndEnd);
}

std::string render_html(const GroupReport& report, Language language, const Look& look) {
    Page page{language, report.calendar, {}};
    put_look(page, look);
    put_provenance(page, report.provenance);
    put_period(page, report.period);
    put_totals(page, report.totals);
    put(page.root, "about",
        report.provenance.node_name.empty() ? report.provenance.node_id : report.provenance.node_name);
    put(page.root, "students_count", report.students);
    put(page.root, "active_count", report.active);
    put(page.root, "median_s", report.median_s);
    put(page.root, "median", h_mm_ss(report.median_s));
    put_notices(page, report.totals.days == 0, report.provenance, "no_trace_group");
    put_flag(page.root, "has_courses", !report.courses.empty());
    page.root["students"] = list_of(page, report.lines, student_data);
    page.root["courses"] = list_of(page, report.courses, group_course_data);
    page.root["weeks"] = list_of(page, report.weeks, week_data);
    return render(page, "group_title", kGroupMain, kProvenanceAndEnd);
}

std::string render_html(const StudentReport& report, Language language) {
    return render_html(report, language, Look{});
}
std::string render_html(const GroupReport& report, Language language) {
    return render_html(report, language, Look{});
}

}  // namespace assidu::reports
