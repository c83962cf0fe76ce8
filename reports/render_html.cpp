#include <algorithm>
#include <kainjow/mustache.hpp>
#include <stdexcept>

#include "config/digest.h"
#include "reports/durations.h"
#include "reports/html_templates.h"
#include "reports/render.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilCalendar;
using kainjow::mustache::data;

void put(data& object, const std::string& key, std::string_view value) {
    object[key] = data(safe_text(value));
}
void put(data& object, const std::string& key, std::int64_t value) {
    object[key] = data(fmt::format("{}", value));
}
void put_flag(data& object, const std::string& key, bool value) {
    object[key] = data(value);
}

data list() {
    return data(data::type::list);
}

// Every page has the same language, texts and helpers around its own data.
struct Page {
    Language language;
    const CivilCalendar& calendar;
    data root;
};

void put_amount(data& object, const auto& line) {
    put(object, "m_s", line.measured_s);
    put(object, "m", h_mm_ss(line.measured_s));
    put(object, "c_s", line.credited_s);
    put(object, "c", h_mm_ss(line.credited_s));
    put(object, "ev", line.events);
}

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

// An instant as `key` in words and `key_iso` for machines.
void put_instant(const Page& page, data& object, const std::string& key, std::int64_t utc_s) {
    put(object, key, instant_text(page.language, page.calendar, utc_s));
    put(object, key + "_iso", page.calendar.local_iso(utc_s));
}

// An instant that may be missing, as a section; on a day, its time alone is enough.
void put_trace(const Page& page, data& object, const std::string& key,
               const std::optional<std::int64_t>& utc_s, bool time_only) {
    if (!utc_s) return put_flag(object, key, false);
    data instant;
    put(instant, "text",
        time_only ? time_text(page.calendar, *utc_s) : instant_text(page.language, page.calendar, *utc_s));
    put(instant, "iso", page.calendar.local_iso(*utc_s));
    object[key] = std::move(instant);
}

// Codes that tell things of one name apart, as a section with their text; none where there is nothing to
// tell.
void put_codes(data& object, const std::string& key, std::initializer_list<std::string_view> codes) {
    std::string joined;
    for (const std::string_view code : codes) {
        if (code.empty()) continue;
        joined += joined.empty() ? "" : ", ";
        joined += code;
    }
    if (joined.empty()) return put_flag(object, key, false);
    data section;
    put(section, "text", "(" + joined + ")");
    object[key] = std::move(section);
}

void put_course(const Page& page, data& object, std::int64_t course, const std::optional<Course>& names) {
    put(object, "course", course);
    put(object, "course_name", course_name(page.language, course, names));
    const Course known = names.value_or(Course{});
    const bool named = !known.fullname.empty();
    put_codes(object, "course_codes", {named ? std::string_view(known.shortname) : "", known.idnumber});
}

// The texts of a template, as `w_key`. A key that text.h does not have is refused here: mustache would show
// nothing.
void put_texts(Page& page, std::string_view page_template) {
    constexpr std::string_view kMark = "{{w_";
    for (std::size_t at = page_template.find(kMark); at != std::string_view::npos;
         at = page_template.find(kMark, at + 1)) {
        const std::string_view rest = page_template.substr(at + kMark.size());
        const std::string key(rest.substr(0, rest.find("}}")));
        put(page.root, "w_" + key, text(page.language, key));
    }
}

std::string base64(std::span<const std::uint8_t> bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const auto byte = [&](std::size_t at) { return at < bytes.size() ? std::uint32_t{bytes[at]} : 0U; };
        const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
        for (std::size_t digit = 0; digit < 4; ++digit) {
            const bool padding = i + digit > bytes.size();
            text.push_back(padding ? '=' : kDigits[group >> (18 - 6 * digit) & 63U]);
        }
    }
    return text;
}

std::string rule_text(Language language, const Provenance& provenance) {
    std::string rule = text_with(language, "rule_gap", h_mm_ss(provenance.idle_s)) + " ";
    rule += provenance.idle_credit_s > 0
                ? text_with(language, "rule_idle_credit", h_mm_ss(provenance.idle_credit_s))
                : std::string(text(language, "rule_idle_nothing"));
    rule += " ";
    rule += provenance.last_credit_s > 0
                ? text_with(language, "rule_last_credit", h_mm_ss(provenance.last_credit_s))
                : std::string(text(language, "rule_last_nothing"));
    return rule + " " + std::string(text(language, "rule_document"));
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
        data line;
        put(line, "begin_s", outage.from_utc_s);
        put(line, "end_s", outage.to_utc_s);
        put_instant(page, line, "begin", outage.from_utc_s);
        put_instant(page, line, "end", outage.to_utc_s);
        put(line, "cause", outage.cause);
        outages.push_back(line);
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

// "28/03/2026", "du 28/03/2026 au 29/03/2026".
std::string run_text(Language language, const federation::Period& run) {
    if (run.from == run.to) return date_text(language, run.from);
    return text_with(language, "days_span", date_text(language, run.from), date_text(language, run.to));
}

std::int64_t days_of(std::span<const federation::Period> runs) {
    std::int64_t days = 0;
    for (const federation::Period& run : runs)
        days += std::int64_t{run.to.number} - run.from.number + 1;
    return days;
}

std::string missing_days_text(Language language, const Declared& declared) {
    std::string runs;
    for (const federation::Period& run : declared.missing_days)
        runs += (runs.empty() ? "" : ", ") + run_text(language, run);
    return text_with(language, "missing_days_runs", days_of(declared.missing_days), runs);
}

std::string last_statement_text(Language language, const Declared& declared) {
    if (declared.last.number == 0) return std::string(text(language, "statement_none"));
    return text_with(language, "statement_number", declared.last.number);
}

std::string announced_text(const Page& page, const Declared& declared) {
    if (declared.announced == 0) return std::string(text(page.language, "announced_never"));
    const std::string number = text_with(page.language, "statement_number", declared.announced);
    if (!declared.announced_utc_s) return number;
    return text_with(page.language, "announced_when", number,
                     instant_text(page.language, page.calendar, *declared.announced_utc_s));
}

// What the member's declarations lack, a line each.
std::vector<std::string> lacks_of(const Page& page, const Declared& declared) {
    std::vector<std::string> lacks;
    if (!declared.missing_days.empty())
        lacks.push_back(text_with(page.language, "lacks_days", missing_days_text(page.language, declared)));
    if (declared.statements_missing() > 0)
        lacks.push_back(text_with(page.language, "lacks_statements", declared.statements_missing(),
                                  last_statement_text(page.language, declared),
                                  announced_text(page, declared)));
    return lacks;
}

void put_declared(const Page& page, data& object, const Declared& declared) {
    put(object, "last_number", declared.last.number);
    put(object, "last_statement", last_statement_text(page.language, declared));
    put(object, "last_sha256", declared.last.digest);
    put_flag(object, "has_statement", declared.last.number > 0);
    put_flag(object, "has_announced", declared.announced > 0);
    put(object, "announced_number", declared.announced);
    put(object, "announced", announced_text(page, declared));
    put_flag(object, "has_announced_at", declared.announced_utc_s.has_value());
    put(object, "announced_s", declared.announced_utc_s.value_or(0));
    put(object, "statements_missing", declared.statements_missing());
    put(object, "missing_days_count", days_of(declared.missing_days));
    put_flag(object, "has_missing_days", !declared.missing_days.empty());
    data runs = list();
    for (const federation::Period& run : declared.missing_days) {
        data line;
        put(line, "from", config::iso_date(run.from));
        put(line, "to", config::iso_date(run.to));
        put(line, "text", run_text(page.language, run));
        put_flag(line, "more", &run != &declared.missing_days.back());
        runs.push_back(line);
    }
    object["runs"] = std::move(runs);
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

void put_provenance(Page& page, const Provenance& provenance) {
    const Language language = page.language;
    put(page.root, "node_name", provenance.node_name.empty() ? provenance.node_id : provenance.node_name);
    put(page.root, "node_id", provenance.node_id);
    put(page.root, "node_label", text(language, provenance.received ? "declarant" : "node"));
    put(page.root, "signature", text(language, provenance.received ? "signature_hub" : "signature"));
    put_flag(page.root, "has_wwwroot", !provenance.wwwroot.empty());
    put(page.root, "wwwroot", provenance.wwwroot);
    put_instant(page, page.root, "issued", provenance.issued_at_utc_s);
    put(page.root, "scale",
        text_with(language, "scale_version", provenance.scale_label, provenance.scale.id,
                  provenance.scale.version));
    put(page.root, "scale_sha256", provenance.scale.sha256);
    put(page.root, "rule", rule_text(language, provenance));
    put(page.root, "engine", provenance.freshness.engine);
    put(page.root, "timezone", text_with(language, "timezone_note", provenance.timezone));
    put_instant(page, page.root, "as_of", provenance.freshness.as_of_utc_s);
    put(page.root, "last_event", last_event_text(page, provenance.freshness));
    put(page.root, "archived_events", provenance.freshness.archived_events);
    put_provenance_lists(page, provenance);
    put_received(page, provenance.received);
}

void put_period(Page& page, const federation::Period& period) {
    put(page.root, "period",
        text_with(page.language, "period_days", date_text(page.language, period.from),
                  date_text(page.language, period.to)));
    put(page.root, "period_from", config::iso_date(period.from));
    put(page.root, "period_to", config::iso_date(period.to));
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

data group_course_data(const Page& page, const GroupCourseLine& line) {
    data course;
    put(course, "source", line.source);
    put_course(page, course, line.course, line.names);
    put(course, "n", line.students);
    put_amount(course, line);
    return course;
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

template <class Lines, class Make>
data list_of(const Page& page, const Lines& lines, const Make& make) {
    data all = list();
    for (const auto& line : lines)
        all.push_back(make(page, line));
    return all;
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

std::string render(Page& page, std::string_view title, std::string_view main) {
    const Language language = page.language;
    put(page.root, "lang", tag_of(language));
    put(page.root, "title", text(language, title));
    put(page.root, "colon", language == Language::fr ? "\u202f:" : ":");
    put(page.root, "style_source", html_style_source());
    // The style holds braces of its own and is nobody's template.
    std::string rendered;
    for (const auto& [part, is_template] :
         {std::pair(kHeadBegin, true), std::pair(kStyle, false), std::pair(kHeadEnd, true),
          std::pair(main, true), std::pair(kProvenanceAndEnd, true)}) {
        if (!is_template) {
            rendered += part;
            continue;
        }
        put_texts(page, part);
        kainjow::mustache::mustache mustache{std::string(part)};
        rendered += mustache.render(page.root);
        if (!mustache.is_valid()) throw std::logic_error("report template: " + mustache.error_message());
    }
    return rendered;
}

}  // namespace

std::string html_style_source() {
    return "'sha256-" + base64(config::sha256(kStyle)) + "'";
}

std::string render_html(const StudentReport& report, Language language) {
    Page page{language, report.calendar, {}};
    put_provenance(page, report.provenance);
    put_period(page, report.period);
    put_totals(page, report.totals);
    put(page.root, "about", person_name(language, report.person));
    put(page.root, "pseudonym", federation::to_string(report.student));
    put_identity(page, report.person);
    put_notices(page, report.days.empty(), report.provenance, "no_trace_student");
    put_flag(page.root, "has_days", !report.days.empty());
    put_flag(page.root, "has_sessions", report.sessions && !report.sessions->empty());
    page.root["days"] = list_of(page, report.days, day_data);
    page.root["courses"] = list_of(page, report.courses, course_data);
    page.root["sessions"] = list_of(page, report.sessions.value_or(std::vector<SessionLine>{}), session_data);
    return render(page, "student_title", kStudentMain);
}

std::string render_html(const GroupReport& report, Language language) {
    Page page{language, report.calendar, {}};
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
    return render(page, "group_title", kGroupMain);
}

}  // namespace assidu::reports
