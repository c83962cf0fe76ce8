#include "reports/build_pool.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <tuple>

#include "reports/imprint.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilDay;
using federation::Consolidated;
using federation::MemberPart;
using federation::Period;
using federation::Sums;
using federation::WeekSums;

void require(bool holds, std::string_view what) {
    if (!holds) throw std::logic_error(fmt::format("pool report refused to itself: {}", what));
}

void add(Sums& sums, const auto& part) {
    sums.students += part.students;
    sums.measured_s += part.measured_s;
    sums.credited_s += part.credited_s;
    sums.events += part.events;
}

// Students of weeks and of courses do not add up: one has several.
bool same_time(const Sums& a, const Sums& b) {
    return std::tie(a.measured_s, a.credited_s, a.events) == std::tie(b.measured_s, b.credited_s, b.events);
}

std::int64_t days_in(const Period& period) {
    return std::max<std::int64_t>(0, std::int64_t{period.to.number} - period.from.number + 1);
}

// The days of a period of which something does not say anything, by their place in it.
class MissingDays {
  public:
    explicit MissingDays(const Period& period)
        : period_(period), missing_(static_cast<std::size_t>(days_in(period))) {}

    void add(const std::vector<Period>& runs) {
        for (const Period& run : runs)
            for (CivilDay day = std::max(run.from, period_.from); day <= std::min(run.to, period_.to);
                 day = config::next(day))
                missing_[place(day)] = true;
    }
    // `span` lies inside the period.
    [[nodiscard]] std::int64_t within(const Period& span) const {
        std::int64_t days = 0;
        for (CivilDay day = span.from; day <= span.to; day = config::next(day))
            days += missing_[place(day)] ? 1 : 0;
        return days;
    }

  private:
    [[nodiscard]] std::size_t place(CivilDay day) const {
        return static_cast<std::size_t>(std::int64_t{day.number} - period_.from.number);
    }
    Period period_;
    std::vector<bool> missing_;
};

Period part_of_week(CivilDay monday, const Period& period) {
    return {std::max(monday, period.from), std::min(config::next(monday, 6), period.to)};
}

PoolWeekLine week_line(const WeekSums& week, const Period& period, std::int64_t missing_days, bool known) {
    const Period part = part_of_week(week.monday, period);
    PoolWeekLine line{.week = config::iso_week(week.monday),
                      .from = part.from,
                      .to = part.to,
                      .missing_days = missing_days};
    if (known) line.sums = week.sums;
    return line;
}

std::vector<PoolWeekLine> member_weeks(const MemberPart& part, const Period& period) {
    std::vector<PoolWeekLine> lines;
    MissingDays missing(period);
    missing.add(part.missing);
    Sums whole;
    for (const WeekSums& week : part.weeks) {
        const Period span = part_of_week(week.monday, period);
        const std::int64_t missing_days = missing.within(span);
        const bool known = missing_days < days_in(span) || !same_time(week.sums, {});
        lines.push_back(week_line(week, period, missing_days, known));
        add(whole, week.sums);
    }
    require(same_time(whole, part.sums), fmt::format("the weeks of {} are not its total", part.node));
    return lines;
}

std::vector<GroupCourseLine> member_courses(const MemberPart& part, const Directory* directory) {
    std::vector<GroupCourseLine> lines;
    Sums whole;
    for (const federation::CourseSums& course : part.courses) {
        GroupCourseLine& line = lines.emplace_back();
        line.source = course.source;
        line.course = course.course;
        if (directory != nullptr && line.course > 0) line.names = directory->course(line.source, line.course);
        line.students = course.sums.students;
        line.measured_s = course.sums.measured_s;
        line.credited_s = course.sums.credited_s;
        line.events = course.sums.events;
        add(whole, course.sums);
    }
    require(same_time(whole, part.sums), fmt::format("the courses of {} are not its total", part.node));
    std::ranges::sort(lines, {}, [](const GroupCourseLine& line) {
        return std::tuple(-(line.measured_s + line.credited_s), -line.events, line.source, line.course);
    });
    return lines;
}

PoolMemberLine member_line(const MemberPart& part, const Period& period, const Directory* directory) {
    PoolMemberLine line;
    line.node = part.node;
    line.name = part.name;
    line.state = part.state;
    line.names = part.names;
    line.declared = declared_of(part);
    line.freshness = part.freshness;
    line.outages = part.outages;
    if (has_data(part, period)) {
        line.days = part.days;
        line.sums = part.sums;
    }
    line.courses = member_courses(part, directory);
    line.weeks = member_weeks(part, period);
    return line;
}

std::vector<PoolWeekLine> pool_weeks(const Consolidated& consolidated,
                                     const std::vector<PoolMemberLine>& members) {
    std::vector<PoolWeekLine> lines;
    MissingDays missing(consolidated.period);
    for (const MemberPart& part : consolidated.members)
        missing.add(part.missing);
    Sums whole;
    for (std::size_t i = 0; i < consolidated.weeks.size(); ++i) {
        const WeekSums& week = consolidated.weeks[i];
        const bool known = std::ranges::any_of(
            members, [&](const PoolMemberLine& member) { return member.weeks.at(i).sums.has_value(); });
        lines.push_back(week_line(week, consolidated.period,
                                  missing.within(part_of_week(week.monday, consolidated.period)), known));
        Sums of_members;
        for (const MemberPart& part : consolidated.members)
            add(of_members, part.weeks.at(i).sums);
        require(of_members == week.sums, "the members' weeks are not the pool's");
        add(whole, week.sums);
    }
    require(same_time(whole, consolidated.sums), "the weeks are not the total");
    return lines;
}

void check(const Consolidated& consolidated) {
    Sums whole;
    for (const MemberPart& part : consolidated.members) {
        require(part.weeks.size() == consolidated.weeks.size(),
                fmt::format("{} has other weeks than the pool", part.node));
        for (std::size_t i = 0; i < part.weeks.size(); ++i)
            require(part.weeks[i].monday == consolidated.weeks[i].monday,
                    fmt::format("{} has other weeks than the pool", part.node));
        add(whole, part.sums);
    }
    require(whole == consolidated.sums, "the members are not the total");
}

}  // namespace

Declared declared_of(const MemberPart& part) {
    return {.last = part.head,
            .announced = part.announced.number,
            .announced_utc_s = part.announced_utc_s,
            .announced_is_kept = part.announced_is_kept,
            .missing_days = part.missing};
}

bool has_data(const MemberPart& part, const Period& period) {
    MissingDays missing(period);
    missing.add(part.missing);
    return part.days > 0 || missing.within(period) < days_in(period);
}

config::Result<PoolReport> build_pool_report(const PoolReportRequest& request,
                                             const Consolidated& consolidated) {
    require(request.scale != nullptr && request.scale->sha256 == consolidated.scale_sha256,
            "it was asked for under another scale than the consolidation's");
    if (consolidated.period.to < consolidated.period.from)
        return config::refuse(fmt::format("the period ends ({}) before it begins ({})",
                                          config::iso_date(consolidated.period.to),
                                          config::iso_date(consolidated.period.from)));
    if (consolidated.members.empty())
        return config::refuse(fmt::format("no data: hub '{}' has no members", request.hub_id));
    if (std::ranges::none_of(consolidated.members,
                             [&](const MemberPart& part) { return has_data(part, consolidated.period); }))
        return config::refuse(fmt::format("no data: no member declared anything of {} to {} under scale {}",
                                          config::iso_date(consolidated.period.from),
                                          config::iso_date(consolidated.period.to), request.scale->name()));
    auto calendar = config::CivilCalendar::of(request.scale->timezone);
    if (!calendar) return std::unexpected(calendar.error());
    check(consolidated);
    PoolReport report{.hub_id = request.hub_id,
                      .hub_name = request.hub_name,
                      .imprint = imprint_of(*request.scale, request.language, request.issued_at_utc_s),
                      .period = consolidated.period,
                      .calendar = *std::move(calendar),
                      .days = consolidated.days,
                      .sums = consolidated.sums,
                      .members = {},
                      .weeks = {}};
    for (const MemberPart& part : consolidated.members)
        report.members.push_back(member_line(
            part, consolidated.period, request.directory_of ? request.directory_of(part.node) : nullptr));
    for (PoolMemberLine& member : report.members)
        member.own = member.node == request.hub_id;
    report.weeks = pool_weeks(consolidated, report.members);
    report.complete_members = std::ranges::count_if(
        report.members, [](const PoolMemberLine& member) { return member.declared.complete(); });
    report.complete = report.complete_members == static_cast<std::int64_t>(report.members.size());
    std::ranges::sort(report.members, {}, [](const PoolMemberLine& member) {
        return std::tuple(sort_key(member.name.empty() ? member.node : member.name), member.node);
    });
    return report;
}

}  // namespace assidu::reports
