#include "reports/print/render_pdf.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "reports/durations.h"
#include "reports/print/months.h"
#include "reports/print/parts.h"
#include "reports/print/pdf_document.h"
#include "reports/print/pdf_parts.h"

namespace assidu::reports {
namespace {

using namespace print;

// Lines of a report that belongs to one person, written for one language.
class StudentPages {
  public:
    StudentPages(const StudentReport& report, Language language, PdfDocument& pdf, const Look& look)
        : report_(report), language_(language), pdf_(pdf), look_(look) {}

    void dossier();
    void findings();
    void totals();
    void days();
    void months();
    void courses();
    void sessions();

  private:
    [[nodiscard]] std::string word(std::string_view key) const { return std::string(text(language_, key)); }
    [[nodiscard]] std::string time_or_dash(const std::optional<std::int64_t>& utc_s) const {
        return utc_s ? time_text(report_.calendar, *utc_s) : "–";
    }

    const StudentReport& report_;
    Language language_;
    PdfDocument& pdf_;
    const Look& look_;
};

void StudentPages::dossier() {
    pdf_.heading(word("dossier_caption"));
    if (report_.dossiers.empty()) pdf_.fields(no_dossier(language_));
    for (const federation::Dossier& dossier : report_.dossiers)
        pdf_.fields(dossier_of(language_, dossier));
}

void StudentPages::findings() {
    // What was overridden stands on the report, whatever a template leaves out.
    const auto overridden = [](const LintFinding& finding) { return finding.overridden.has_value(); };
    if (!report_.findings ||
        (!look_.shows_section("findings") && std::ranges::none_of(*report_.findings, overridden)))
        return;
    pdf_.heading(word("findings_caption"));
    const std::vector<std::string> lines = findings_of(language_, report_);
    if (lines.empty()) return pdf_.paragraph(word("findings_none"));
    for (const std::string& line : lines)
        pdf_.paragraph(line);
}

void StudentPages::totals() {
    const Totals& totals = report_.totals;
    pdf_.heading(word("summary"));
    pdf_.figures({{word("measured"), h_mm_ss(totals.measured_s), word("measured_note")},
                  {word("credited"), h_mm_ss(totals.credited_s), word("credited_note")},
                  {word("days"), std::to_string(totals.days), ""},
                  {word("sessions"), sessions_text(totals.sessions), ""},
                  {word("events"), std::to_string(totals.events), ""}});
    if (report_.days.empty()) {
        const bool doubt = !warning_of(language_, report_.provenance).empty();
        pdf_.notice(word("no_trace"), {word(doubt ? "no_trace_doubt" : "no_trace_student")});
    }
    pdf_.paragraph(word("hms_note") + " " + word("absences_note"), true);
}

void StudentPages::days() {
    // A column, and what stands in it on a day, and in the last line.
    struct Column {
        const char* name;
        PdfColumn head;
        std::function<std::string(const DayLine&)> cell;
        std::string total;
    };
    const Totals& totals = report_.totals;
    const auto right = [&](const char* key, double width) {
        return PdfColumn{word(key), width, PdfAlign::right};
    };
    const Column all[] = {
        {"first", right("first", 1.3), [&](const DayLine& day) { return time_or_dash(day.first_utc_s); }, ""},
        {"last", right("last", 1.3), [&](const DayLine& day) { return time_or_dash(day.last_utc_s); }, ""},
        {"sessions", right("sessions_begun", 1.2),
         [](const DayLine& day) { return sessions_text(day.sessions); }, ""},
        {"measured", right("measured_short", 1.1), [](const DayLine& day) { return h_mm_ss(day.measured_s); },
         h_mm_ss(totals.measured_s)},
        {"credited", right("credited_short", 1.1), [](const DayLine& day) { return h_mm_ss(day.credited_s); },
         h_mm_ss(totals.credited_s)},
        {"events", right("events", 0.9), [](const DayLine& day) { return std::to_string(day.events); },
         std::to_string(totals.events)}};
    PdfTable table{{{word("day"), 1.3}}, {}};
    std::vector<const Column*> shown;
    for (const Column& column : all)
        if (look_.shows_day(column.name)) shown.push_back(&column);
    for (const Column* const column : shown)
        table.columns.push_back(column->head);
    for (const DayLine& day : report_.days) {
        PdfRow& row = table.rows.emplace_back();
        row.cells.push_back(date_text(language_, day.day));
        for (const Column* const column : shown)
            row.cells.push_back(column->cell(day));
    }
    PdfRow& last = table.rows.emplace_back();
    last.kind = PdfRow::Kind::total;
    last.cells.push_back(word("total"));
    for (const Column* const column : shown)
        last.cells.push_back(column->total);
    pdf_.heading(word("days_caption"));
    pdf_.table(table);
}

void StudentPages::months() {
    PdfTable table{{{word("month"), 1.3},
                    {word("week_days"), 2.6},
                    {word("days"), 1.2, PdfAlign::right},
                    {word("measured_short"), 1.1, PdfAlign::right},
                    {word("credited_short"), 1.1, PdfAlign::right},
                    {word("events"), 0.9, PdfAlign::right}},
                   {}};
    for (const MonthLine& month : months_of(report_)) {
        const std::string name = language_ == Language::fr
                                     ? fmt::format("{:02}/{:04}", month.month, month.year)
                                     : fmt::format("{:04}-{:02}", month.year, month.month);
        table.rows.push_back({{name,
                               text_with(language_, "days_span", date_text(language_, month.from),
                                         date_text(language_, month.to)),
                               std::to_string(month.days), h_mm_ss(month.measured_s),
                               h_mm_ss(month.credited_s), std::to_string(month.events)},
                              PdfRow::Kind::plain});
    }
    pdf_.heading(word("months_caption"));
    pdf_.table(table);
}

void StudentPages::courses() {
    PdfTable table{{{word("course_or_activity"), 4.6}}, {}};
    const bool type_shown = look_.shows_course("type"), events_shown = look_.shows_course("events");
    if (type_shown) table.columns.push_back({word("type"), 1.1});
    table.columns.push_back({word("measured_short"), 1.1, PdfAlign::right});
    table.columns.push_back({word("credited_short"), 1.1, PdfAlign::right});
    if (events_shown) table.columns.push_back({word("events"), 0.9, PdfAlign::right});
    const auto add = [&](std::string name, std::string type, std::int64_t measured_s, std::int64_t credited_s,
                         std::int64_t events, PdfRow::Kind kind) {
        PdfRow row{{std::move(name)}, kind};
        if (type_shown) row.cells.push_back(std::move(type));
        row.cells.push_back(h_mm_ss(measured_s));
        row.cells.push_back(h_mm_ss(credited_s));
        if (events_shown) row.cells.push_back(std::to_string(events));
        table.rows.push_back(std::move(row));
    };
    for (const CourseLine& course : report_.courses) {
        add(course_name(language_, course.course, course.names), "", course.measured_s, course.credited_s,
            course.events, PdfRow::Kind::strong);
        for (const ActivityLine& activity : course.activities)
            add(activity_name(language_, activity.activity, activity.names),
                activity.names ? activity.names->type : "", activity.measured_s, activity.credited_s,
                activity.events, PdfRow::Kind::inner);
        if (!course.activities.empty())
            add(word("pages"), "", course.pages_measured_s, course.pages_credited_s, course.pages_events,
                PdfRow::Kind::inner);
    }
    const Totals& totals = report_.totals;
    add(word("total"), "", totals.measured_s, totals.credited_s, totals.events, PdfRow::Kind::total);
    pdf_.heading(word("courses_caption"));
    pdf_.table(table);
}

void StudentPages::sessions() {
    pdf_.heading(word("sessions_caption"));
    if (!report_.sessions) return pdf_.paragraph(word("sessions_unknown"));
    PdfTable table{{{word("begin"), 1.6},
                    {word("end"), 1.6},
                    {word("duration"), 0.9, PdfAlign::right},
                    {word("inside"), 1.1, PdfAlign::right},
                    {word("events"), 0.75, PdfAlign::right},
                    {"", 0.1},
                    {word("courses"), 2.6}},
                   {}};
    for (const SessionLine& session : *report_.sessions) {
        std::string courses;
        for (const auto& [course, names] : session.courses)
            courses += (courses.empty() ? "" : ", ") + short_course_name(language_, course, names);
        table.rows.push_back({{instant_text(language_, report_.calendar, session.begin_utc_s),
                               instant_text(language_, report_.calendar, session.end_utc_s),
                               h_mm_ss(session.end_utc_s - session.begin_utc_s),
                               h_mm_ss(session.inside_s) + (session.clipped ? " *" : ""),
                               std::to_string(session.events), "", courses},
                              PdfRow::Kind::plain});
    }
    pdf_.table(table);
    pdf_.paragraph("* " + word("clipped") + ". " + word("sessions_note"), true);
}

}  // namespace

std::string render_pdf(const StudentReport& report, Language language, const std::string& verification_url,
                       const Look& look) {
    const std::string sha256 = data_sha256(report);
    const std::string person = person_name(language, report.person);
    PdfDocument pdf({fmt::format("{} – {}", text(language, "student_title"), person),
                     university(report.provenance), period_text(language, report.period),
                     report.calendar.local_iso(report.provenance.issued_at_utc_s), false});
    StudentPages pages(report, language, pdf, look);
    put_masthead(pdf, language, std::string(text(language, "student_title")),
                 {std::string(text(language, "student_subtitle")), university(report.provenance),
                  fmt::format("{} {}", text(language, "period"), period_text(language, report.period))},
                 qr_text(verification_url, sha256), look);
    put_warning(pdf, language, report.provenance);
    pdf.heading(std::string(text(language, "identity")));
    pdf.fields(identity_of(language, report));
    pages.dossier();
    pages.totals();
    if (!report.days.empty()) {
        if (look.shows_section("months")) pages.months();
        if (look.shows_section("days")) pages.days();
        if (look.shows_section("courses")) pages.courses();
    }
    if (look.shows_section("sessions") && (!report.sessions || !report.sessions->empty())) pages.sessions();
    put_outages(pdf, language, report.calendar, report.provenance);
    pages.findings();
    put_provenance(pdf, language, report.calendar, report.provenance);
    pdf.paragraph(std::string(text(language, "not_in_report")), true);
    put_verification(pdf, language, "verify_how", verification_url, sha256);
    put_end(pdf, language,
            {std::string(text(language, "sign_student")), std::string(text(language, "sign_teacher")),
             std::string(text(language, "sign_institution"))},
            look);
    put_foot(pdf, language,
             fmt::format("{} – {} – {}", university(report.provenance), person,
                         period_text(language, report.period)),
             sha256, look);
    return pdf.finish();
}

}  // namespace assidu::reports
