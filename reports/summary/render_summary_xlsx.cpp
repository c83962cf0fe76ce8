#include <fmt/format.h>

#include "reports/print/parts.h"
#include "reports/print/workbook.h"
#include "reports/print/workbook_parts.h"
#include "reports/summary/summary.h"

namespace assidu::reports {
namespace {

using print::Workbook;

class SummaryBook {
  public:
    SummaryBook(const Summary& summary, Language language)
        : summary_(summary),
          language_(language),
          book_({fmt::format("{} – {}", word("summary.title"), print::university(summary.provenance)),
                 print::university(summary.provenance), summary.provenance.issued_at_utc_s}) {}

    void total();
    void weeks();
    void months();
    void courses();
    [[nodiscard]] std::string finish() {
        print::put_provenance(book_, language_, summary_.calendar, summary_.provenance);
        return book_.finish();
    }

  private:
    [[nodiscard]] std::string word(std::string_view key) const { return std::string(text(language_, key)); }
    // What is hidden or not known is a dash, as in every other format: an empty cell would be a nought to a
    // sum.
    void count(const std::string& label, bool hidden, std::int64_t number) {
        book_.text(label);
        if (hidden)
            book_.text("–");
        else
            book_.number(number);
        book_.end_row();
    }
    void time(const std::string& label, bool hidden, std::int64_t seconds) {
        book_.text(label);
        if (hidden) {
            book_.text("–");
        } else {
            book_.duration(seconds);
            book_.number(seconds);
        }
        book_.end_row();
    }
    void cell(const SummaryCell& cell) {
        if (cell.hidden) {
            for (int i = 0; i < 5; ++i)
                book_.text("–");
        } else {
            book_.number(cell.students);
            book_.duration(cell.measured_s);
            book_.duration(cell.credited_s);
            book_.number(cell.measured_s);
            book_.number(cell.credited_s);
        }
        book_.end_row();
    }
    [[nodiscard]] std::vector<std::string> with_cell(std::vector<std::string> titles) const {
        for (const std::string& title : {word("students"), word("measured_short"), word("credited_short"),
                                         word("measured_short") + " (s)", word("credited_short") + " (s)"})
            titles.push_back(title);
        return titles;
    }

    const Summary& summary_;
    Language language_;
    Workbook book_;
};

void SummaryBook::total() {
    book_.sheet(word("total"), {word("summary.title"), "", ""}, {44, 44, 14});
    print::put_warning(book_, language_, summary_.provenance);
    print::put_pairs(book_, {{word("institution"), print::university(summary_.provenance)},
                             {word("period"), print::period_text(language_, summary_.period)}});
    for (const auto& [key, value] : summary_.selection)
        print::put_pairs(book_, {{word(key), value}});
    count(word("students"), false, summary_.students);
    count(word("active"), summary_.active_hidden, summary_.active);
    time(word("measured"), summary_.total.hidden, summary_.total.measured_s);
    time(word("credited"), summary_.total.hidden, summary_.total.credited_s);
    time(word("median"), !summary_.median_s, summary_.median_s.value_or(0));
    count(word("summary.completions"), !summary_.completions, summary_.completions.value_or(0));
    for (const SummarySilence& silence : summary_.silences)
        count(text_with(language_, "summary.silent", silence.days), silence.hidden, silence.students);
    print::put_pairs(book_, {{"", text_with(language_, "summary.hidden", summary_.k)}});
}

void SummaryBook::weeks() {
    book_.sheet(word("weeks_caption"), with_cell({word("week"), word("outage_from"), word("outage_to")}),
                {12, 12, 12, 12, 12, 12, 12, 12});
    for (const SummaryWeek& week : summary_.weeks) {
        book_.text(config::iso_week_name(week.week));
        book_.date(week.from);
        book_.date(week.to);
        cell(week.cell);
    }
}

void SummaryBook::months() {
    book_.sheet(word("months_caption"), with_cell({word("month"), word("outage_from"), word("outage_to")}),
                {12, 12, 12, 12, 12, 12, 12, 12});
    for (const SummaryMonth& month : summary_.months) {
        book_.text(fmt::format("{:04}-{:02}", month.year, month.month));
        book_.date(month.from);
        book_.date(month.to);
        cell(month.cell);
    }
}

void SummaryBook::courses() {
    book_.sheet(word("course"), with_cell({word("course"), "id", "source"}), {44, 8, 12, 12, 12, 12, 12, 12});
    for (const SummaryCourse& course : summary_.courses) {
        book_.text(course_name(language_, course.course, course.names));
        book_.number(course.course);
        book_.text(course.source);
        cell(course.cell);
    }
}

}  // namespace

std::string render_summary_xlsx(const Summary& summary, Language language) {
    SummaryBook book(summary, language);
    book.total();
    book.weeks();
    book.months();
    book.courses();
    return book.finish();
}

}  // namespace assidu::reports
