#include "reports/durations.h"
#include "reports/json_parts.h"
#include "reports/render.h"
#include "reports/safe_text.h"

namespace assidu::reports {
namespace {

using config::CivilCalendar;
using federation::Sums;
using namespace json;

void put_sums(Json& object, const std::optional<Sums>& sums) {
    object["students"] = sums ? Json(sums->students) : Json(nullptr);
    object["measured_s"] = sums ? Json(sums->measured_s) : Json(nullptr);
    object["credited_s"] = sums ? Json(sums->credited_s) : Json(nullptr);
    object["events"] = sums ? Json(sums->events) : Json(nullptr);
}

Json totals_json(const std::optional<Sums>& sums, const std::optional<std::int64_t>& days) {
    Json object;
    put_sums(object, sums);
    object["days"] = known(days);
    object["measured"] = sums ? Json(h_mm_ss(sums->measured_s)) : Json(nullptr);
    object["credited"] = sums ? Json(h_mm_ss(sums->credited_s)) : Json(nullptr);
    return object;
}

Json week_json(const PoolWeekLine& line) {
    Json object = {{"week", config::iso_week_name(line.week)},
                   {"from", config::iso_date(line.from)},
                   {"to", config::iso_date(line.to)},
                   {"missing_days", line.missing_days}};
    put_sums(object, line.sums);
    return object;
}

Json freshness_json(const std::optional<federation::Freshness>& freshness, const CivilCalendar& calendar) {
    if (!freshness) return nullptr;
    Json object = {{"engine", safe_text(freshness->engine)}, {"archived_events", freshness->archived_events}};
    put_instant(object, "as_of", calendar, freshness->as_of_utc_s);
    put_instant(object, "last_event", calendar, freshness->last_event_utc_s);
    object["last_event_id"] = known(freshness->last_event_id);
    return object;
}

Json member_json(const PoolMemberLine& member, const CivilCalendar& calendar) {
    Json object = {{"member", safe_text(member.node)},
                   {"member_name", known(member.name)},
                   {"state", federation::name_of(member.state)},
                   {"names", federation::name_of(member.names)}};
    put_declared(object, member.declared, calendar);
    object["totals"] = totals_json(member.sums, member.days);
    object["freshness"] = freshness_json(member.freshness, calendar);
    object["outages"] = outages_json(member.outages, calendar);
    object["courses"] = array_of(member.courses, group_course_json);
    object["weeks"] = array_of(member.weeks, week_json);
    return object;
}

}  // namespace

std::string render_json(const PoolReport& report) {
    const CivilCalendar& calendar = report.calendar;
    Json document = {{"format", "assidu-pool-report"},      {"version", kFormatVersion},
                     {"language", report.imprint.language}, {"period", period_json(report.period, calendar)},
                     {"hub", safe_text(report.hub_id)},     {"hub_name", safe_text(report.hub_name)}};
    put_instant(document, "issued_at", calendar, report.imprint.issued_at_utc_s);
    document["scale"] = scale_json(report.imprint);
    document["timezone"] = report.imprint.timezone;
    document["complete"] = report.complete;
    document["complete_members"] = report.complete_members;
    document["totals"] = totals_json(report.sums, report.days);
    document["weeks"] = array_of(report.weeks, week_json);
    document["members"] =
        array_of(report.members, [&](const PoolMemberLine& member) { return member_json(member, calendar); });
    return text_of(document);
}

}  // namespace assidu::reports
