#include "reports/render.h"
#include "reports/xml_parts.h"

namespace assidu::reports {
namespace {

using namespace xml;
using pugi::xml_node;

void put_sums(xml_node parent, const std::optional<federation::Sums>& sums) {
    if (!sums) return;
    put(parent, "STUDENTS", sums->students);
    put_exact(parent, *sums);
}

void put_weeks(xml_node parent, const std::vector<PoolWeekLine>& lines) {
    xml_node weeks = parent.append_child("WEEKS");
    for (const PoolWeekLine& line : lines) {
        xml_node week = weeks.append_child("WEEK");
        put(week, "ISO_WEEK", config::iso_week_name(line.week));
        put(week, "FIRST_DAY", config::iso_date(line.from));
        put(week, "LAST_DAY", config::iso_date(line.to));
        put(week, "DAYS_MISSING", line.missing_days);
        put_sums(week, line.sums);
    }
}

void put_freshness(xml_node parent, const federation::Freshness& freshness) {
    put(parent, "ENGINE", freshness.engine);
    put(parent, "AS_OF", freshness.as_of_utc_s);
    put(parent, "ARCHIVED_EVENTS", freshness.archived_events);
    put_known(parent, "LAST_EVENT", freshness.last_event_utc_s);
    put_known(parent, "LAST_EVENT_ID", freshness.last_event_id);
}

void put_member(xml_node members, const PoolMemberLine& line, Language language) {
    xml_node member = members.append_child("MEMBER");
    put(member, "NODE", line.node);
    put(member, "NODE_NAME", line.name);
    put(member, "STATE", std::string(federation::name_of(line.state)));
    put(member, "NAMES", std::string(federation::name_of(line.names)));
    put_declared(member, line.declared);
    if (line.freshness) put_freshness(member, *line.freshness);
    if (line.sums) put_minutes(member, line.sums->measured_s);
    put_sums(member, line.sums);
    put_known(member, "DAYS_WITH_TRACE", line.days);
    put_outages(member, line.outages);
    xml_node courses = member.append_child("GROUP_COURSES");
    for (const GroupCourseLine& course : line.courses)
        put_group_course(courses, course, language);
    put_weeks(member, line.weeks);
}

}  // namespace

std::string render_xml(const PoolReport& report) {
    pugi::xml_document document;
    xml_node pool = document.append_child("ASSIDU_POOL");
    put(pool, "FORMAT_VERSION", 1);
    put_period(pool, report.period, report.calendar);
    put(pool, "HUB", report.hub_id);
    put(pool, "HUB_NAME", report.hub_name);
    put_rule(pool, report.imprint);
    put(pool, "ISSUED_AT", report.imprint.issued_at_utc_s);
    put(pool, "COMPLETE", std::int64_t{report.complete});
    put(pool, "COMPLETE_MEMBERS", report.complete_members);
    put_minutes(pool, report.sums.measured_s);
    put_sums(pool, report.sums);
    put(pool, "DAYS_WITH_TRACE", report.days);
    put_weeks(pool, report.weeks);
    xml_node members = pool.append_child("MEMBERS");
    for (const PoolMemberLine& line : report.members)
        put_member(members, line, language_of(report.imprint.language));
    return text_of(document);
}

}  // namespace assidu::reports
