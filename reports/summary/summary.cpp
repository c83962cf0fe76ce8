#include "reports/summary/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "reports/summary/suppression.h"

namespace assidu::reports {
namespace {

using config::CivilDay;

// A cell that is being filled: rows come student by student.
struct Filling {
    SummaryCell cell;
    CellStudents students;
    void add(std::uint32_t student, const federation::LedgerRow& row) {
        cell.measured_s += row.measured_s;
        cell.credited_s += row.credited_s;
        if (row.measured_s + row.credited_s == 0) return;
        if (students.empty() || students.back() != student) students.push_back(student);
    }
};

CivilDay first_of_next_month(CivilDay day) {
    const config::Date date = config::date_of(day);
    const bool december = date.month == 12;
    return config::civil_day(date.year + (december ? 1 : 0), december ? 1 : date.month + 1, 1).value();
}

// Hides what must be, and tells how many students the others have.
void settle(std::vector<Filling*> cells, std::size_t k, const std::vector<bool>& forced = {}) {
    std::vector<CellStudents> students;
    for (const Filling* const cell : cells)
        students.push_back(cell->students);
    const std::vector<bool> hidden = hidden_cells(students, k, forced);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        cells[i]->cell.students = static_cast<std::int64_t>(cells[i]->students.size());
        if (hidden[i]) cells[i]->cell = SummaryCell{true, 0, 0, 0};
    }
}

class Gathering {
  public:
    explicit Gathering(const SummaryRequest& request) : request_(request) {
        const federation::Period& period = request.report.period;
        for (CivilDay monday = config::monday_of(period.from); monday <= period.to;
             monday = next(monday, 7)) {
            SummaryWeek& week = weeks_.emplace_back();
            week.week = config::iso_week(monday);
            week.from = std::max(monday, period.from);
            week.to = std::min(next(monday, 6), period.to);
        }
        for (CivilDay day = period.from; day <= period.to; day = first_of_next_month(day)) {
            SummaryMonth& month = months_.emplace_back();
            month.year = config::date_of(day).year;
            month.month = config::date_of(day).month;
            month.from = day;
            month.to = std::min(next(first_of_next_month(day), -1), period.to);
        }
        week_cells_.resize(weeks_.size());
        month_cells_.resize(months_.size());
    }

    void add(std::uint32_t student, const std::string& source, const federation::LedgerRow& row) {
        if (!request_.courses.empty() && !request_.courses.contains(row.course)) return;
        total_.add(student, row);
        const std::size_t week = static_cast<std::size_t>(
            (row.day.number - config::monday_of(request_.report.period.from).number) / 7);
        week_cells_.at(week).add(student, row);
        const auto month =
            std::ranges::find_if(months_, [&](const SummaryMonth& one) { return row.day <= one.to; });
        month_cells_.at(static_cast<std::size_t>(month - months_.begin())).add(student, row);
        courses_[{source, row.course}].add(student, row);
        seconds_[student] += row.measured_s + row.credited_s;
        if (row.last_utc_s) {
            auto& last = last_[student];
            last = std::max(last, *row.last_utc_s);
        }
    }

    void finish(Summary& summary, const Directory& directory);

  private:
    void finish_silences(Summary& summary) const;
    void finish_completions(Summary& summary) const;

    const SummaryRequest& request_;
    Filling total_;
    std::vector<SummaryWeek> weeks_;
    std::vector<SummaryMonth> months_;
    std::vector<Filling> week_cells_, month_cells_;
    std::map<std::pair<std::string, std::int64_t>, Filling> courses_;
    std::map<std::uint32_t, std::int64_t> seconds_, last_;
};

void Gathering::finish_silences(Summary& summary) const {
    const std::int64_t end_s = summary.calendar.end_of(summary.period.to);
    std::vector<std::int64_t> counts;
    for (const std::int64_t days : {7, 14, 21}) {
        std::int64_t heard = 0;
        const std::int64_t since_s =
            summary.calendar.begin_of(next(summary.period.to, static_cast<std::int32_t>(1 - days)));
        for (const auto& [student, last_s] : last_)
            if (last_s >= since_s && last_s < end_s) ++heard;
        summary.silences.push_back({days, false, summary.students - heard});
        counts.push_back(summary.silences.back().students);
    }
    const std::vector<bool> hidden = hidden_counts(counts, summary.students, summary.k);
    for (std::size_t i = 0; i < hidden.size(); ++i)
        if (hidden[i]) summary.silences[i] = {summary.silences[i].days, true, 0};
}

void Gathering::finish_completions(Summary& summary) const {
    if (!request_.completions) return;
    std::int64_t all = 0, people = 0;
    for (const auto& [student, count] : *request_.completions) {
        all += count;
        if (count > 0) ++people;
    }
    if (hidden_counts({people}, summary.students, summary.k).front()) return;
    summary.completions = all;
    summary.completing_students = people;
}

void Gathering::finish(Summary& summary, const Directory& directory) {
    const std::size_t k = static_cast<std::size_t>(summary.k);
    const auto pointers = [](auto& cells) {
        std::vector<Filling*> all;
        for (Filling& cell : cells)
            all.push_back(&cell);
        return all;
    };
    settle(pointers(week_cells_), k);
    // A month is not shown where a week that touches it is hidden: with the others it would give it away.
    std::vector<bool> forced;
    for (const SummaryMonth& month : months_) {
        bool touches = false;
        for (std::size_t i = 0; i < weeks_.size(); ++i)
            touches = touches || (week_cells_[i].cell.hidden && weeks_[i].from <= month.to &&
                                  weeks_[i].to >= month.from);
        forced.push_back(touches);
    }
    settle(pointers(month_cells_), k, forced);
    std::vector<Filling*> of_courses;
    for (auto& [key, cell] : courses_)
        of_courses.push_back(&cell);
    settle(of_courses, k);
    for (std::size_t i = 0; i < weeks_.size(); ++i) {
        weeks_[i].cell = week_cells_[i].cell;
        summary.weeks.push_back(weeks_[i]);
    }
    for (std::size_t i = 0; i < months_.size(); ++i) {
        months_[i].cell = month_cells_[i].cell;
        summary.months.push_back(months_[i]);
    }
    for (const auto& [key, cell] : courses_) {
        SummaryCourse& course = summary.courses.emplace_back();
        std::tie(course.source, course.course) = key;
        if (course.course > 0) course.names = directory.course(course.source, course.course);
        course.cell = cell.cell;
    }
    std::ranges::sort(summary.courses, {}, [](const SummaryCourse& course) {
        return std::tuple(course.cell.hidden, -course.cell.measured_s - course.cell.credited_s, course.source,
                          course.course);
    });
    summary.active = static_cast<std::int64_t>(total_.students.size());
    summary.active_hidden = hidden_counts({summary.active}, summary.students, summary.k).front();
    std::vector<std::int64_t> seconds;
    for (const auto& [student, sum] : seconds_)
        if (sum > 0) seconds.push_back(sum);
    if (seconds.size() >= k) {
        const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>((seconds.size() - 1) / 2);
        std::ranges::nth_element(seconds, middle);
        summary.median_s = *middle;
    }
    settle({&total_}, k);
    summary.total = total_.cell;
    if (summary.active_hidden) summary.active = 0;
    finish_silences(summary);
    finish_completions(summary);
}

}  // namespace

config::Result<Summary> build_summary(const SummaryRequest& request, const federation::Ledger& ledger,
                                      const Directory& directory) {
    // The group report judges the request against what the ledger holds, and everything's provenance.
    const auto ground = build_group_report(request.report, {}, ledger, directory);
    if (!ground) return std::unexpected(ground.error());
    auto students = request.students;
    std::ranges::sort(students);
    const auto repeated =
        std::ranges::unique(students, {}, &std::pair<federation::StudentId, std::string>::first);
    students.erase(repeated.begin(), repeated.end());
    if (students.size() < static_cast<std::size_t>(request.k))
        return config::refuse(fmt::format(
            "no data: the selection has fewer than {} students, of whom nothing may be said", request.k));
    Summary summary{.provenance = ground->provenance,
                    .period = request.report.period,
                    .calendar = ground->calendar,
                    .selection = request.selection,
                    .k = request.k,
                    .students = static_cast<std::int64_t>(students.size()),
                    .total = {},
                    .median_s = {},
                    .completions = {},
                    .completing_students = {},
                    .silences = {},
                    .weeks = {},
                    .months = {},
                    .courses = {}};
    summary.provenance.dropped.reset();
    Gathering gathering(request);
    for (std::uint32_t place = 0; place < students.size(); ++place) {
        const auto& [student, source] = students[place];
        ledger.rows({request.report.node_id, request.report.scale->sha256, request.report.period, student},
                    [&](const federation::LedgerRow& row) { gathering.add(place, source, row); });
    }
    gathering.finish(summary, directory);
    return summary;
}

}  // namespace assidu::reports
