#include "reports/csv_table.h"
#include "reports/declared_text.h"
#include "reports/render.h"

namespace assidu::reports {
namespace {

using namespace csv;

Line& put_sums(Line& line, const std::optional<federation::Sums>& sums) {
    if (!sums) return line;
    return line.amount(*sums).number(Column::students, sums->students);
}

void put_week(Table& table, std::string_view record, std::string_view member, const PoolWeekLine& week) {
    Line line(record);
    line.text(Column::key, config::iso_week_name(week.week))
        .days(week.from, week.to)
        .text(Column::member, member)
        .number(Column::missing_days, week.missing_days);
    put_sums(line, week.sums).append_to(table);
}

std::int64_t days_of(const std::vector<federation::Period>& runs) {
    std::int64_t days = 0;
    for (const federation::Period& run : runs)
        days += std::int64_t{run.to.number} - run.from.number + 1;
    return days;
}

void put_member_line(Table& table, const PoolReport& report, const PoolMemberLine& member) {
    const Declared& declared = member.declared;
    Line line("member");
    line.days(report.period.from, report.period.to)
        .number(Column::days, member.days)
        .text(Column::member, member.node)
        .text(Column::member_name, member.name)
        .text(Column::state, federation::name_of(member.state))
        .text(Column::names, federation::name_of(member.names))
        .number(Column::complete, std::int64_t{declared.complete()})
        .number(Column::announced_utc_s, declared.announced_utc_s)
        .number(Column::statements_missing, declared.statements_missing())
        .number(Column::missing_days, days_of(declared.missing_days));
    if (declared.last.number > 0)
        line.number(Column::last_statement, declared.last.number)
            .text(Column::last_statement_sha256, declared.last.digest);
    if (declared.announced > 0) line.number(Column::announced_statement, declared.announced);
    if (member.freshness)
        line.text(Column::engine, member.freshness->engine)
            .number(Column::as_of_utc_s, member.freshness->as_of_utc_s)
            .number(Column::archived_events, member.freshness->archived_events)
            .number(Column::last_event_utc_s, member.freshness->last_event_utc_s)
            .number(Column::last_event_id, member.freshness->last_event_id);
    put_sums(line, member.sums).append_to(table);
}

void put_member(Table& table, const PoolReport& report, const PoolMemberLine& member) {
    put_member_line(table, report, member);
    if (const auto run = missing_statements(member.declared))
        Line("missing_statements")
            .number(Column::key, run->from)
            .number(Column::value, run->to)
            .text(Column::member, member.node)
            .append_to(table);
    for (const federation::Period& run : member.declared.missing_days)
        Line("missing_days").days(run.from, run.to).text(Column::member, member.node).append_to(table);
    for (const federation::Outage& outage : member.outages)
        Line("outage")
            .text(Column::value, outage.cause)
            .begin(report.calendar, outage.from_utc_s)
            .end(report.calendar, outage.to_utc_s)
            .text(Column::member, member.node)
            .append_to(table);
    for (const GroupCourseLine& course : member.courses)
        Line("member_course")
            .text(Column::source, course.source)
            .place(course.course, course.names)
            .amount(course)
            .number(Column::students, course.students)
            .text(Column::member, member.node)
            .append_to(table);
    for (const PoolWeekLine& week : member.weeks)
        put_week(table, "member_week", member.node, week);
}

}  // namespace

std::string render_csv(const PoolReport& report) {
    Table table(kColumnsOfThePool);
    put_meta(table, "format", "assidu-pool-report");
    put_meta(table, "version", 1);
    put_meta(table, "language", report.imprint.language);
    put_period(table, report.period, report.calendar);
    put_meta(table, "hub", report.hub_id);
    put_meta(table, "hub_name", report.hub_name);
    put_rule(table, report.imprint);
    put_meta(table, "issued_at_utc_s", report.imprint.issued_at_utc_s);
    put_meta(table, "complete", std::int64_t{report.complete});
    put_meta(table, "members", static_cast<std::int64_t>(report.members.size()));
    put_meta(table, "complete_members", report.complete_members);
    Line total("total");
    total.days(report.period.from, report.period.to).number(Column::days, report.days);
    put_sums(total, report.sums).append_to(table);
    for (const PoolWeekLine& week : report.weeks)
        put_week(table, "week", "", week);
    for (const PoolMemberLine& member : report.members)
        put_member(table, report, member);
    return std::move(table).text();
}

}  // namespace assidu::reports
