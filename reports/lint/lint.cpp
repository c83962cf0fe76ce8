#include "reports/lint/lint.h"

#include <algorithm>
#include <map>
#include <set>

namespace assidu::reports {
namespace {

using config::CivilDay;
using federation::Dossier;
using Severity = LintFinding::Severity;
using Findings = std::vector<LintFinding>;

std::int64_t time_of(const auto& line) {
    return line.measured_s + line.credited_s;
}

// Days with time, and how much all of them have.
struct Days {
    std::vector<CivilDay> days;
    std::int64_t seconds = 0;
    void add(const DayLine& line) {
        days.push_back(line.day);
        seconds += time_of(line);
    }
};

void put(Findings& findings, const char* code, Severity severity, const Days& days, std::string about = {},
         std::int64_t limit_s = 0) {
    if (days.days.empty()) return;
    findings.push_back({code, severity, runs_of(days.days), days.seconds, limit_s, std::move(about)});
}

std::string named(const Dossier& dossier) {
    return dossier.number + " (" + dossier.funder + ")";
}

// A student who has dossiers, on days of none of them.
void outside_dossiers(const StudentReport& report, const LintContext& context, Findings& findings) {
    if (context.dossiers.empty()) return;
    Days before, after;
    const Dossier *next = nullptr, *last = nullptr;
    for (const DayLine& line : report.days) {
        if (time_of(line) == 0) continue;
        const auto covers = [&](const Dossier& dossier) { return dossier.covers(line.day); };
        if (std::ranges::any_of(context.dossiers, covers)) continue;
        const Dossier* ended = nullptr;
        const Dossier* begins = nullptr;
        for (const Dossier& dossier : context.dossiers) {
            if (dossier.to < line.day && (ended == nullptr || dossier.to > ended->to)) ended = &dossier;
            if (dossier.from > line.day && (begins == nullptr || dossier.from < begins->from))
                begins = &dossier;
        }
        (ended != nullptr ? after : before).add(line);
        (ended != nullptr ? last : next) = ended != nullptr ? ended : begins;
    }
    put(findings, "time_before_start", Severity::refused, before, next == nullptr ? "" : named(*next));
    put(findings, "time_after_end", Severity::refused, after, last == nullptr ? "" : named(*last));
}

bool is_closed(const config::Scale::Calendar& calendar, CivilDay day) {
    constexpr std::int32_t kThursday = 3;  // 1970-01-01, Monday being 0
    const int weekday = static_cast<int>(((day.number + kThursday) % 7 + 7) % 7) + 1;
    if (!calendar.weekdays.empty() &&
        std::ranges::find(calendar.weekdays, weekday) == calendar.weekdays.end())
        return true;
    if (std::ranges::binary_search(calendar.exclude_dates, day)) return true;
    const config::Date date = config::date_of(day);
    return std::ranges::any_of(calendar.exclude_month_days, [&](const auto& excluded) {
        return excluded.month == date.month && excluded.day == date.day;
    });
}

void on_closed_days(const StudentReport& report, const LintContext& context, Findings& findings) {
    if (context.scale == nullptr) return;
    Days closed;
    for (const DayLine& line : report.days)
        if (time_of(line) > 0 && is_closed(context.scale->calendar, line.day)) closed.add(line);
    put(findings, "closed_day", Severity::refused, closed);
}

// Between the first and the last trace of both: what lies in it twice may still be one after the other. That
// both together are longer than the stretch in which both lie can be no one person's.
void at_two_sites(const StudentReport& report, const LintContext& context, Findings& findings) {
    struct There {
        Days possible, certain;
    };
    std::map<std::string, There> there;
    const std::int64_t credits_s = 2 * (report.provenance.idle_credit_s + report.provenance.last_credit_s);
    for (const LintContext::Elsewhere& other : context.elsewhere) {
        const auto here = std::ranges::find(report.days, other.day, &DayLine::day);
        if (here == report.days.end() || !here->first_utc_s || !here->last_utc_s || !other.first_utc_s ||
            !other.last_utc_s)
            continue;
        const bool overlaps =
            *here->first_utc_s <= *other.last_utc_s && *other.first_utc_s <= *here->last_utc_s;
        if (!overlaps) continue;
        const std::int64_t stretch_s =
            std::max(*here->last_utc_s, *other.last_utc_s) - std::min(*here->first_utc_s, *other.first_utc_s);
        There& found = there[other.where];
        (here->measured_s + other.measured_s > stretch_s + credits_s ? found.certain : found.possible)
            .add(*here);
    }
    for (const auto& [where, found] : there) {
        put(findings, "two_sites", Severity::refused, found.certain, where);
        put(findings, "two_sites", Severity::flagged, found.possible, where);
    }
}

void over_a_day(const StudentReport& report, const LintContext& context, Findings& findings) {
    std::map<CivilDay, std::int64_t> elsewhere_s;
    std::string where;
    for (const LintContext::Elsewhere& other : context.elsewhere)
        elsewhere_s[other.day] += time_of(other);
    Days over;
    std::int64_t shortest_s = 0;
    for (const DayLine& line : report.days) {
        const auto other = elsewhere_s.find(line.day);
        const std::int64_t total_s = time_of(line) + (other == elsewhere_s.end() ? 0 : other->second);
        const std::int64_t day_s = report.calendar.end_of(line.day) - report.calendar.begin_of(line.day);
        if (total_s <= day_s) continue;
        over.days.push_back(line.day);
        over.seconds += total_s;
        shortest_s += day_s;
    }
    put(findings, "over_a_day", Severity::refused, over, "", shortest_s);
}

void over_planned(const StudentReport& report, const LintContext& context, Findings& findings) {
    for (std::size_t i = 0; i < std::min(report.dossiers.size(), context.since_begin_s.size()); ++i) {
        const Dossier& dossier = report.dossiers[i];
        if (!dossier.planned_s || context.since_begin_s[i] <= *dossier.planned_s) continue;
        findings.push_back({"over_planned",
                            Severity::flagged,
                            {{dossier.from, std::min(dossier.to, report.period.to)}},
                            context.since_begin_s[i],
                            *dossier.planned_s,
                            named(dossier)});
    }
}

void regular_clicks(const StudentReport& report, const LintContext& context, Findings& findings) {
    std::set<CivilDay> days;
    std::int64_t seconds = 0, gap_s = 0;
    for (const LintContext::RegularRun& run : context.regular) {
        days.insert(report.calendar.day_of(run.from_utc_s));
        seconds += run.to_utc_s - run.from_utc_s;
        gap_s = run.gap_s;
    }
    put(findings, "regular_clicks", Severity::flagged, {{days.begin(), days.end()}, seconds}, "", gap_s);
}

// Sessions of one length at one time of day, on many days.
void regular_days(const StudentReport& report, Findings& findings) {
    constexpr std::size_t kDays = 5, kSessionsMax = 4'000;
    constexpr std::int64_t kTolerance_s = 5, kShortest_s = 300;
    struct Seen {
        std::int64_t time_s, length_s;
        CivilDay day;
    };
    std::vector<Seen> seen;
    for (const SessionLine& session : report.sessions.value_or(std::vector<SessionLine>())) {
        const std::int64_t length_s = session.end_utc_s - session.begin_utc_s;
        if (length_s < kShortest_s || seen.size() == kSessionsMax) continue;
        constexpr std::int64_t kDay_s = 86'400;
        const std::int64_t local = session.begin_utc_s + report.calendar.offset_s(session.begin_utc_s);
        seen.push_back(
            {(local % kDay_s + kDay_s) % kDay_s, length_s, report.calendar.day_of(session.begin_utc_s)});
    }
    std::set<CivilDay> most;
    std::int64_t length_s = 0;
    for (const Seen& one : seen) {
        std::set<CivilDay> days;
        for (const Seen& other : seen) {
            if (std::abs(one.time_s - other.time_s) <= kTolerance_s &&
                std::abs(one.length_s - other.length_s) <= kTolerance_s)
                days.insert(other.day);
        }
        if (days.size() <= most.size()) continue;
        most = std::move(days);
        length_s = one.length_s;
    }
    if (most.size() < kDays) return;
    put(findings, "regular_days", Severity::flagged, {{most.begin(), most.end()}, length_s});
}

void outages(const StudentReport& report, Findings& findings) {
    const std::int64_t begin_s = report.calendar.begin_of(report.period.from),
                       end_s = report.calendar.end_of(report.period.to);
    std::set<CivilDay> days;
    std::int64_t seconds = 0;
    for (const federation::Outage& outage : report.provenance.outages) {
        const std::int64_t from_s = std::max(begin_s, outage.from_utc_s),
                           to_s = std::min(end_s, outage.to_utc_s);
        if (from_s >= to_s) continue;
        seconds += to_s - from_s;
        const CivilDay last = report.calendar.day_of(to_s - 1);
        for (CivilDay day = report.calendar.day_of(from_s); day <= last; day = next(day))
            days.insert(day);
    }
    put(findings, "outage_inside", Severity::flagged, {{days.begin(), days.end()}, seconds});
}

void scale_changes(const StudentReport& report, const LintContext& context, Findings& findings) {
    std::set<CivilDay> days(context.other_scale_days.begin(), context.other_scale_days.end());
    if (context.scale != nullptr && context.scale->valid_from) {
        const CivilDay from = *context.scale->valid_from;
        if (from > report.period.from && from <= report.period.to) days.insert(from);
    }
    std::string about = context.other_scale;
    if (about.empty() && context.scale != nullptr) about = context.scale->name();
    put(findings, "scale_changed", Severity::flagged, {{days.begin(), days.end()}, 0}, about);
}

}  // namespace

std::vector<LintFinding> lint(const StudentReport& report, const LintContext& context) {
    Findings findings;
    outside_dossiers(report, context, findings);
    on_closed_days(report, context, findings);
    at_two_sites(report, context, findings);
    over_a_day(report, context, findings);
    over_planned(report, context, findings);
    regular_clicks(report, context, findings);
    regular_days(report, findings);
    outages(report, findings);
    scale_changes(report, context, findings);
    return findings;
}

std::vector<LintContext::RegularRun> regular_runs(const std::vector<std::int64_t>& traces) {
    std::vector<LintContext::RegularRun> runs;
    for (std::size_t begin = 0; begin + 1 < traces.size();) {
        const std::int64_t gap_s = traces[begin + 1] - traces[begin];
        std::size_t end = begin + 1;
        while (end + 1 < traces.size() && std::abs(traces[end + 1] - traces[end] - gap_s) <= 1)
            ++end;
        if (end - begin + 1 >= kRegularTraces && gap_s >= kRegularGapMin_s && gap_s <= kRegularGapMax_s)
            runs.push_back({traces[begin], traces[end], gap_s});
        begin = end;
    }
    return runs;
}

}  // namespace assidu::reports
