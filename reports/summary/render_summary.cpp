#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "reports/csv_table.h"
#include "reports/durations.h"
#include "reports/json_parts.h"
#include "reports/print/parts.h"
#include "reports/print/pdf_document.h"
#include "reports/print/pdf_parts.h"
#include "reports/render.h"
#include "reports/render_look.h"
#include "reports/safe_text.h"
#include "reports/summary/summary.h"

namespace assidu::reports {
namespace {

// A line of any of the tables, as words.
struct Line {
    std::string name;
    SummaryCell cell;
};

std::string month_text(Language language, const SummaryMonth& month) {
    return language == Language::fr ? fmt::format("{:02}/{:04}", month.month, month.year)
                                    : fmt::format("{:04}-{:02}", month.year, month.month);
}

std::vector<Line> weeks_of(const Summary& summary, Language language) {
    std::vector<Line> lines;
    for (const SummaryWeek& week : summary.weeks)
        lines.push_back({week_text(language, week.week), week.cell});
    return lines;
}
std::vector<Line> months_of(const Summary& summary, Language language) {
    std::vector<Line> lines;
    for (const SummaryMonth& month : summary.months)
        lines.push_back({month_text(language, month), month.cell});
    return lines;
}
std::vector<Line> courses_of(const Summary& summary, Language language) {
    std::vector<Line> lines;
    for (const SummaryCourse& course : summary.courses)
        lines.push_back({course_name(language, course.course, course.names), course.cell});
    return lines;
}

std::string escaped(std::string_view text) {
    std::string html;
    for (const char c : safe_text(text))
        html += c == '&'   ? "&amp;"
                : c == '<' ? "&lt;"
                : c == '>' ? "&gt;"
                : c == '"' ? "&quot;"
                           : std::string(1, c);
    return html;
}

class SummaryWords {
  public:
    SummaryWords(const Summary& summary, Language language) : summary_(summary), language_(language) {}
    [[nodiscard]] std::string word(std::string_view key) const { return std::string(text(language_, key)); }
    [[nodiscard]] std::string hidden() const { return text_with(language_, "summary.hidden", summary_.k); }
    // "12", or that fewer than k are meant.
    [[nodiscard]] std::string count(bool is_hidden, std::int64_t number) const {
        return is_hidden ? "–" : std::to_string(number);
    }
    [[nodiscard]] std::string time(const SummaryCell& cell, std::int64_t seconds) const {
        return cell.hidden ? "–" : h_mm_ss(seconds);
    }
    [[nodiscard]] std::vector<std::pair<std::string, std::string>> figures() const {
        std::vector<std::pair<std::string, std::string>> all{
            {word("students"), std::to_string(summary_.students)},
            {word("active"), count(summary_.active_hidden, summary_.active)},
            {word("measured"), time(summary_.total, summary_.total.measured_s)},
            {word("credited"), time(summary_.total, summary_.total.credited_s)},
            {word("median"), summary_.median_s ? h_mm_ss(*summary_.median_s) : "–"},
            {word("summary.completions"),
             summary_.completions ? std::to_string(*summary_.completions) : "–"}};
        for (const SummarySilence& silence : summary_.silences)
            all.emplace_back(text_with(language_, "summary.silent", silence.days),
                             count(silence.hidden, silence.students));
        return all;
    }

  private:
    const Summary& summary_;
    Language language_;
};

// A bar chart, a bar a line; what is hidden has none.
std::string chart(const std::vector<Line>& lines, const std::string& title) {
    constexpr int kWidth = 720, kHeight = 180, kLeft = 8, kFoot = 34, kWidestBar = 80;
    std::int64_t longest = 1;
    for (const Line& line : lines)
        longest = std::max(longest, line.cell.measured_s);
    const int count = static_cast<int>(std::max<std::size_t>(1, lines.size()));
    const int step = std::clamp((kWidth - kLeft) / count, 1, kWidestBar);
    std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n", kWidth,
                                  kHeight, escaped(title));
    for (int i = 0; i < static_cast<int>(lines.size()); ++i) {
        const Line& line = lines[static_cast<std::size_t>(i)];
        const int tall = static_cast<int>((kHeight - kFoot - 16) * line.cell.measured_s / longest);
        const int x = kLeft + i * step;
        svg += fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{}\"/>\n", x,
                           kHeight - kFoot - tall, std::max(1, step - 4), tall, "#1f4e79");
        if (count <= 20)
            svg += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"10\" text-anchor=\"middle\">{}</text>\n",
                               x + step / 2 - 2, kHeight - kFoot + 14,
                               escaped(line.name.substr(line.name.find('-') + 1)));
        if (line.cell.hidden)
            svg += fmt::format("<text x=\"{}\" y=\"{}\" font-size=\"12\" text-anchor=\"middle\">–</text>\n",
                               x + step / 2 - 2, kHeight - kFoot - 4);
    }
    svg += fmt::format("<line x1=\"0\" y1=\"{0}\" x2=\"{1}\" y2=\"{0}\" stroke=\"#8a97a3\"/>\n</svg>\n",
                       kHeight - kFoot, kWidth);
    return svg;
}

std::string html_table(const SummaryWords& words, const std::string& caption, const std::string& first,
                       const std::vector<Line>& lines) {
    std::string html = fmt::format(
        "<table>\n<caption>{}</caption>\n<thead><tr><th scope=\"col\">{}</th><th scope=\"col\" "
        "class=\"n\">{}</th>"
        "<th scope=\"col\" class=\"n\">{}</th><th scope=\"col\" class=\"n\">{}</th></tr></thead>\n<tbody>\n",
        escaped(caption), escaped(first), escaped(words.word("students")),
        escaped(words.word("measured_short")), escaped(words.word("credited_short")));
    for (const Line& line : lines)
        html += fmt::format(
            "<tr{}><th scope=\"row\">{}</th><td class=\"n\">{}</td><td class=\"n\">{}</td><td "
            "class=\"n\">{}</td></tr>\n",
            line.cell.hidden ? " data-hidden=\"1\"" : "", escaped(line.name),
            words.count(line.cell.hidden, line.cell.students), words.time(line.cell, line.cell.measured_s),
            words.time(line.cell, line.cell.credited_s));
    return html + "</tbody>\n</table>\n";
}

std::string title_of(const Summary& summary, Language language) {
    return fmt::format("{} – {}", text(language, "summary.title"), print::university(summary.provenance));
}

}  // namespace

std::string render_summary_html(const Summary& summary, Language language) {
    const SummaryWords words(summary, language);
    std::string html = fmt::format(
        "<!DOCTYPE html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\"/>\n<meta "
        "http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src {}; base-uri 'none'; "
        "form-action 'none'\"/>\n<meta name=\"viewport\" content=\"width=device-width, "
        "initial-scale=1\"/>\n<title>{}</title>\n<style>{}</style>\n</head>\n<body>\n<header>\n<p "
        "class=\"node\">{}</p>\n<h1>{}</h1>\n<p>{}</p>\n",
        tag_of(language), html_style_source(), escaped(title_of(summary, language)), html_style(),
        escaped(print::university(summary.provenance)), escaped(words.word("summary.title")),
        escaped(print::period_text(language, summary.period)));
    for (const auto& [key, value] : summary.selection)
        html += fmt::format("<p>{} : {}</p>\n", escaped(words.word(key)), escaped(value));
    html += "</header>\n<main>\n<dl class=\"totals\">\n";
    for (const auto& [label, value] : words.figures())
        html += fmt::format("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(label), escaped(value));
    html += fmt::format("</dl>\n<p class=\"note\">{}</p>\n", escaped(words.hidden()));
    for (const std::string& line : print::warning_of(language, summary.provenance))
        html += fmt::format("<p class=\"notice\">{}</p>\n", escaped(line));
    const auto part = [&](const char* caption, const char* first, const std::vector<Line>& lines,
                          bool drawn) {
        if (lines.empty()) return;
        html += html_table(words, words.word(caption), words.word(first), lines);
        // One bar shows nothing.
        if (drawn && lines.size() > 1) html += chart(lines, words.word(caption));
    };
    part("weeks_caption", "week", weeks_of(summary, language), true);
    part("months_caption", "month", months_of(summary, language), true);
    part("group_courses_caption", "course", courses_of(summary, language), false);
    html += fmt::format("<section>\n<h2>{}</h2>\n<dl>\n", escaped(words.word("provenance")));
    for (const auto& [label, value] : print::provenance_of(language, summary.calendar, summary.provenance))
        html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(label), escaped(value));
    return html + "</dl>\n</section>\n</main>\n</body>\n</html>\n";
}

std::string render_summary_pdf(const Summary& summary, Language language) {
    const SummaryWords words(summary, language);
    PdfDocument pdf({title_of(summary, language), print::university(summary.provenance),
                     print::period_text(language, summary.period),
                     summary.calendar.local_iso(summary.provenance.issued_at_utc_s), false});
    std::vector<std::string> under{print::university(summary.provenance),
                                   print::period_text(language, summary.period)};
    for (const auto& [key, value] : summary.selection)
        under.push_back(fmt::format("{} : {}", words.word(key), value));
    pdf.masthead(words.word("summary.title"), under, "", "");
    print::put_warning(pdf, language, summary.provenance);
    const auto figures = words.figures();
    for (std::size_t begin = 0; begin < figures.size(); begin += 3) {
        std::vector<PdfDocument::Figure> row;
        for (std::size_t i = begin; i < std::min(begin + 3, figures.size()); ++i)
            row.push_back({figures[i].first, figures[i].second, ""});
        pdf.figures(row);
    }
    pdf.paragraph(words.hidden(), true);
    const auto part = [&](const char* caption, const char* first, const std::vector<Line>& lines,
                          bool drawn) {
        if (lines.empty()) return;
        pdf.heading(words.word(caption));
        std::int64_t longest = 1;
        for (const Line& line : lines)
            longest = std::max(longest, line.cell.measured_s);
        std::vector<PdfDocument::Bar> bars;
        PdfTable table{{{words.word(first), 3},
                        {words.word("students"), 1, PdfAlign::right},
                        {words.word("measured_short"), 1.1, PdfAlign::right},
                        {words.word("credited_short"), 1.1, PdfAlign::right}},
                       {}};
        for (const Line& line : lines) {
            bars.push_back({line.name, words.time(line.cell, line.cell.measured_s),
                            line.cell.measured_s * 1000 / longest});
            table.rows.push_back(
                {{line.name, words.count(line.cell.hidden, line.cell.students),
                  words.time(line.cell, line.cell.measured_s), words.time(line.cell, line.cell.credited_s)},
                 PdfRow::Kind::plain});
        }
        constexpr std::size_t kBarsMax = 60;  // two pages of bars show nothing more
        if (drawn && bars.size() > 1 && bars.size() <= kBarsMax) pdf.bars(bars);
        pdf.table(table);
    };
    part("weeks_caption", "week", weeks_of(summary, language), true);
    part("months_caption", "month", months_of(summary, language), true);
    part("group_courses_caption", "course", courses_of(summary, language), false);
    print::put_provenance(pdf, language, summary.calendar, summary.provenance);
    pdf.foot(title_of(summary, language), words.hidden(), words.word("page_of"));
    return pdf.finish();
}

std::string render_summary_csv(const Summary& summary) {
    std::string csv = "record,key,date_from,date_to,students,measured_s,credited_s,hidden\r\n";
    const auto line = [&](std::string_view record, const std::string& key, const std::string& from,
                          const std::string& to, const SummaryCell& cell) {
        csv += fmt::format("{},{},{},{},", record, csv_field(key), from, to);
        csv += cell.hidden ? std::string(",,,1\r\n")
                           : fmt::format("{},{},{},0\r\n", cell.students, cell.measured_s, cell.credited_s);
    };
    const std::string from = config::iso_date(summary.period.from), to = config::iso_date(summary.period.to);
    const auto number = [&](const char* key, bool hidden, std::int64_t students) {
        csv += fmt::format("count,{},{},{},{},,,{}\r\n", key, from, to,
                           hidden ? "" : std::to_string(students), hidden ? 1 : 0);
    };
    line("total", "", from, to, summary.total);
    number("students", false, summary.students);
    number("active", summary.active_hidden, summary.active);
    for (const SummarySilence& silence : summary.silences)
        number(fmt::format("silent_{}_days", silence.days).c_str(), silence.hidden, silence.students);
    for (const SummaryWeek& week : summary.weeks)
        line("week", config::iso_week_name(week.week), config::iso_date(week.from), config::iso_date(week.to),
             week.cell);
    for (const SummaryMonth& month : summary.months)
        line("month", fmt::format("{:04}-{:02}", month.year, month.month), config::iso_date(month.from),
             config::iso_date(month.to), month.cell);
    for (const SummaryCourse& course : summary.courses)
        line("course", course_name(Language::fr, course.course, course.names), from, to, course.cell);
    return csv;
}

std::string render_summary_json(const Summary& summary) {
    using json::Json;
    const auto known = [](bool hidden, std::int64_t number) { return hidden ? Json(nullptr) : Json(number); };
    const auto cell_json = [&](const SummaryCell& cell) {
        return Json{{"hidden", cell.hidden},
                    {"students", known(cell.hidden, cell.students)},
                    {"measured_s", known(cell.hidden, cell.measured_s)},
                    {"credited_s", known(cell.hidden, cell.credited_s)}};
    };
    Json selection = Json::object();
    for (const auto& [key, value] : summary.selection)
        selection[key] = safe_text(value);
    Json document = {{"format", "assidu-summary"},
                     {"version", json::kFormatVersion},
                     {"node", safe_text(summary.provenance.node_id)},
                     {"period", json::period_json(summary.period, summary.calendar)},
                     {"scale", json::scale_json(summary.provenance)},
                     {"selection", std::move(selection)},
                     {"k", summary.k},
                     {"students", summary.students},
                     {"active", known(summary.active_hidden, summary.active)},
                     {"median_s", json::known(summary.median_s)},
                     {"completions", json::known(summary.completions)},
                     {"completing_students", json::known(summary.completing_students)},
                     {"total", cell_json(summary.total)}};
    document["silent"] = json::array_of(summary.silences, [&](const SummarySilence& silence) {
        return Json{{"days", silence.days}, {"students", known(silence.hidden, silence.students)}};
    });
    document["weeks"] = json::array_of(summary.weeks, [&](const SummaryWeek& week) {
        Json line = cell_json(week.cell);
        line["week"] = config::iso_week_name(week.week);
        line["from"] = config::iso_date(week.from);
        line["to"] = config::iso_date(week.to);
        return line;
    });
    document["months"] = json::array_of(summary.months, [&](const SummaryMonth& month) {
        Json line = cell_json(month.cell);
        line["month"] = fmt::format("{:04}-{:02}", month.year, month.month);
        return line;
    });
    document["courses"] = json::array_of(summary.courses, [&](const SummaryCourse& course) {
        Json line = json::course_json(course.course, course.names);
        line.update(cell_json(course.cell));
        return line;
    });
    document["outages"] = json::outages_json(summary.provenance.outages, summary.calendar);
    return json::text_of(document);
}

}  // namespace assidu::reports
