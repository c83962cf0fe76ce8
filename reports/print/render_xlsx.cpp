#include "reports/print/render_xlsx.h"

#include <fmt/format.h>

#include "reports/print/months.h"
#include "reports/print/parts.h"
#include "reports/print/workbook.h"
#include "reports/print/workbook_parts.h"

namespace assidu::reports {
namespace {

using namespace print;

class Words {
  public:
    explicit Words(Language language) : language_(language) {}
    std::string operator()(std::string_view key) const { return std::string(text(language_, key)); }
    std::string seconds(std::string_view key) const { return (*this)(key) + " (s)"; }

  private:
    Language language_;
};

// Times and events as every table ends with.
void put_amount(Workbook& book, const auto& line, bool events = true) {
    book.duration(line.measured_s);
    book.duration(line.credited_s);
    book.number(line.measured_s);
    book.number(line.credited_s);
    if (events) book.number(line.events);
}

std::vector<std::string> with_amount(std::vector<std::string> titles, const Words& word, bool events = true) {
    for (std::string title : {word("measured_short"), word("credited_short"), word.seconds("measured_short"),
                              word.seconds("credited_short"), word("events")})
        titles.push_back(std::move(title));
    if (!events) titles.pop_back();
    return titles;
}

// What a template says of the university.
void put_look(Workbook& book, Language language, const Look& look) {
    if (look.logo)
        book.image(look.logo->png, look.logo->width, look.logo->height, look.logo_width_mm, look.logo_alt);
    for (const std::string& line : provider_lines(language, look))
        put_pairs(book, {{"", line}});
    for (const auto* lines : {&look.header, &look.legal})
        for (const std::string& line : *lines)
            put_pairs(book, {{"", line}});
    if (!look.footer.empty()) book.footer(look.footer);
}

void put_days(Workbook& book, const Words& word, const StudentReport& report, const Look& look) {
    std::vector<std::string> titles{word("day")};
    for (const auto& [name, key] :
         {std::pair("first", "first"), std::pair("last", "last"), std::pair("sessions", "sessions_begun")})
        if (look.shows_day(name)) titles.push_back(word(key));
    book.sheet(word("days_caption"), with_amount(titles, word, look.shows_day("events")),
               {12, 12, 12, 12, 12, 12, 12, 12, 10});
    for (const DayLine& day : report.days) {
        book.date(day.day);
        if (look.shows_day("first")) book.time(report.calendar, day.first_utc_s);
        if (look.shows_day("last")) book.time(report.calendar, day.last_utc_s);
        if (look.shows_day("sessions")) book.number(day.sessions);
        put_amount(book, day, look.shows_day("events"));
        book.end_row();
    }
}

void put_months(Workbook& book, const Words& word, const StudentReport& report) {
    book.sheet(word("months_caption"),
               with_amount({word("month"), word("outage_from"), word("outage_to"), word("days")}, word),
               {10, 12, 12, 12, 12, 12, 12, 12, 10});
    for (const MonthLine& month : months_of(report)) {
        book.text(fmt::format("{:04}-{:02}", month.year, month.month));
        book.date(month.from);
        book.date(month.to);
        book.number(month.days);
        put_amount(book, month);
        book.end_row();
    }
}

void put_courses(Workbook& book, Language language, const StudentReport& report, const Look& look) {
    const Words word(language);
    const bool types = look.shows_course("type"), events = look.shows_course("events");
    std::vector<std::string> titles{word("course"), word("course_or_activity")};
    if (types) titles.push_back(word("type"));
    titles.emplace_back("id");
    book.sheet(word("course"), with_amount(std::move(titles), word, events),
               {30, 44, 12, 8, 12, 12, 12, 12, 10});
    const auto line = [&](const std::string& course, const std::string& name, const std::string& type,
                          std::int64_t id, const auto& amount) {
        book.text(course);
        book.text(name);
        if (types) book.text(type);
        book.number(id);
        put_amount(book, amount, events);
        book.end_row();
    };
    for (const CourseLine& one : report.courses) {
        const std::string course = course_name(language, one.course, one.names);
        line(course, word("total"), "course", one.course, one);
        for (const ActivityLine& activity : one.activities)
            line(course, activity_name(language, activity.activity, activity.names),
                 activity.names ? activity.names->type : "", activity.activity, activity);
        if (one.activities.empty()) continue;
        line(course, word("pages"), "pages", one.course,
             Totals{one.pages_measured_s, one.pages_credited_s, one.pages_events});
    }
}

void put_sessions(Workbook& book, Language language, const StudentReport& report) {
    const Words word(language);
    book.sheet(word("sessions"),
               {word("begin"), word("end"), word("duration"), word("inside"), word.seconds("duration"),
                word.seconds("inside"), word("events"), word("courses")},
               {19, 19, 12, 12, 12, 12, 10, 50});
    if (!report.sessions) {
        book.text(word("sessions_unknown"));
        return book.end_row();
    }
    for (const SessionLine& session : *report.sessions) {
        book.instant(report.calendar, session.begin_utc_s);
        book.instant(report.calendar, session.end_utc_s);
        book.duration(session.end_utc_s - session.begin_utc_s);
        book.duration(session.inside_s);
        book.number(session.end_utc_s - session.begin_utc_s);
        book.number(session.inside_s);
        book.number(session.events);
        std::string courses;
        for (const auto& [course, names] : session.courses)
            courses += (courses.empty() ? "" : ", ") + short_course_name(language, course, names);
        book.text(courses);
        book.end_row();
    }
}

void put_totals(Workbook& book, const Words& word, const Totals& totals) {
    for (const auto& [key, seconds] :
         {std::pair("measured", totals.measured_s), std::pair("credited", totals.credited_s)}) {
        book.text(word(key));
        book.duration(seconds);
        book.number(seconds);
        book.end_row();
    }
    book.text(word("days"));
    book.number(totals.days);
    book.end_row();
    book.text(word("sessions"));
    if (totals.sessions)
        book.number(*totals.sessions);
    else
        book.text(word("no_data"));
    book.end_row();
    book.text(word("events"));
    book.number(totals.events);
    book.end_row();
}

}  // namespace

std::string render_xlsx(const StudentReport& report, Language language, const Look& look) {
    const Words word(language);
    Workbook book({fmt::format("{} – {}", word("student_title"), person_name(language, report.person)),
                   university(report.provenance), report.provenance.issued_at_utc_s});
    book.sheet(word("total"), {word("student_title"), "", ""}, {34, 44, 14});
    put_look(book, language, look);
    put_warning(book, language, report.provenance);
    put_pairs(book, {{word("institution"), university(report.provenance)},
                     {word("period"), period_text(language, report.period)}});
    put_pairs(book, identity_of(language, report));
    for (const federation::Dossier& dossier : report.dossiers) {
        put_pairs(book, dossier_of(language, dossier));
        if (!dossier.planned_s) continue;
        book.text(word("planned"));
        book.duration(*dossier.planned_s);
        book.number(*dossier.planned_s);
        book.end_row();
    }
    for (const std::string& line : findings_of(language, report))
        put_pairs(book, {{word("findings_caption"), line}});
    put_totals(book, word, report.totals);
    put_pairs(book, {{word("data_sha256"), data_sha256(report)}});
    if (look.shows_section("days")) put_days(book, word, report, look);
    if (look.shows_section("months")) put_months(book, word, report);
    if (look.shows_section("courses")) put_courses(book, language, report, look);
    if (look.shows_section("sessions")) put_sessions(book, language, report);
    put_provenance(book, language, report.calendar, report.provenance);
    return book.finish();
}

std::string render_xlsx(const GroupReport& report, Language language, const Look& look) {
    const Words word(language);
    Workbook book({fmt::format("{} – {}", word("group_title"), university(report.provenance)),
                   university(report.provenance), report.provenance.issued_at_utc_s});
    book.sheet(word("total"), {word("group_title"), "", ""}, {34, 44, 14});
    put_look(book, language, look);
    put_warning(book, language, report.provenance);
    put_pairs(book, {{word("institution"), university(report.provenance)},
                     {word("period"), period_text(language, report.period)}});
    for (const auto& [key, count] :
         {std::pair("students", report.students), std::pair("active", report.active)}) {
        book.text(word(key));
        book.number(count);
        book.end_row();
    }
    book.text(word("median"));
    book.duration(report.median_s);
    book.number(report.median_s);
    book.end_row();
    put_totals(book, word, report.totals);

    book.sheet(word("students"),
               with_amount({word("student"), word("username"), word("idnumber"), word("email"),
                            word("pseudonym"), word("first"), word("last"), word("days"), word("sessions")},
                           word),
               {30, 16, 16, 28, 34, 19, 19, 8, 8, 12, 12, 12, 12, 10});
    for (const GroupStudentLine& line : report.lines) {
        const Person person = line.person.value_or(Person{});
        book.text(person_name(language, line.person));
        book.text(person.username);
        book.text(person.idnumber);
        book.text(person.email);
        book.text(federation::to_string(line.student));
        book.instant(report.calendar, line.first_utc_s);
        book.instant(report.calendar, line.last_utc_s);
        book.number(line.totals.days);
        book.number(line.totals.sessions);
        put_amount(book, line.totals);
        book.end_row();
    }
    book.sheet(
        word("weeks_caption"),
        with_amount({word("week"), word("outage_from"), word("outage_to"), word("active_short")}, word),
        {12, 12, 12, 10, 12, 12, 12, 12, 10});
    for (const WeekLine& week : report.weeks) {
        book.text(config::iso_week_name(week.week));
        book.date(week.from);
        book.date(week.to);
        book.number(week.students);
        put_amount(book, week);
        book.end_row();
    }
    book.sheet(word("course"), with_amount({word("course"), "id", "source", word("students")}, word),
               {44, 8, 12, 10, 12, 12, 12, 12, 10});
    for (const GroupCourseLine& course : report.courses) {
        book.text(course_name(language, course.course, course.names));
        book.number(course.course);
        book.text(course.source);
        book.number(course.students);
        put_amount(book, course);
        book.end_row();
    }
    put_provenance(book, language, report.calendar, report.provenance);
    return book.finish();
}

}  // namespace assidu::reports
