#include "federation/consolidation.h"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <tuple>
#include <unordered_map>

#include "config/limits.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using config::next;

constexpr std::int64_t kNobody = -1;

void add(Sums& sums, const LedgerRow& row) {
    sums.measured_s += row.measured_s;
    sums.credited_s += row.credited_s;
    sums.events += row.events;
}

void add(Sums& sums, const Sums& other) {
    sums.students += other.students;
    sums.measured_s += other.measured_s;
    sums.credited_s += other.credited_s;
    sums.events += other.events;
}

// The days and weeks of a period, by place.
class Span {
  public:
    explicit Span(const Period& period)
        : period_(period), first_monday_(config::monday_of(period.from).number) {
        if (period.to < period.from) return;
        const std::int64_t days = std::int64_t{period.to.number} - period.from.number + 1;
        if (days > config::limits::kPeriodDaysMax)
            throw std::logic_error("a period is to be consolidated that no report may have");
        days_ = static_cast<std::size_t>(days);
        weeks_ = static_cast<std::size_t>(period.to.number - first_monday_) / 7 + 1;
    }

    [[nodiscard]] std::size_t days() const { return days_; }
    [[nodiscard]] std::size_t day(CivilDay day) const {
        return static_cast<std::size_t>(day.number - period_.from.number);
    }
    [[nodiscard]] std::size_t week(CivilDay day) const {
        return static_cast<std::size_t>(day.number - first_monday_) / 7;
    }
    [[nodiscard]] std::vector<WeekSums> weeks() const {
        std::vector<WeekSums> weeks(weeks_);
        for (std::size_t i = 0; i < weeks_; ++i)
            weeks[i].monday = CivilDay{first_monday_ + 7 * static_cast<std::int32_t>(i)};
        return weeks;
    }

  private:
    Period period_;
    std::int32_t first_monday_;
    std::size_t days_ = 0, weeks_ = 0;
};

// Sums under which a student is counted once, however many of their rows there are: rows come by student.
struct Counted {
    Sums sums;
    std::int64_t last_student = kNobody;
    void add(const LedgerRow& row, std::int64_t student) {
        if (last_student != student) ++sums.students;
        last_student = student;
        federation::add(sums, row);
    }
};

// The courses of a member. A year has millions of rows and some hundred courses: most rows find theirs in a
// small table, by the last digits of the id.
class Courses {
  public:
    // The courses of this source from now on.
    void set_source(const std::string& source) {
        if (!sources_.empty() && sources_[source_].name == source) return;
        const auto found = std::ranges::find(sources_, source, &Source::name);
        source_ = static_cast<std::size_t>(found - sources_.begin());
        if (found == sources_.end()) sources_.push_back({source, {}});
        near_.fill({});
    }
    void add(const LedgerRow& row, std::int64_t student) {
        Near& near = near_[static_cast<std::uint64_t>(row.course) % near_.size()];
        // References into an unordered_map outlive its growth.
        if (near.counted == nullptr || near.course != row.course)
            near = {row.course, &sources_[source_].courses[row.course]};
        near.counted->add(row, student);
    }
    [[nodiscard]] std::vector<CourseSums> by_source_and_course() const {
        std::vector<CourseSums> courses;
        for (const Source& source : sources_) {
            for (const auto& [course, counted] : source.courses)
                courses.push_back({source.name, course, counted.sums});
        }
        std::ranges::sort(courses, [](const CourseSums& one, const CourseSums& other) {
            return std::tie(one.source, one.course) < std::tie(other.source, other.course);
        });
        return courses;
    }

  private:
    struct Source {
        std::string name;
        std::unordered_map<std::int64_t, Counted> courses;
    };
    struct Near {
        std::int64_t course = 0;
        Counted* counted = nullptr;
    };
    std::vector<Source> sources_;
    std::size_t source_ = 0;
    std::array<Near, 256> near_{};
};

// The same of a member whose rows the ledger keeps by day: courses are added up as the days have them, and of
// the rows nothing is read but who had one, to count each student once. False, with nothing added, if it does
// not.
bool add_days(MemberPart& part, const LedgerQuery& query, const Span& span, const Ledger& ledger,
              std::vector<bool>& pool_days) {
    struct Course {
        std::int64_t course = 0;
        Sums sums;
        std::vector<char> has_student;  // by number
    };
    std::vector<Course> courses;
    std::unordered_map<std::int64_t, std::size_t> place_of;
    std::vector<char> has_student;
    std::vector<std::size_t> last_week;  // by student, one up; 0: none yet
    std::vector<Course*> of_day;
    std::string source;
    const bool is_by_day = ledger.days(query, [&](const DaySums& day) {
        source = day.source;
        has_student.resize(day.student_count);
        last_week.resize(day.student_count);
        const std::size_t week = span.week(day.day);
        Sums& of_week = part.weeks[week].sums;
        for (const CourseTotals& totals : day.courses) {
            const auto [place, is_new] = place_of.try_emplace(totals.course, courses.size());
            if (is_new) courses.push_back({totals.course, {}, std::vector<char>(day.student_count)});
            for (Sums* sums : {&courses[place->second].sums, &of_week, &part.sums}) {
                sums->measured_s += totals.measured_s;
                sums->credited_s += totals.credited_s;
                sums->events += totals.events;
            }
        }
        of_day.clear();
        for (const CourseTotals& totals : day.courses)
            of_day.push_back(&courses[place_of.at(totals.course)]);
        for (std::size_t i = 0; i < day.students.size(); ++i) {
            const std::uint32_t student = day.students[i];
            Course& course = *of_day[day.course_of[i]];
            course.sums.students += course.has_student[student] == 0 ? 1 : 0;
            course.has_student[student] = 1;
            part.sums.students += has_student[student] == 0 ? 1 : 0;
            has_student[student] = 1;
            of_week.students += last_week[student] != week + 1 ? 1 : 0;
            last_week[student] = week + 1;
        }
        ++part.days;
        pool_days[span.day(day.day)] = true;
    });
    for (Course& course : courses)
        part.courses.push_back({source, course.course, course.sums});
    std::ranges::sort(part.courses, {}, &CourseSums::course);
    return is_by_day;
}

// The rows of one member, added up; its days go into `days` of the pool too.
void add_rows(MemberPart& part, const LedgerQuery& query, const Span& span, const Ledger& ledger,
              std::vector<bool>& pool_days) {
    if (add_days(part, query, span, ledger, pool_days)) return;
    const auto students = ledger.students(query.node, query.scale_sha256);
    auto source = students.begin();
    Courses courses;
    Counted all;
    std::vector<Counted> weeks(part.weeks.size());
    std::vector<bool> days(span.days());
    std::int64_t student = kNobody;
    StudentId last;
    ledger.rows(query, [&](const LedgerRow& row) {
        if (student == kNobody || row.student != last) {
            ++student;
            last = row.student;
            while (source != students.end() && source->first < row.student)
                ++source;
            courses.set_source(source != students.end() && source->first == row.student ? source->second
                                                                                        : std::string());
        }
        all.add(row, student);
        courses.add(row, student);
        weeks[span.week(row.day)].add(row, student);
        days[span.day(row.day)] = true;
    });
    part.sums = all.sums;
    part.courses = courses.by_source_and_course();
    for (std::size_t i = 0; i < weeks.size(); ++i)
        part.weeks[i].sums = weeks[i].sums;
    part.days = std::ranges::count(days, true);
    for (std::size_t i = 0; i < days.size(); ++i) {
        if (days[i]) pool_days[i] = true;
    }
}

// The runs of days of the period of which `stated` says false.
template <class Stated>
std::vector<Period> runs_without(const Period& period, Stated&& stated) {
    std::vector<Period> runs;
    for (CivilDay day = period.from; day <= period.to; day = next(day)) {
        if (stated(day)) continue;
        if (!runs.empty() && next(runs.back().to) == day)
            runs.back().to = day;
        else
            runs.push_back({day, day});
    }
    return runs;
}

std::vector<Period> unstated(const Period& period, const std::map<CivilDay, StatementLog::StatedDay>& days) {
    auto at = days.lower_bound(period.from);
    return runs_without(period, [&](CivilDay day) {
        if (at == days.end() || at->first != day) return false;
        ++at;
        return true;
    });
}

// Of our own totals: what is computed needs no statement to be known here, but no more is known of a day than
// a member could declare of it (declare_days()): nothing before the first day with a row, and nothing after
// the day of the last event, where the logs may just not have come.
std::vector<Period> unknown(const Period& period, const std::string& hub, const std::string& scale_sha256,
                            const Freshness& freshness, const config::CivilCalendar& calendar,
                            const Ledger& ledger) {
    std::optional<CivilDay> first;
    ledger.rows({hub, scale_sha256, {CivilDay{INT32_MIN}, period.to}, std::nullopt},
                [&](const LedgerRow& row) { first = std::min(first.value_or(row.day), row.day); });
    if (!first || !freshness.last_event_utc_s) return runs_without(period, [](CivilDay) { return false; });
    const CivilDay last = calendar.day_of(*freshness.last_event_utc_s);
    return runs_without(period, [&](CivilDay day) {
        return day >= *first && day <= last && calendar.end_of(day) <= freshness.as_of_utc_s;
    });
}

bool is_kept(const std::string& node, const StatementHead& announced, const StatementHead& head,
             const StatementLog& statements) {
    if (announced.number == 0 || announced == head) return true;
    const auto kept = statements.find(node, announced.number);
    return kept && kept->digest == announced.digest;
}

}  // namespace

bool Consolidated::complete() const {
    return !members.empty() && std::ranges::all_of(members, &MemberPart::complete);
}

Consolidated consolidate(const std::string& hub, const std::string& hub_name, const std::string& scale_sha256,
                         const Period& period, const config::CivilCalendar& calendar,
                         const MemberList& members, const StatementLog& statements, const Ledger& ledger) {
    const Span span(period);
    Consolidated pool;
    pool.period = period;
    pool.scale_sha256 = scale_sha256;
    pool.weeks = span.weeks();

    if (const auto freshness = ledger.freshness(hub, scale_sha256)) {
        MemberPart own;
        own.node = hub;
        own.name = hub_name;
        own.names = Names::roster;  // its own
        own.head = statements.head(hub);
        own.freshness = freshness;
        own.missing = unknown(period, hub, scale_sha256, *freshness, calendar, ledger);
        pool.members.push_back(std::move(own));
    }
    for (const Member& member : members.all()) {
        const bool was_active = member.state == MemberState::active || member.state == MemberState::suspended;
        if (!was_active || (!pool.members.empty() && member.id == hub)) continue;
        MemberPart part;
        part.node = member.id;
        part.name = member.name;
        part.state = member.state;
        part.names = member.names;
        part.head = statements.head(member.id);
        part.announced = member.announced;
        part.announced_utc_s = member.announced_utc_s;
        part.announced_is_kept = is_kept(member.id, member.announced, part.head, statements);
        part.freshness = ledger.freshness(member.id, scale_sha256);
        part.missing = unstated(period, statements.stated_days(member.id, scale_sha256));
        pool.members.push_back(std::move(part));
    }
    std::ranges::sort(pool.members, {}, &MemberPart::node);

    std::vector<bool> days(span.days());
    for (MemberPart& part : pool.members) {
        part.outages = ledger.outages(part.node, calendar.begin_of(period.from), calendar.end_of(period.to));
        part.weeks = span.weeks();
        add_rows(part, {part.node, scale_sha256, period, std::nullopt}, span, ledger, days);
        add(pool.sums, part.sums);
        for (std::size_t i = 0; i < pool.weeks.size(); ++i)
            add(pool.weeks[i].sums, part.weeks[i].sums);
    }
    pool.days = std::ranges::count(days, true);
    return pool;
}

}  // namespace assidu::federation
