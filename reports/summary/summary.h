// How a group is doing, without anybody's name: students, hours, median, activity by week, month and course,
// and how many have been silent for how long.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "reports/build.h"
#include "reports/model.h"

namespace assidu::reports {

// A cell: how many students have any time in it, and how much. Hidden: `students` is 0 and nothing is said.
struct SummaryCell {
    bool hidden = false;
    std::int64_t students = 0, measured_s = 0, credited_s = 0;
};

struct SummaryWeek {
    config::IsoWeek week;
    config::CivilDay from, to;
    SummaryCell cell;
};
struct SummaryMonth {
    int year = 0, month = 0;
    config::CivilDay from, to;
    SummaryCell cell;
};
struct SummaryCourse {
    std::string source;
    std::int64_t course = 0;
    std::optional<Course> names;
    SummaryCell cell;
};
// Students without a trace in the last so many days of the period.
struct SummarySilence {
    std::int64_t days = 0;
    bool hidden = false;
    std::int64_t students = 0;
};

struct Summary {
    Provenance provenance;  // without dropped events: they are not of a selection
    federation::Period period;
    config::CivilCalendar calendar;
    std::vector<std::pair<std::string, std::string>> selection;  // keys of text.h, and what was chosen
    std::int64_t k = 5;                                          // least students of a cell
    std::int64_t students = 0;                                   // of the selection, active or not
    bool active_hidden = false;
    std::int64_t active = 0;  // with any time in the period
    SummaryCell total;
    std::optional<std::int64_t> median_s;  // over the active; nothing: hidden, or nobody is active
    // Completed activities in the period, and students with any; nothing: not known, or hidden.
    std::optional<std::int64_t> completions, completing_students;
    std::vector<SummarySilence> silences;  // 7, 14, 21 days
    std::vector<SummaryWeek> weeks;        // every one of the period
    std::vector<SummaryMonth> months;
    std::vector<SummaryCourse> courses;  // the longest first, hidden ones last and without order
};

struct SummaryRequest {
    ReportRequest report;
    std::vector<std::pair<federation::StudentId, std::string>> students;
    std::vector<std::pair<std::string, std::string>> selection;
    std::set<std::int64_t> courses;  // rows of these alone; empty: all
    std::int64_t k = 5;
    // Completed activities in the period by student; nothing: not known.
    std::optional<std::map<federation::StudentId, std::int64_t>> completions;
};

// Refused as build_group_report() is, and where the selection has fewer than k students: nothing could be
// said.
[[nodiscard]] config::Result<Summary> build_summary(const SummaryRequest& request,
                                                    const federation::Ledger& ledger,
                                                    const Directory& directory);

// As a page with charts (inline SVG), as PDF, as CSV (RFC 4180: record, key, from, to, students, measured_s,
// credited_s, hidden) and as JSON. docs/formats/summary.md.
[[nodiscard]] std::string render_summary_html(const Summary& summary, Language language);
[[nodiscard]] std::string render_summary_pdf(const Summary& summary, Language language);
// A workbook: sheets of the summary, weeks, months, courses, provenance; durations are durations.
[[nodiscard]] std::string render_summary_xlsx(const Summary& summary, Language language);
[[nodiscard]] std::string render_summary_csv(const Summary& summary);
[[nodiscard]] std::string render_summary_json(const Summary& summary);

}  // namespace assidu::reports
