#include "reports/build.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <tuple>

#include "config/limits.h"
#include "reports/imprint.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilCalendar;
using config::CivilDay;
using federation::Ledger;
using federation::LedgerQuery;
using federation::LedgerRow;
using federation::SessionRow;
using federation::StudentId;

template <class Line>
void add(Line& line, const auto& part) {
    line.measured_s += part.measured_s;
    line.credited_s += part.credited_s;
    line.events += part.events;
}

bool any_time(const auto& part) {
    return part.measured_s + part.credited_s > 0;
}

// Rows that contradict themselves. Ours never do; a member's are its own word.
struct Contradiction : std::logic_error {
    using std::logic_error::logic_error;
};

void require(bool holds, std::string_view what) {
    if (!holds) throw Contradiction(fmt::format("report refused to itself: {}", what));
}

// What both reports begin with: the request judged against what the ledger holds.
struct Ground {
    CivilCalendar calendar;
    std::int64_t begin_utc_s, end_utc_s;
    Provenance provenance;
    LedgerQuery query;  // of all students
};

void add_remark(Provenance& provenance, const char* code) {
    if (std::ranges::find(provenance.remarks, code) == provenance.remarks.end())
        provenance.remarks.emplace_back(code);
}

// One run of missing days is the whole period: runs that touch are one.
bool nothing_declared(const Declared& declared, const federation::Period& period) {
    return std::ranges::any_of(declared.missing_days, [&](const federation::Period& run) {
        return run.from <= period.from && run.to >= period.to;
    });
}

config::Result<Ground> open(const ReportRequest& request, const Ledger& ledger) {
    require(request.scale != nullptr, "it was asked for without a scale");
    const config::Scale& scale = *request.scale;
    if (request.period.to < request.period.from)
        return config::refuse(fmt::format("the period ends ({}) before it begins ({})",
                                          config::iso_date(request.period.to),
                                          config::iso_date(request.period.from)));
    if (std::int64_t{request.period.to.number} - request.period.from.number >= config::limits::kPeriodDaysMax)
        return config::refuse(
            fmt::format("the period is longer than {} days", config::limits::kPeriodDaysMax));
    auto calendar = CivilCalendar::of(scale.timezone);
    if (!calendar) return std::unexpected(calendar.error());
    const std::int64_t begin_utc_s = calendar->begin_of(request.period.from);
    const std::int64_t end_utc_s = calendar->end_of(request.period.to);

    const bool received = request.received.has_value();
    const auto freshness = ledger.freshness(request.node_id, scale.sha256);
    if (!freshness)
        return config::refuse(fmt::format(
            "no data: {} '{}' {} under scale {}", received ? "member" : "the totals of node", request.node_id,
            received ? "never declared anything" : "were never made", scale.name()));
    if (freshness->as_of_utc_s <= begin_utc_s)
        return config::refuse(fmt::format(
            "no data: the totals of {} '{}' under scale {} hold for {}, and the period begins only then or "
            "later; {}",
            received ? "member" : "node", request.node_id, scale.name(),
            calendar->local_iso(freshness->as_of_utc_s),
            received ? "its next statement has to arrive first" : "make them again"));
    if (received && nothing_declared(request.received->declared, request.period))
        return config::refuse(fmt::format("no data: member '{}' declared no day of {} to {} under scale {}",
                                          request.node_id, config::iso_date(request.period.from),
                                          config::iso_date(request.period.to), scale.name()));
    const LedgerQuery query{request.node_id, scale.sha256, request.period, std::nullopt};
    Provenance provenance;
    static_cast<Imprint&>(provenance) = imprint_of(scale, request.language, request.issued_at_utc_s);
    provenance.node_id = request.node_id;
    provenance.node_name = request.node_name;
    provenance.wwwroot = request.wwwroot;
    provenance.freshness = *freshness;
    provenance.outages = ledger.outages(request.node_id, begin_utc_s, end_utc_s);
    provenance.remarks = request.remarks;
    provenance.received = request.received;
    if (freshness->as_of_utc_s < end_utc_s) add_remark(provenance, "period_not_over");
    if (freshness->last_event_utc_s.value_or(begin_utc_s - 1) < begin_utc_s)
        add_remark(provenance, "last_event_before_period");
    return Ground{*std::move(calendar), begin_utc_s, end_utc_s, std::move(provenance), query};
}

// Invariants of what the ledger gives
// -----------------------------------------------------------------------------

// Traces lie on the day of their row; only a member's word needs to be told.
void check_traces(const CivilCalendar& calendar, const LedgerRow& row) {
    for (const auto& trace_utc_s : {row.first_utc_s, row.last_utc_s})
        require(!trace_utc_s ||
                    (*trace_utc_s >= calendar.begin_of(row.day) && *trace_utc_s < calendar.end_of(row.day)),
                fmt::format("a trace of {} is not of that day", config::iso_date(row.day)));
}

void check_row(const Ground& ground, const LedgerRow& row) {
    if (ground.provenance.received) check_traces(ground.calendar, row);
    ActivityLine activities;
    for (const federation::ActivityShare& share : row.activities) {
        require(share.measured_s >= 0 && share.credited_s >= 0 && share.events >= 0,
                "an activity of negative time");
        add(activities, share);
    }
    require(row.measured_s >= 0 && row.credited_s >= 0 && row.events >= 0, "a ledger row of negative time");
    require(activities.measured_s <= row.measured_s && activities.credited_s <= row.credited_s &&
                activities.events <= row.events,
            fmt::format("the activities of course {} on {} exceed the course", row.course,
                        config::iso_date(row.day)));
}

// Intervals of a student never overlap: no day can hold more than itself.
void check_day(const CivilCalendar& calendar, CivilDay day, std::int64_t measured_s) {
    require(measured_s <= calendar.end_of(day) - calendar.begin_of(day),
            fmt::format("{} s measured on {}, more than the day has", measured_s, config::iso_date(day)));
}

template <class Lines>
void check_sum(const Totals& totals, const Lines& lines, std::string_view what) {
    Totals sum;
    for (const auto& line : lines)
        add(sum, line);
    require(sum.measured_s == totals.measured_s && sum.credited_s == totals.credited_s &&
                sum.events == totals.events,
            fmt::format("the {} do not add up to the total", what));
}

bool touches(const Ground& ground, const SessionRow& session) {
    // A session of no length lies at its begin; another that ends where the period begins is over before it.
    return session.begin_utc_s < ground.end_utc_s &&
           (session.begin_utc_s >= ground.begin_utc_s || session.end_utc_s > ground.begin_utc_s);
}

// By name, those without one next by id, what is no course last.
std::tuple<int, std::string, std::int64_t> course_key(std::int64_t course,
                                                      const std::optional<Course>& names) {
    const std::string name = !names ? "" : names->fullname.empty() ? names->shortname : names->fullname;
    return {course <= 0 ? 2 : name.empty() ? 1 : 0, sort_key(name), course};
}

std::tuple<bool, std::string, std::int64_t> activity_key(const ActivityLine& line) {
    const std::string name = line.names ? line.names->name : "";
    return {name.empty(), sort_key(name), line.activity};
}

// Names of courses, each asked for once a report.
class CourseNames {
  public:
    CourseNames(const Directory& directory, std::string source)
        : directory_(directory), source_(std::move(source)) {}

    const std::optional<Course>& of(std::int64_t course) {
        const auto known = names_.find(course);
        if (known != names_.end()) return known->second;
        return names_.emplace(course, course > 0 ? directory_.course(source_, course) : std::nullopt)
            .first->second;
    }
    std::optional<Activity> activity(std::int64_t activity) const {
        return directory_.activity(source_, activity);
    }

  private:
    const Directory& directory_;
    std::string source_;
    std::map<std::int64_t, std::optional<Course>> names_;
};

// The student report
// ------------------------------------------------------------------------------------------------

struct CourseSum {
    CourseLine line;
    std::map<std::int64_t, ActivityLine> activities;
};

void add_to_day(std::vector<DayLine>& days, const LedgerRow& row, CourseNames& names) {
    if (days.empty() || days.back().day != row.day) days.emplace_back().day = row.day;
    DayLine& day = days.back();
    add(day, row);
    if (row.first_utc_s)
        day.first_utc_s = std::min(day.first_utc_s.value_or(*row.first_utc_s), *row.first_utc_s);
    if (row.last_utc_s) day.last_utc_s = std::max(day.last_utc_s.value_or(*row.last_utc_s), *row.last_utc_s);
    day.courses.push_back({row.course, names.of(row.course), row.measured_s, row.credited_s, row.events});
}

void add_to_course(CourseSum& sum, const LedgerRow& row) {
    add(sum.line, row);
    for (const federation::ActivityShare& share : row.activities) {
        ActivityLine& activity = sum.activities[share.activity];
        activity.activity = share.activity;
        add(activity, share);
    }
}

std::vector<CourseLine> finish_courses(std::map<std::int64_t, CourseSum> sums, CourseNames& names) {
    std::vector<CourseLine> lines;
    for (auto& [course, sum] : sums) {
        CourseLine& line = sum.line;
        line.course = course;
        line.names = names.of(course);
        ActivityLine inside;
        for (auto& [id, activity] : sum.activities) {
            activity.names = names.activity(id);
            add(inside, activity);
            line.activities.push_back(std::move(activity));
        }
        line.pages_measured_s = line.measured_s - inside.measured_s;
        line.pages_credited_s = line.credited_s - inside.credited_s;
        line.pages_events = line.events - inside.events;
        std::ranges::sort(line.activities, {}, activity_key);
        lines.push_back(std::move(line));
    }
    std::ranges::sort(lines, {}, [](const CourseLine& line) { return course_key(line.course, line.names); });
    return lines;
}

void add_session(StudentReport& report, const Ground& ground, const SessionRow& session, CourseNames& names) {
    if (!touches(ground, session)) return;
    SessionLine line;
    line.begin_utc_s = session.begin_utc_s;
    line.end_utc_s = session.end_utc_s;
    line.events = session.events;
    line.clipped = session.begin_utc_s < ground.begin_utc_s || session.end_utc_s > ground.end_utc_s;
    line.inside_s =
        std::min(session.end_utc_s, ground.end_utc_s) - std::max(session.begin_utc_s, ground.begin_utc_s);
    for (const std::int64_t course : session.courses)
        line.courses.emplace_back(course, names.of(course));
    report.sessions->push_back(std::move(line));
    const auto day =
        std::ranges::find(report.days, ground.calendar.day_of(session.begin_utc_s), &DayLine::day);
    if (day != report.days.end()) day->sessions = day->sessions.value_or(0) + 1;
}

// What a ledger of our own knows beyond rows; nobody declares it to a hub.
void add_sessions_and_dropped(StudentReport& report, const Ground& ground, const Ledger& ledger,
                              CourseNames& names) {
    report.sessions.emplace();
    for (DayLine& day : report.days)
        day.sessions = 0;
    ledger.sessions(ground.query, ground.begin_utc_s, ground.end_utc_s,
                    [&](const SessionRow& session) { add_session(report, ground, session, names); });
    report.totals.sessions = static_cast<std::int64_t>(report.sessions->size());
    report.provenance.dropped = ledger.dropped(ground.query);
}

void check(const StudentReport& report) {
    for (const DayLine& day : report.days) {
        check_day(report.calendar, day.day, day.measured_s);
        check_sum({day.measured_s, day.credited_s, day.events}, day.courses, "courses of a day");
    }
    check_sum(report.totals, report.days, "days");
    check_sum(report.totals, report.courses, "courses");
}

std::string source_of(const StudentId& student, const ReportRequest& request, const Ledger& ledger) {
    for (auto& [known, source] : ledger.students(request.node_id, request.scale->sha256))
        if (known == student) return source;
    return "";  // no trace in the ledger, so no course to name
}

// The group report
// --------------------------------------------------------------------------------------------------

// Counts a student once, however many rows they have: rows come student by student.
struct Once {
    std::size_t last = SIZE_MAX;
    bool first_time(std::size_t student) { return std::exchange(last, student) != student; }
};

class GroupBuilder {
  public:
    GroupBuilder(const Ground& ground, const ReportRequest& request, const Directory& directory,
                 std::vector<std::pair<StudentId, std::string>> students);

    void add_row(const LedgerRow& row);
    void add_session(const SessionRow& session);
    [[nodiscard]] GroupReport finish();

    [[nodiscard]] const std::vector<std::pair<StudentId, std::string>>& students() const { return students_; }

  private:
    struct CourseSum {
        GroupCourseLine line;
        Once counted;
    };
    struct WeekSum {
        WeekLine line;
        Once counted;
    };

    // The student's place in the group; SIZE_MAX for somebody else.
    [[nodiscard]] std::size_t place_of(const StudentId& student) const;
    void finish_day();

    const Ground& ground_;
    const Directory& directory_;
    std::vector<std::pair<StudentId, std::string>> students_;  // by id, each once
    GroupReport report_;
    std::map<std::pair<std::string, std::int64_t>, CourseSum> courses_;
    std::vector<WeekSum> weeks_;
    std::set<CivilDay> days_;
    // The day that rows are arriving for.
    std::size_t at_student_ = SIZE_MAX;
    CivilDay at_day_;
    std::int64_t at_day_measured_s_ = 0;
};

GroupBuilder::GroupBuilder(const Ground& ground, const ReportRequest& request, const Directory& directory,
                           std::vector<std::pair<StudentId, std::string>> students)
    : ground_(ground),
      directory_(directory),
      students_(std::move(students)),
      report_{.provenance = ground.provenance,
              .period = request.period,
              .calendar = ground.calendar,
              .totals = {},
              .lines = {},
              .courses = {},
              .weeks = {}} {
    std::ranges::sort(students_);
    const auto repeated = std::ranges::unique(students_, {}, &std::pair<StudentId, std::string>::first);
    students_.erase(repeated.begin(), repeated.end());
    for (const auto& [student, source] : students_) {
        GroupStudentLine& line = report_.lines.emplace_back();
        line.student = student;
        line.person = directory.person(student);
        if (!request.received) line.totals.sessions = 0;
    }
    if (!request.received) report_.totals.sessions = 0;
    for (CivilDay monday = config::monday_of(request.period.from); monday <= request.period.to;
         monday = config::next(monday, 7)) {
        WeekLine& line = weeks_.emplace_back().line;
        line.week = config::iso_week(monday);
        line.from = std::max(monday, request.period.from);
        line.to = std::min(config::next(monday, 6), request.period.to);
    }
}

std::size_t GroupBuilder::place_of(const StudentId& student) const {
    const auto found =
        std::ranges::lower_bound(students_, student, {}, &std::pair<StudentId, std::string>::first);
    if (found == students_.end() || found->first != student) return SIZE_MAX;
    return static_cast<std::size_t>(found - students_.begin());
}

void GroupBuilder::finish_day() {
    if (at_student_ != SIZE_MAX) check_day(ground_.calendar, at_day_, at_day_measured_s_);
    at_day_measured_s_ = 0;
}

void GroupBuilder::add_row(const LedgerRow& row) {
    const std::size_t place = place_of(row.student);
    if (place == SIZE_MAX) return;
    check_row(ground_, row);
    GroupStudentLine& line = report_.lines[place];
    if (at_student_ != place || at_day_ != row.day) {
        finish_day();
        at_student_ = place;
        at_day_ = row.day;
        ++line.totals.days;
        days_.insert(row.day);
    }
    at_day_measured_s_ += row.measured_s;
    add(line.totals, row);
    if (row.first_utc_s)
        line.first_utc_s = std::min(line.first_utc_s.value_or(*row.first_utc_s), *row.first_utc_s);
    if (row.last_utc_s)
        line.last_utc_s = std::max(line.last_utc_s.value_or(*row.last_utc_s), *row.last_utc_s);

    CourseSum& course = courses_[{students_[place].second, row.course}];
    add(course.line, row);
    if (course.counted.first_time(place)) ++course.line.students;

    const std::int32_t week = (row.day.number - config::monday_of(report_.period.from).number) / 7;
    WeekSum& sum = weeks_.at(static_cast<std::size_t>(week));
    add(sum.line, row);
    if (any_time(row) && sum.counted.first_time(place)) ++sum.line.students;
}

void GroupBuilder::add_session(const SessionRow& session) {
    const std::size_t place = place_of(session.student);
    if (place == SIZE_MAX || !touches(ground_, session)) return;
    std::optional<std::int64_t>& sessions = report_.lines[place].totals.sessions;
    sessions = sessions.value_or(0) + 1;
}

GroupReport GroupBuilder::finish() {
    finish_day();
    std::vector<std::int64_t> seconds;
    for (const GroupStudentLine& line : report_.lines) {
        add(report_.totals, line.totals);
        if (report_.totals.sessions) *report_.totals.sessions += line.totals.sessions.value_or(0);
        if (any_time(line.totals)) seconds.push_back(line.totals.measured_s + line.totals.credited_s);
    }
    report_.totals.days = static_cast<std::int64_t>(days_.size());
    report_.students = static_cast<std::int64_t>(report_.lines.size());
    report_.active = static_cast<std::int64_t>(seconds.size());
    if (!seconds.empty()) {
        const auto middle = seconds.begin() + static_cast<std::ptrdiff_t>((seconds.size() - 1) / 2);
        std::ranges::nth_element(seconds, middle);
        report_.median_s = *middle;
    }
    for (auto& [key, sum] : courses_) {
        GroupCourseLine& line = report_.courses.emplace_back(std::move(sum.line));
        std::tie(line.source, line.course) = key;
        if (line.course > 0) line.names = directory_.course(line.source, line.course);
    }
    for (WeekSum& sum : weeks_)
        report_.weeks.push_back(sum.line);
    std::ranges::sort(report_.courses, {}, [](const GroupCourseLine& line) {
        return std::tuple_cat(course_key(line.course, line.names), std::tuple(line.source));
    });
    std::ranges::sort(report_.lines, {}, [](const GroupStudentLine& line) {
        const Person person = line.person.value_or(Person{});
        const bool nameless = person.lastname.empty() && person.firstname.empty();
        return std::tuple(nameless, sort_key(person.lastname), sort_key(person.firstname), line.student);
    });
    check_sum(report_.totals, report_.courses, "courses");
    check_sum(report_.totals, report_.weeks, "weeks");
    return std::move(report_);
}

// The rest of a report that may rest on a member's word: a contradiction is then the member's.
template <class Build>
auto judging_the_rows(const ReportRequest& request, const Build& build) -> config::Result<decltype(build())> {
    try {
        return build();
    } catch (const Contradiction& contradiction) {
        if (!request.received) throw;
        return config::refuse(fmt::format("what member '{}' declared contradicts itself: {}", request.node_id,
                                          contradiction.what()));
    }
}

StudentReport student_report(const ReportRequest& request, const Ground& ground, const StudentId& student,
                             const Ledger& ledger, const Directory& directory, const std::string& source) {
    CourseNames names(directory, source.empty() ? source_of(student, request, ledger) : source);
    StudentReport report{.provenance = ground.provenance,
                         .period = request.period,
                         .calendar = ground.calendar,
                         .student = student,
                         .person = directory.person(student),
                         .dossiers = directory.dossiers(student, request.period),
                         .totals = {},
                         .days = {},
                         .courses = {},
                         .sessions = {}};
    std::map<std::int64_t, CourseSum> courses;
    ledger.rows(ground.query, [&](const LedgerRow& row) {
        check_row(ground, row);
        add(report.totals, row);
        add_to_day(report.days, row, names);
        add_to_course(courses[row.course], row);
    });
    report.courses = finish_courses(std::move(courses), names);
    if (!request.received) add_sessions_and_dropped(report, ground, ledger, names);
    report.totals.days = static_cast<std::int64_t>(report.days.size());
    check(report);
    return report;
}

GroupReport group_report(const ReportRequest& request, const Ground& ground,
                         const std::vector<std::pair<StudentId, std::string>>& students, const Ledger& ledger,
                         const Directory& directory) {
    GroupBuilder builder(ground, request, directory, students);
    std::map<std::string, std::int64_t> dropped;
    const auto visit = [&](const LedgerQuery& query) {
        ledger.rows(query, [&](const LedgerRow& row) { builder.add_row(row); });
        if (request.received) return;
        ledger.sessions(query, ground.begin_utc_s, ground.end_utc_s,
                        [&](const SessionRow& session) { builder.add_session(session); });
        for (const auto& [reason, events] : ledger.dropped(query))
            dropped[reason] += events;
    };
    // A group that is the whole node is read in one pass; of a smaller one only its own rows are read.
    const auto known = ledger.students(request.node_id, request.scale->sha256);
    const bool whole = std::ranges::all_of(known, [&](const auto& entry) {
        return std::ranges::binary_search(builder.students(), entry.first, {},
                                          &std::pair<StudentId, std::string>::first);
    });
    if (whole) {
        visit(ground.query);
    } else {
        for (const auto& [student, source] : builder.students()) {
            LedgerQuery query = ground.query;
            query.student = student;
            visit(query);
        }
    }
    GroupReport report = builder.finish();
    if (!request.received) report.provenance.dropped = std::move(dropped);
    return report;
}

}  // namespace

config::Result<StudentReport> build_student_report(const ReportRequest& request, const StudentId& student,
                                                   const Ledger& ledger, const Directory& directory,
                                                   const std::string& source) {
    auto ground = open(request, ledger);
    if (!ground) return std::unexpected(ground.error());
    ground->query.student = student;
    return judging_the_rows(
        request, [&] { return student_report(request, *ground, student, ledger, directory, source); });
}

config::Result<GroupReport> build_group_report(const ReportRequest& request,
                                               const std::vector<std::pair<StudentId, std::string>>& students,
                                               const Ledger& ledger, const Directory& directory) {
    auto ground = open(request, ledger);
    if (!ground) return std::unexpected(ground.error());
    return judging_the_rows(request,
                            [&] { return group_report(request, *ground, students, ledger, directory); });
}

}  // namespace assidu::reports
