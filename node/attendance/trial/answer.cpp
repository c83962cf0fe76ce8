#include "node/attendance/trial/answer.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/attendance/legacy/training_sessions.h"
#include "node/attendance/rules.h"

namespace assidu::node::attendance::trial {
namespace {

using config::Scale;
using nlohmann::json;

std::string_view name_of(Scale::CreditMode mode) {
    switch (mode) {
        case Scale::CreditMode::floor:
            return "floor";
        case Scale::CreditMode::ceiling:
            return "ceiling";
        case Scale::CreditMode::replace:
            return "replace";
        case Scale::CreditMode::add:
            return "add";
    }
    return "";
}

std::string_view name_of(CreditSource source) {
    switch (source) {
        case CreditSource::completion:
            return "completion";
        case CreditSource::declared:
            return "declared";
        case CreditSource::scorm:
            return "scorm";
        case CreditSource::timestat:
            return "timestat";
    }
    return "";
}

json credits_of(const Attendance& attendance, const config::CivilCalendar& calendar, Span span) {
    json credits = json::array();
    for (const Credit& credit : attendance.credits) {
        if (credit.time_s < span.from_s || credit.time_s >= span.to_s) continue;
        json one = {{"cmid", credit.activity},
                    {"day", config::iso_date(calendar.day_of(credit.time_s))},
                    {"delta", credit.seconds},
                    {"mode", name_of(credit.mode)}};
        // A completion is what a case's credit is; other sources say so.
        if (credit.source != CreditSource::completion) one["source"] = name_of(credit.source);
        credits.push_back(std::move(one));
    }
    return credits;
}

json sessions_of(const Attendance& attendance, const Question& question) {
    json sessions = json::array();
    for (const Session& session : attendance.sessions) {
        const bool touches = session.begin_s < question.span.to_s &&
                             std::max(session.end_s, session.begin_s + 1) > question.span.from_s;
        if (question.sessions_of_span && !touches) continue;
        sessions.push_back({{"start", session.begin_s},
                            {"end", session.end_s},
                            {"elapsed", session.measured_s},
                            {"events", session.events},
                            {"courses", session.courses}});
    }
    return sessions;
}

// Seconds by key, without those that are nothing.
json seconds_by(const std::map<std::string, std::int64_t>& seconds) {
    json object = json::object();
    for (const auto& [key, value] : seconds) {
        if (value != 0) object[key] = value;
    }
    return object;
}

// Counted time outside of the windows of a scale that marks it, by day.
std::map<std::string, std::int64_t> outside_by_day(const Attendance& attendance,
                                                   const config::CivilCalendar& calendar, Span span) {
    Attendance marked;
    marked.counted.emplace();
    for (const Interval& interval : *attendance.counted) {
        if (interval.outside) marked.counted->push_back(interval);
    }
    std::map<std::string, std::int64_t> days;
    for (const federation::LedgerRow& row : daily_rows(marked, calendar, {}, span))
        days[config::iso_date(row.day)] += row.measured_s;
    return days;
}

json answer_by_rules(const Scale& scale, const config::CivilCalendar& calendar, const Student& student,
                     const Catalogue& catalogue, const Question& question) {
    std::vector<DroppedEvent> by_address;
    std::vector<TrialRow> rows;
    const bool addresses = !scale.filter.exclude_addresses.empty();
    for (const TrialRow& row : student.rows) {
        if (addresses && std::ranges::find(scale.filter.exclude_addresses, row.address) !=
                             scale.filter.exclude_addresses.end())
            by_address.push_back({row.time_s, DropReason::address});
        else if (addresses)
            rows.push_back(row);
    }
    const Stream stream = stream_of(addresses ? rows : student.rows);
    const CompiledScale compiled(scale, stream.shapes, catalogue.places);
    const Attendance attendance =
        attend(Evidence{stream.events, student.completions, student.declarations, student.foreign,
                        student.enrolments, student.roles, student.excluded, student.signed_days},
               compiled, calendar, question.as_of_s);

    std::int64_t total = 0;
    std::map<std::string, std::int64_t> by_day, by_course, by_activity;
    for (const federation::LedgerRow& row : daily_rows(attendance, calendar, {}, question.span)) {
        const std::int64_t seconds = row.measured_s + row.credited_s;
        total += seconds;
        by_day[config::iso_date(row.day)] += seconds;
        by_course[fmt::format("{}", row.course)] += seconds;
        for (const federation::ActivityShare& share : row.activities)
            by_activity[fmt::format("{}", share.activity)] += share.measured_s + share.credited_s;
    }
    json result = {{"total", total},
                   {"by_day", seconds_by(by_day)},
                   {"by_course", seconds_by(by_course)},
                   {"by_cm", seconds_by(by_activity)},
                   {"sessions", sessions_of(attendance, question)},
                   {"credits", credits_of(attendance, calendar, question.span)}};
    if (scale.calendar.restricts() && scale.calendar.mode == Scale::CalendarMode::mark)
        result["outside_by_day"] = seconds_by(outside_by_day(attendance, calendar, question.span));
    return result;
}

// What report_trainingsessions exports of use_stats' sessions.
json working_days(const Scale& scale, const config::CivilCalendar& calendar, const legacy::UseStats& stats) {
    std::vector<legacy::Span> sessions;
    for (const legacy::UseStatsSession& session : stats.sessions)
        sessions.emplace_back(session.begin_s, session.begin_s + session.elapsed_s);
    json slices = json::array();
    std::map<std::string, std::int64_t> days;
    std::int64_t total = 0;
    for (const auto& [begin_s, end_s] :
         legacy::working_slices(sessions, legacy::training_sessions_rules(scale), calendar)) {
        slices.push_back({{"start", begin_s}, {"end", end_s}, {"elapsed", end_s - begin_s}});
        days[config::iso_date(calendar.day_of(begin_s))] += end_s - begin_s;
        total += end_s - begin_s;
    }
    return {{"days", seconds_by(days)}, {"slices", slices}, {"total", total}};
}

legacy::Window window_of(Span span) {
    return {span.from_s, span.to_s - 1};
}

}  // namespace

std::map<std::int64_t, legacy::Place> places_of(const Catalogue& catalogue) {
    std::map<std::int64_t, legacy::Place> places;
    for (const auto& [id, activity] : catalogue.activities)
        places[id] = {activity.course, activity.section, activity.module};
    return places;
}

json to_json(const legacy::UseStats& stats) {
    json aggregate = json::object();
    for (const auto& [kind, leaves] : stats.aggregate) {
        for (const auto& [id, leaf] : leaves)
            aggregate[kind][fmt::format("{}", id)] = {{"elapsed", leaf.elapsed_s}, {"events", leaf.events}};
    }
    json sessions = json::array();
    for (const legacy::UseStatsSession& session : stats.sessions)
        sessions.push_back({{"start", session.begin_s},
                            {"end", session.end_s},
                            {"elapsed", session.elapsed_s},
                            {"events", session.events},
                            {"courses", session.courses}});
    return {{"aggregate", aggregate}, {"sessions", sessions}, {"total", stats.total_s()}};
}

json to_json(const legacy::TimeReportRules& rules, std::span<const legacy::DayTotal> days) {
    json numbers = json::array(), rows = json::array();
    std::int64_t total = 0;
    for (const auto& [day, seconds] : days) {
        const config::Date date = config::date_of(day);
        const std::string label = fmt::format("{:02}/{:02}/{:04}", date.day, date.month, date.year);
        numbers.push_back({label, seconds});
        rows.push_back({label, legacy::time_report_duration(rules, seconds)});
        total += seconds;
    }
    return {{"days", numbers},
            {"total", total},
            {"rows", rows},
            {"totalfmt", legacy::time_report_duration(rules, total)}};
}

json answer(const Scale& scale, const config::CivilCalendar& calendar, const Student& student,
            std::int64_t user, const Catalogue& catalogue, const Question& question) {
    if (scale.legacy_quirks.empty()) return answer_by_rules(scale, calendar, student, catalogue, question);
    const std::vector<legacy::Row> rows = legacy_rows(student.rows, user);
    if (scale.legacy_quirks.front().starts_with("sonate.")) {
        const legacy::TimeReportRules rules = legacy::time_report_rules(scale);
        return to_json(rules, legacy::time_report(rules, {rows, user, window_of(question.span), std::nullopt},
                                                  calendar));
    }
    const std::map<std::int64_t, legacy::Place> places = places_of(catalogue);
    const legacy::UseStats stats =
        legacy::use_stats(legacy::use_stats_rules(scale), {rows,
                                                           user,
                                                           window_of(question.span),
                                                           question.as_of_s,
                                                           question.current_course,
                                                           places.empty() ? nullptr : &places,
                                                           {}});
    const bool of_working_days = scale.legacy_quirks.front().starts_with("trainingsessions.");
    return of_working_days ? working_days(scale, calendar, stats) : to_json(stats);
}

}  // namespace assidu::node::attendance::trial
