#include <fmt/format.h>

#include <algorithm>

#include "reports/durations.h"
#include "reports/print/parts.h"
#include "reports/print/pdf_document.h"
#include "reports/print/pdf_parts.h"
#include "reports/print/render_pdf.h"

namespace assidu::reports {
namespace {

using namespace print;

class GroupPages {
  public:
    GroupPages(const GroupReport& report, Language language, PdfDocument& pdf)
        : report_(report), language_(language), pdf_(pdf) {}

    void totals();
    void weeks();
    void courses();
    void students();

  private:
    [[nodiscard]] std::string word(std::string_view key) const { return std::string(text(language_, key)); }
    [[nodiscard]] std::string date_or_dash(const std::optional<std::int64_t>& utc_s) const {
        return utc_s ? date_text(language_, report_.calendar.day_of(*utc_s)) : "–";
    }

    const GroupReport& report_;
    Language language_;
    PdfDocument& pdf_;
};

void GroupPages::totals() {
    const Totals& totals = report_.totals;
    pdf_.heading(word("summary"));
    pdf_.figures({{word("students"), std::to_string(report_.students), ""},
                  {word("active"), std::to_string(report_.active), ""},
                  {word("measured"), h_mm_ss(totals.measured_s), word("measured_note")},
                  {word("credited"), h_mm_ss(totals.credited_s), word("credited_note")},
                  {word("median"), h_mm_ss(report_.median_s), word("median_note")}});
    pdf_.paragraph(word("hms_note") + " " + word("group_note"), true);
}

void GroupPages::weeks() {
    std::int64_t longest = 1;
    for (const WeekLine& week : report_.weeks)
        longest = std::max(longest, week.measured_s);
    std::vector<PdfDocument::Bar> bars;
    PdfTable table{{{word("week"), 1.1},
                    {word("week_days"), 2.6},
                    {word("active_short"), 0.9, PdfAlign::right},
                    {word("measured_short"), 1.1, PdfAlign::right},
                    {word("credited_short"), 1.1, PdfAlign::right},
                    {word("events"), 0.9, PdfAlign::right}},
                   {}};
    for (const WeekLine& week : report_.weeks) {
        const std::string name = week_text(language_, week.week);
        bars.push_back({name, h_mm_ss(week.measured_s), week.measured_s * 1000 / longest});
        table.rows.push_back({{name,
                               text_with(language_, "days_span", date_text(language_, week.from),
                                         date_text(language_, week.to)),
                               std::to_string(week.students), h_mm_ss(week.measured_s),
                               h_mm_ss(week.credited_s), std::to_string(week.events)},
                              PdfRow::Kind::plain});
    }
    constexpr std::size_t kBarsMax = 60;  // two pages of bars show nothing more
    if (bars.size() <= kBarsMax) {
        pdf_.heading(word("weeks_chart"));
        pdf_.bars(bars);
    }
    pdf_.heading(word("weeks_caption"));
    pdf_.table(table);
}

void GroupPages::courses() {
    if (report_.courses.empty()) return;
    PdfTable table{{{word("course"), 4.4},
                    {word("students"), 0.9, PdfAlign::right},
                    {word("measured_short"), 1.1, PdfAlign::right},
                    {word("credited_short"), 1.1, PdfAlign::right},
                    {word("events"), 0.9, PdfAlign::right}},
                   {}};
    for (const GroupCourseLine& course : report_.courses)
        table.rows.push_back(
            {{course_name(language_, course.course, course.names), std::to_string(course.students),
              h_mm_ss(course.measured_s), h_mm_ss(course.credited_s), std::to_string(course.events)},
             PdfRow::Kind::plain});
    pdf_.heading(word("group_courses_caption"));
    pdf_.table(table);
}

void GroupPages::students() {
    PdfTable table{{{word("student"), 2.7},
                    {word("idnumber"), 1.5},
                    {word("first"), 1.1, PdfAlign::right},
                    {word("last"), 1.1, PdfAlign::right},
                    {word("days_short"), 0.7, PdfAlign::right},
                    {word("sessions"), 0.9, PdfAlign::right},
                    {word("measured_short"), 1.1, PdfAlign::right},
                    {word("credited_short"), 1.1, PdfAlign::right}},
                   {}};
    for (const GroupStudentLine& line : report_.lines) {
        // Two people of one name are told apart; who is not known, by the pseudonym.
        const std::string code = !line.person                     ? to_string(line.student).substr(0, 8)
                                 : !line.person->idnumber.empty() ? line.person->idnumber
                                                                  : line.person->username;
        table.rows.push_back({{person_name(language_, line.person), code, date_or_dash(line.first_utc_s),
                               date_or_dash(line.last_utc_s), std::to_string(line.totals.days),
                               sessions_text(line.totals.sessions), h_mm_ss(line.totals.measured_s),
                               h_mm_ss(line.totals.credited_s)},
                              PdfRow::Kind::plain});
    }
    const Totals& totals = report_.totals;
    table.rows.push_back(
        {{word("total"), "", "", "", std::to_string(totals.days), sessions_text(totals.sessions),
          h_mm_ss(totals.measured_s), h_mm_ss(totals.credited_s)},
         PdfRow::Kind::total});
    pdf_.heading(word("students_caption"));
    pdf_.table(table);
}

}  // namespace

std::string render_pdf(const GroupReport& report, Language language, const std::string& verification_url,
                       const Look& look) {
    const std::string sha256 = data_sha256(report);
    const std::string name = university(report.provenance);
    PdfDocument pdf({fmt::format("{} – {}", text(language, "group_title"), name), name,
                     period_text(language, report.period),
                     report.calendar.local_iso(report.provenance.issued_at_utc_s), false});
    GroupPages pages(report, language, pdf);
    put_masthead(pdf, language, std::string(text(language, "group_title")),
                 {std::string(text(language, "student_subtitle")), name,
                  fmt::format("{} {}", text(language, "period"), period_text(language, report.period))},
                 qr_text(verification_url, sha256), look);
    put_warning(pdf, language, report.provenance);
    pages.totals();
    pages.weeks();
    pages.courses();
    pages.students();
    put_outages(pdf, language, report.calendar, report.provenance);
    put_provenance(pdf, language, report.calendar, report.provenance);
    put_verification(pdf, language, "verify_how_group", verification_url, sha256);
    put_end(pdf, language,
            {std::string(text(language, "sign_teacher")), std::string(text(language, "sign_institution"))},
            look);
    put_foot(pdf, language, fmt::format("{} – {}", name, period_text(language, report.period)), sha256, look);
    return pdf.finish();
}

}  // namespace assidu::reports
