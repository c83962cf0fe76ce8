#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "reports/html_page.h"
#include "reports/html_templates.h"
#include "reports/render.h"

namespace assidu::reports {
namespace {

using federation::Sums;
using namespace html;

// Courses of a member that have a line of their own; all others share one.
constexpr std::size_t kCoursesShown = 15;
// Universities side by side in a table of weeks: what fits on A4 with room for hundreds of hours.
constexpr std::size_t kColumnsShown = 6;
// Digits of a digest that tell statements apart for the eye.
constexpr std::size_t kDigestShown = 10;

const std::string& shown_name(const PoolMemberLine& member) {
    return member.name.empty() ? member.node : member.name;
}

void put_sums(data& object, const std::optional<Sums>& sums) {
    put_flag(object, "known", sums.has_value());
    if (!sums) return;
    put_amount(object, *sums);
    put(object, "n", sums->students);
}

std::string_view data_state(Language language, bool any, bool complete) {
    if (!any) return text(language, "data_none");
    return text(language, complete ? "data_complete" : "data_partial");
}

data courses_of(const Page& page, const PoolMemberLine& member) {
    data courses = list();
    for (const GroupCourseLine& line :
         std::span(member.courses).first(std::min(member.courses.size(), kCoursesShown)))
        courses.push_back(group_course_data(page, line));
    return courses;
}

void put_other_courses(const Page& page, data& object, const PoolMemberLine& member) {
    if (member.courses.size() <= kCoursesShown) return put_flag(object, "others", false);
    Sums sums;
    for (const GroupCourseLine& line : std::span(member.courses).subspan(kCoursesShown)) {
        sums.measured_s += line.measured_s;
        sums.credited_s += line.credited_s;
        sums.events += line.events;
    }
    data others;
    const auto count = static_cast<std::int64_t>(member.courses.size() - kCoursesShown);
    put_amount(others, sums);
    put(others, "n", count);
    put(others, "text", text_with(page.language, "other_courses", count));
    object["others"] = std::move(others);
}

void put_freshness(const Page& page, data& object, const std::optional<federation::Freshness>& freshness) {
    if (!freshness) return put_flag(object, "fresh", false);
    data fresh;
    put(fresh, "as_of_s", freshness->as_of_utc_s);
    put_instant(page, fresh, "as_of", freshness->as_of_utc_s);
    put_trace(page, fresh, "last_event", freshness->last_event_utc_s, /*time_only=*/false);
    if (freshness->last_event_utc_s) put(fresh["last_event"], "s", *freshness->last_event_utc_s);
    object["fresh"] = std::move(fresh);
}

data member_data(const Page& page, const PoolMemberLine& line) {
    const Language language = page.language;
    data member;
    put(member, "node", line.node);
    put(member, "name", shown_name(line));
    put_sums(member, line.sums);
    put(member, "days_count", line.days.value_or(0));
    put(member, "data_state", data_state(language, line.sums.has_value(), line.declared.complete()));
    put_declared(page, member, line.declared);
    if (line.own) put(member, "announced", text(language, "own_students"));
    put(member, "last_short", line.declared.last.digest.substr(0, kDigestShown) + "…");
    put_freshness(page, member, line.freshness);
    put(member, "agreement",
        fmt::format("{}, {}", text(language, fmt::format("state.{}", federation::name_of(line.state))),
                    text(language, fmt::format("names.{}", federation::name_of(line.names)))));
    member["courses"] = courses_of(page, line);
    put_other_courses(page, member, line);
    return member;
}

data week_data(const Page& page, const PoolWeekLine& line) {
    data week;
    put(week, "week", config::iso_week_name(line.week));
    put(week, "week_text", week_text(page.language, line.week));
    put(week, "span",
        text_with(page.language, "days_span", date_text(page.language, line.from),
                  date_text(page.language, line.to)));
    put_sums(week, line.sums);
    put_flag(week, "partly", line.missing_days > 0);
    put(week, "missing_days_count", line.missing_days);
    return week;
}

// Weeks down, some of the members across.
data matrix_data(const Page& page, std::span<const PoolMemberLine> members) {
    data matrix, columns = list(), rows = list(), sums = list();
    for (const PoolMemberLine& member : members) {
        data column, sum;
        put(column, "node", member.node);
        put(column, "name", shown_name(member));
        put(sum, "text", member.sums ? h_mm_ss(member.sums->measured_s) : "–");
        columns.push_back(column);
        sums.push_back(sum);
    }
    for (std::size_t week = 0; week < members.front().weeks.size(); ++week) {
        data row = week_data(page, members.front().weeks[week]);
        data cells = list();
        for (const PoolMemberLine& member : members)
            cells.push_back(week_data(page, member.weeks[week]));
        row["cells"] = std::move(cells);
        rows.push_back(row);
    }
    matrix["columns"] = std::move(columns);
    matrix["rows"] = std::move(rows);
    matrix["sums"] = std::move(sums);
    return matrix;
}

// As few tables as fit, of about as many members each.
data matrices_of(const Page& page, std::span<const PoolMemberLine> members) {
    const std::size_t tables = (members.size() + kColumnsShown - 1) / kColumnsShown;
    data matrices = list();
    for (std::size_t table = 0; table < tables; ++table) {
        const std::size_t begin = members.size() * table / tables;
        const std::size_t end = members.size() * (table + 1) / tables;
        data matrix = matrix_data(page, members.subspan(begin, end - begin));
        put(matrix, "caption", text_with(page.language, "matrix_caption", table + 1, tables));
        matrices.push_back(matrix);
    }
    return matrices;
}

void put_lacking(Page& page, const PoolReport& report) {
    data lacking = list();
    for (const PoolMemberLine& line : report.members)
        if (!line.declared.complete()) lacking.push_back(member_data(page, line));
    put_flag(page.root, "partial", !report.complete);
    put(page.root, "partial_note",
        text_with(page.language, "pool_partial_note", report.complete_members, report.members.size()));
    page.root["lacking"] = std::move(lacking);
}

void put_outages(Page& page, const PoolReport& report) {
    data outages = list();
    bool any = false;
    for (const PoolMemberLine& member : report.members)
        for (const federation::Outage& outage : member.outages) {
            data line = outage_data(page, outage);
            put(line, "node", member.node);
            put(line, "name", shown_name(member));
            outages.push_back(line);
            any = true;
        }
    put_flag(page.root, "has_outages", any);
    put_flag(page.root, "incomplete", any && report.complete);  // a partial one says it at length
    page.root["outages"] = std::move(outages);
}

std::string engines_of(const Page& page, const PoolReport& report) {
    std::set<std::string> engines;
    for (const PoolMemberLine& member : report.members)
        if (member.freshness) engines.insert(member.freshness->engine);
    std::string joined;
    for (const std::string& engine : engines)
        joined += (joined.empty() ? "" : ", ") + engine;
    return joined.empty() ? std::string(text(page.language, "no_data")) : joined;
}

void put_totals(Page& page, const PoolReport& report) {
    put_sums(page.root, report.sums);
    put(page.root, "total_m_seconds", text_with(page.language, "seconds", report.sums.measured_s));
    put(page.root, "total_c_seconds", text_with(page.language, "seconds", report.sums.credited_s));
    put(page.root, "days_count", report.days);
    put(page.root, "members_count", static_cast<std::int64_t>(report.members.size()));
    put(page.root, "complete_count", report.complete_members);
    put(page.root, "data_state", data_state(page.language, /*any=*/true, report.complete));
    std::int64_t missing_days = 0;
    for (const PoolWeekLine& week : report.weeks)
        missing_days += week.missing_days;
    put(page.root, "missing_days_count", missing_days);
}

}  // namespace

std::string render_html(const PoolReport& report, Language language) {
    Page page{language, report.calendar, {}};
    const std::string& hub = report.hub_name.empty() ? report.hub_id : report.hub_name;
    put(page.root, "node_name", hub);
    put(page.root, "about", hub);
    put(page.root, "hub_id", report.hub_id);
    put_flag(page.root, "received", false);
    put_imprint(page, report.imprint);
    put_period(page, report.period);
    put_totals(page, report);
    put_lacking(page, report);
    put_outages(page, report);
    put(page.root, "engines", engines_of(page, report));
    put(page.root, "courses_note",
        text_with(language, "pool_courses_note", static_cast<std::int64_t>(kCoursesShown)));
    page.root["members"] = list_of(page, report.members, member_data);
    page.root["weeks"] = list_of(page, report.weeks, week_data);
    page.root["matrices"] = matrices_of(page, report.members);
    return render(page, "pool_title", kPoolMain, kPoolEnd);
}

}  // namespace assidu::reports
