#include "node/attendance/engine.h"

#include <algorithm>
#include <limits>

namespace assidu::node::attendance {
namespace {

constexpr std::int64_t kFrontPageCourse = 1;

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

bool is_excluded_module(const config::Scale::Filter& filter, const EventShape& shape) {
    constexpr std::string_view kPrefix = "mod_";
    return shape.context_level == kModuleContext && shape.component.starts_with(kPrefix) &&
           contains(filter.exclude_modules, std::string_view(shape.component).substr(kPrefix.size()));
}

// R2, in a fixed order: an event with two reasons is always counted under the same one.
std::optional<DropReason> drop_reason(const config::Scale::Filter& filter, const EventShape& shape) {
    if (!contains(filter.origins, shape.origin)) return DropReason::origin;
    if (filter.exclude_loginas && shape.login_as) return DropReason::login_as;
    if (contains(filter.exclude_actions, shape.action)) return DropReason::action;
    if (contains(filter.exclude_events, shape.eventname)) return DropReason::event;
    if (shape.anonymous && filter.anonymous == config::Scale::Anonymous::drop) return DropReason::anonymous;
    if (is_excluded_module(filter, shape)) return DropReason::module;
    return std::nullopt;
}

void add_course(std::vector<std::int64_t>& courses, std::int64_t course) {
    const auto at = std::ranges::lower_bound(courses, course);
    if (at == courses.end() || *at != course) courses.insert(at, course);
}

// What the event is worth, given when the next kept one comes.
std::int64_t worth(const config::Scale::Gap& rule, std::int64_t time_s, std::optional<std::int64_t> next_s,
                   std::int64_t as_of_s) {
    if (!next_s) return std::clamp<std::int64_t>(as_of_s - time_s, 0, rule.last_credit_s);
    const std::int64_t gap = *next_s - time_s;
    return gap <= rule.idle_s ? gap : std::min(rule.idle_credit_s, gap);
}

// Sessions under the minimum lose their time; their events stay as traces.
void drop_short_sessions(Attendance& attendance, const std::vector<std::size_t>& session_of,
                         std::int64_t min_duration_s) {
    constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
    const auto is_short = [&](const Session& session) {
        return session.end_s - session.begin_s < min_duration_s;
    };
    for (std::size_t i = 0; i < attendance.events.size(); ++i) {
        if (session_of[i] != kNone && is_short(attendance.sessions[session_of[i]]))
            attendance.events[i].end_s = attendance.events[i].begin_s;
    }
    std::erase_if(attendance.sessions, is_short);
}

}  // namespace

std::string_view code_of(DropReason reason) {
    switch (reason) {
        case DropReason::origin:
            return "origin";
        case DropReason::login_as:
            return "login_as";
        case DropReason::action:
            return "action";
        case DropReason::event:
            return "event";
        case DropReason::anonymous:
            return "anonymous";
        case DropReason::module:
            return "module";
        case DropReason::site_page:
            return "site_page";
    }
    return "";
}

CompiledScale::CompiledScale(const config::Scale& scale, std::span<const EventShape> shapes)
    : gap_(scale.gap), session_(scale.session), include_site_(scale.filter.include_site) {
    verdicts_.reserve(shapes.size());
    for (const EventShape& shape : shapes) {
        Verdict verdict;
        verdict.dropped = drop_reason(scale.filter, shape);
        verdict.login = shape.action == "loggedin" && shape.target == "user";
        verdict.logout = shape.action == "loggedout" && shape.target == "user";
        verdict.hides_activity = shape.anonymous;
        verdicts_.push_back(verdict);
    }
}

Attendance attend(std::span<const Event> events, const CompiledScale& scale, std::int64_t as_of_s) {
    Attendance attendance;
    std::vector<const Event*> kept;
    kept.reserve(events.size());
    for (const Event& event : events) {
        const CompiledScale::Verdict& verdict = scale.verdict(event.shape);
        std::optional<DropReason> dropped = verdict.dropped;
        const bool site_page = event.course == 0 || event.course == kFrontPageCourse;
        if (!dropped && !scale.include_site() && site_page && !verdict.login && !verdict.logout)
            dropped = DropReason::site_page;
        if (dropped)
            attendance.dropped.push_back({event.time_s, *dropped});
        else
            kept.push_back(&event);
    }

    const config::Scale::Gap& rule = scale.gap();
    const bool by_course = scale.session().per == config::Scale::SessionPer::course;
    constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
    std::vector<std::size_t> session_of;  // by kept event
    session_of.reserve(kept.size());
    attendance.events.reserve(kept.size());
    bool open = false;  // the last session may go on
    std::int64_t session_course = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const Event& event = *kept[i];
        const CompiledScale::Verdict& verdict = scale.verdict(event.shape);
        const std::int64_t activity = verdict.hides_activity ? 0 : event.activity;
        if (verdict.logout && rule.logout_ends) {
            attendance.events.push_back(
                {event.time_s, event.time_s, event.course, activity, /*logout=*/true});
            session_of.push_back(kNone);
            open = false;
            continue;
        }
        const bool starts =
            !open || (verdict.login && rule.login_starts) || (by_course && event.course != session_course);
        if (starts) attendance.sessions.push_back({event.time_s, event.time_s, 0, {}});
        std::optional<std::int64_t> next_s;
        if (i + 1 < kept.size()) next_s = kept[i + 1]->time_s;
        const std::int64_t end_s = event.time_s + worth(rule, event.time_s, next_s, as_of_s);
        Session& session = attendance.sessions.back();
        session.end_s = end_s;
        ++session.events;
        add_course(session.courses, event.course);
        session_course = event.course;
        attendance.events.push_back({event.time_s, end_s, event.course, activity, /*logout=*/false});
        session_of.push_back(attendance.sessions.size() - 1);
        open = next_s && *next_s - event.time_s <= rule.idle_s;
    }
    if (scale.session().min_duration_s > 0)
        drop_short_sessions(attendance, session_of, scale.session().min_duration_s);
    return attendance;
}

void order_events(std::vector<Event>& events) {
    std::ranges::sort(events);
    const auto repeated = std::ranges::unique(events);
    events.erase(repeated.begin(), repeated.end());
}

}  // namespace assidu::node::attendance
