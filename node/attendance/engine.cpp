#include "node/attendance/engine.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <map>
#include <utility>

#include "node/attendance/memberships.h"
#include "node/nearly_sorted.h"

namespace assidu::node::attendance {
namespace {

constexpr std::int64_t kFrontPageCourse = 1;

bool contains(const std::vector<std::string>& list, std::string_view value) {
    return std::ranges::find(list, value) != list.end();
}

bool contains(const std::vector<std::int64_t>& ascending, std::int64_t value) {
    return std::ranges::binary_search(ascending, value);
}

bool is_excluded_module(const config::Scale::Filter& filter, std::string_view module) {
    if (module.empty()) return false;
    return contains(filter.exclude_modules, module) ||
           (!filter.include_modules.empty() && !contains(filter.include_modules, module));
}

bool is_excluded_target(const config::Scale::Filter& filter, std::string_view target) {
    return contains(filter.exclude_targets, target) ||
           (!filter.targets.empty() && !contains(filter.targets, target));
}

// R2, in a fixed order: an event with two reasons is always counted under the same one.
std::optional<DropReason> drop_reason(const config::Scale::Filter& filter, const EventShape& shape) {
    if (!contains(filter.origins, shape.origin)) return DropReason::origin;
    if (filter.exclude_loginas && shape.login_as) return DropReason::login_as;
    if (contains(filter.exclude_actions, shape.action)) return DropReason::action;
    if (contains(filter.exclude_events, shape.eventname)) return DropReason::event;
    if (is_excluded_target(filter, shape.target)) return DropReason::target;
    if (!filter.presence_extends && contains(filter.presence_events, shape.eventname))
        return DropReason::presence;
    if (shape.anonymous && filter.anonymous == config::Scale::Anonymous::drop) return DropReason::anonymous;
    if (is_excluded_module(filter, module_of(shape))) return DropReason::module;
    return std::nullopt;
}

CompiledScale::Rule compiled(const config::Scale::Gap& gap, const config::Scale::GapRule& rule) {
    // A gap rounded down to a multiple of `step` is over the limit exactly from a multiple of it on.
    const std::int64_t step = gap.truncate_to_s;
    const std::int64_t over_from_s = gap.compare == config::Scale::Compare::gt
                                         ? (rule.idle_s / step + 1) * step
                                         : (rule.idle_s + step - 1) / step * step;
    return {over_from_s, rule.idle_credit_s, rule.last_credit_s, rule.min_gap_s};
}

void add_course(std::vector<std::int64_t>& courses, std::int64_t course) {
    const auto at = std::ranges::lower_bound(courses, course);
    if (at == courses.end() || *at != course) courses.insert(at, course);
}

struct Worth {
    std::int64_t seconds = 0;
    WorthRule rule = WorthRule::gap;
};

// What the event is worth, given when the next kept one comes, and what it may earn if that is another day's.
Worth worth(const CompiledScale::Rule& rule, std::int64_t time_s, std::optional<std::int64_t> next_s,
            std::optional<std::int64_t> day_end_credit_s, std::int64_t as_of_s) {
    if (!next_s) {
        if (as_of_s - time_s < rule.last_credit_s)
            return {std::max<std::int64_t>(as_of_s - time_s, 0), WorthRule::last_credit_so_far};
        return {rule.last_credit_s, WorthRule::last_credit};
    }
    const std::int64_t gap = *next_s - time_s;
    if (day_end_credit_s) return {std::min(gap, *day_end_credit_s), WorthRule::day_end};
    if (gap >= rule.over_from_s) {
        if (gap < rule.idle_credit_s) return {gap, WorthRule::idle_credit_capped};
        return {rule.idle_credit_s, WorthRule::idle_credit};
    }
    if (gap < rule.min_gap_s) return {0, WorthRule::short_gap};
    return {gap, WorthRule::gap};
}

constexpr std::size_t kNoSession = std::numeric_limits<std::size_t>::max();

// What a session lasts longer than it may is cut off.
void cut_sessions(Attendance& attendance, const std::vector<std::size_t>& session_of,
                  std::int64_t max_duration_s) {
    for (Session& session : attendance.sessions)
        session.measured_s = 0;
    for (std::size_t i = 0; i < attendance.events.size(); ++i) {
        if (session_of[i] == kNoSession) continue;
        CreditedEvent& event = attendance.events[i];
        Session& session = attendance.sessions[session_of[i]];
        const std::int64_t until_s = session.begin_s + max_duration_s;
        event.end_s = std::max(event.begin_s, std::min(event.end_s, until_s));
        session.end_s = std::min(session.end_s, until_s);
        session.measured_s += event.end_s - event.begin_s;
    }
}

bool is_too_short(const Session& session, const config::Scale::Session& rule) {
    if (rule.min_duration_s == 0 && !rule.max_duration_s) return false;
    return rule.min_compare == config::Scale::Compare::ge ? session.measured_s < rule.min_duration_s
                                                          : session.measured_s <= rule.min_duration_s;
}

// Sessions under the minimum lose their time. Their events stay as traces.
void drop_short_sessions(Attendance& attendance, const std::vector<std::size_t>& session_of,
                         const config::Scale::Session& rule) {
    const auto is_short = [&](const Session& session) { return is_too_short(session, rule); };
    for (std::size_t i = 0; i < attendance.events.size(); ++i) {
        if (session_of[i] != kNoSession && is_short(attendance.sessions[session_of[i]]))
            attendance.events[i].end_s = attendance.events[i].begin_s;
    }
    std::erase_if(attendance.sessions, is_short);
}

// What attend_stream() notes for a trace while it works.
class Tracer {
  public:
    explicit Tracer(Trace* trace) : trace_(trace), first_event_(trace ? trace->events.size() : 0) {}

    void keep(const Event& event, const CompiledScale::Verdict& verdict, WorthRule rule, bool to_later,
              std::optional<std::int64_t> next_s, const CreditedEvent& credited) {
        if (trace_ == nullptr) return;
        trace_->events.push_back({event, std::nullopt, rule, verdict.hides_activity, to_later, next_s,
                                  credited.end_s, credited.end_s, std::nullopt});
    }
    void open_session(Opening opening) {
        if (trace_ != nullptr) openings_.push_back(opening);
    }
    // All sessions, before those that give no time go.
    void sessions(const std::vector<Session>& sessions, const config::Scale::Session& rule) {
        if (trace_ == nullptr) return;
        first_session_ = trace_->sessions.size();
        for (std::size_t i = 0; i < sessions.size(); ++i)
            trace_->sessions.push_back({sessions[i], openings_[i], is_too_short(sessions[i], rule)});
    }
    void finish(const std::vector<CreditedEvent>& events, const std::vector<std::size_t>& session_of) {
        if (trace_ == nullptr) return;
        for (std::size_t i = 0; i < events.size(); ++i) {
            TracedEvent& traced = trace_->events[first_event_ + i];
            traced.end_s = events[i].end_s;
            if (session_of[i] != kNoSession) traced.session = first_session_ + session_of[i];
        }
    }

  private:
    Trace* trace_;
    std::size_t first_event_, first_session_ = 0;
    std::vector<Opening> openings_;
};

// Whose the time of each event is, under a scale that attributes it to later ones; else it notes nothing.
class Places {
  public:
    Places(const config::Scale::Gap& gap, std::vector<Place>& places)
        : gap_(gap), looks_(gap.attribute == config::Scale::Attribute::later), places_(places) {}

    // A login that opens another session, and a logout, are no pages on which anybody worked.
    [[nodiscard]] bool goes_to(const CompiledScale& scale, const Event& next) const {
        if (!looks_) return false;
        const CompiledScale::Verdict& verdict = scale.verdict(next.shape);
        return !(verdict.login && gap_.login_starts) && !(verdict.logout && gap_.logout_ends);
    }
    void own(std::int64_t course, std::int64_t activity, ShapeKey shape) {
        if (looks_) places_.push_back({course, activity, shape});
    }
    void later(const CompiledScale& scale, const Event& next) {
        places_.push_back(
            {next.course, scale.verdict(next.shape).hides_activity ? 0 : next.activity, next.shape});
    }

  private:
    const config::Scale::Gap& gap_;
    bool looks_;
    std::vector<Place>& places_;
};

// R3 and R4 over the kept events of one stream, into `attendance`, which has none yet.
void attend_stream(std::span<const Event* const> kept, const CompiledScale& scale, std::int64_t as_of_s,
                   Attendance& attendance, Trace* trace) {
    const config::Scale::Gap& gap = scale.scale().gap;
    const config::Scale::Session& session_rule = scale.scale().session;
    const bool by_course = session_rule.per == config::Scale::SessionPer::course;
    Tracer tracer(trace);
    Places places(gap, attendance.places);
    std::vector<std::size_t> session_of;  // by kept event
    session_of.reserve(kept.size());
    attendance.events.reserve(kept.size());
    bool open = false;  // the last session may go on
    Opening because = Opening::first;
    std::int64_t session_course = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const Event& event = *kept[i];
        const CompiledScale::Verdict& verdict = scale.verdict(event.shape);
        const std::int64_t activity = verdict.hides_activity ? 0 : event.activity;
        std::optional<std::int64_t> next_s;
        if (i + 1 < kept.size()) next_s = kept[i + 1]->time_s;
        if (verdict.logout && gap.logout_ends) {
            attendance.events.push_back(
                {event.time_s, event.time_s, event.course, activity, /*logout=*/true, event.shape});
            session_of.push_back(kNoSession);
            places.own(event.course, activity, event.shape);
            tracer.keep(event, verdict, WorthRule::logout, false, next_s, attendance.events.back());
            open = false;
            because = Opening::after_logout;
            continue;
        }
        const bool by_login = verdict.login && gap.login_starts;
        if (!open || by_login || (by_course && event.course != session_course)) {
            attendance.sessions.push_back({event.time_s, event.time_s, 0, 0, {}});
            tracer.open_session(by_login ? Opening::login : open ? Opening::course : because);
        }
        const CompiledScale::Rule& rule = scale.rule(verdict);
        std::optional<std::int64_t> day_end_credit_s;
        if (gap.day_end_credit_s && next_s && *next_s >= scale.day_end_s(event.time_s))
            day_end_credit_s = gap.day_end_credit_s;
        const Worth made = worth(rule, event.time_s, next_s, day_end_credit_s, as_of_s);
        const std::int64_t end_s = event.time_s + made.seconds;
        Session& session = attendance.sessions.back();
        session.end_s = end_s;
        if (!session_rule.split_on_idle) session.measured_s += end_s - event.time_s;
        ++session.events;
        add_course(session.courses, event.course);
        session_course = event.course;
        attendance.events.push_back(
            {event.time_s, end_s, event.course, activity, /*logout=*/false, event.shape});
        session_of.push_back(attendance.sessions.size() - 1);
        const bool to_later = made.rule == WorthRule::gap && next_s && places.goes_to(scale, *kept[i + 1]);
        if (to_later)
            places.later(scale, *kept[i + 1]);
        else
            places.own(event.course, activity, event.shape);
        tracer.keep(event, verdict, made.rule, to_later, next_s, attendance.events.back());
        open = next_s && (!session_rule.split_on_idle ||
                          (!day_end_credit_s && *next_s - event.time_s < rule.over_from_s));
        because = day_end_credit_s ? Opening::new_day : Opening::after_idle;
    }
    if (session_rule.split_on_idle) {
        for (Session& session : attendance.sessions)
            session.measured_s = session.end_s - session.begin_s;
    }
    if (session_rule.max_duration_s) cut_sessions(attendance, session_of, *session_rule.max_duration_s);
    tracer.sessions(attendance.sessions, session_rule);
    if (session_rule.min_duration_s > 0 || session_rule.max_duration_s)
        drop_short_sessions(attendance, session_of, session_rule);
    tracer.finish(attendance.events, session_of);
}

// Which presence events still count: so long after the last event that is none, and after a logout not at
// all.
class Presence {
  public:
    explicit Presence(std::int64_t run_s) : run_s_(run_s) {}
    bool counts(const Event& event, const CompiledScale::Verdict& verdict) {
        if (verdict.presence) return runs_ && event.time_s - last_ordinary_s_ <= run_s_;
        last_ordinary_s_ = event.time_s;
        runs_ = !verdict.logout;
        return true;
    }

  private:
    std::int64_t run_s_;
    std::int64_t last_ordinary_s_ = 0;
    bool runs_ = false;  // there was one, and it was no logout
};

// R2.
std::vector<const Event*> keep(std::span<const Event> events, const CompiledScale& scale,
                               const Memberships* memberships, std::vector<DroppedEvent>& dropped_events,
                               Trace* trace) {
    std::vector<const Event*> kept;
    kept.reserve(events.size());
    const bool looks_at_courses = scale.looks_at_courses();
    const bool looks_at_presence = scale.scale().filter.presence_extends;
    Presence presence(scale.scale().filter.presence_run_s);
    for (const Event& event : events) {
        const CompiledScale::Verdict& verdict = scale.verdict(event.shape);
        std::optional<DropReason> dropped = verdict.dropped;
        if (looks_at_courses && !dropped) dropped = scale.course_verdict(event.course, verdict);
        if (memberships != nullptr && !dropped) dropped = memberships->verdict(event.course, event.time_s);
        if (looks_at_presence && !dropped && !presence.counts(event, verdict)) dropped = DropReason::presence;
        if (!dropped) {
            kept.push_back(&event);
            continue;
        }
        dropped_events.push_back({event.time_s, *dropped});
        if (trace != nullptr) trace->events.push_back({.event = event, .dropped = dropped});
    }
    return kept;
}

// A stream a course. What comes of the streams is brought into one order.
void attend_by_course(std::vector<const Event*> kept, const CompiledScale& scale, std::int64_t as_of_s,
                      Attendance& attendance, Trace* trace) {
    std::ranges::stable_sort(kept, {}, &Event::course);
    std::vector<std::pair<CreditedEvent, Place>> placed;
    for (auto begin = kept.begin(); begin != kept.end();) {
        const auto end = std::find_if(begin, kept.end(),
                                      [&](const Event* event) { return event->course != (*begin)->course; });
        Attendance stream;
        attend_stream({begin, end}, scale, as_of_s, stream, trace);
        for (std::size_t i = 0; i < stream.places.size(); ++i)
            placed.emplace_back(stream.events[i], stream.places[i]);
        if (stream.places.empty()) std::ranges::move(stream.events, std::back_inserter(attendance.events));
        std::ranges::move(stream.sessions, std::back_inserter(attendance.sessions));
        begin = end;
    }
    std::ranges::stable_sort(placed, {}, [](const auto& one) { return one.first.begin_s; });
    for (const auto& [event, place] : placed) {
        attendance.events.push_back(event);
        attendance.places.push_back(place);
    }
    std::ranges::stable_sort(attendance.events, {}, &CreditedEvent::begin_s);
    std::ranges::stable_sort(attendance.sessions, {}, &Session::begin_s);
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
        case DropReason::target:
            return "target";
        case DropReason::presence:
            return "presence";
        case DropReason::course:
            return "course";
        case DropReason::role:
            return "role";
        case DropReason::enrolment:
            return "enrolment";
        case DropReason::address:
            return "address";
    }
    return "";
}

std::string_view module_of(const EventShape& shape) {
    constexpr std::string_view kPrefix = "mod_";
    if (shape.context_level != kModuleContext || !shape.component.starts_with(kPrefix)) return {};
    return std::string_view(shape.component).substr(kPrefix.size());
}

CompiledScale::CompiledScale(const config::Scale& scale, std::span<const EventShape> shapes,
                             std::span<const archive::CoursePlace> courses)
    : scale_(scale) {
    const std::vector<std::int64_t>& kept = scale.filter.include_categories;
    for (const archive::CoursePlace& place : courses) {
        if (!place.categories) continue;
        categories_[place.course] = *place.categories;
        if (std::ranges::any_of(*place.categories, [&](std::int64_t one) { return contains(kept, one); }))
            courses_of_categories_.push_back(place.course);
    }
    std::ranges::sort(courses_of_categories_);
    if (scale.gap.day_end_credit_s) calendar_ = config::CivilCalendar::of(scale.timezone).value();
    rules_.push_back(compiled(scale.gap, scale.gap));
    std::map<std::string, std::uint16_t> rule_of;
    for (const auto& [module, rule] : scale.gap.by_module) {
        rule_of[module] = static_cast<std::uint16_t>(rules_.size());
        rules_.push_back(compiled(scale.gap, rule));
    }
    verdicts_.reserve(shapes.size());
    modules_.reserve(shapes.size());
    for (const EventShape& shape : shapes) {
        Verdict verdict;
        verdict.dropped = drop_reason(scale.filter, shape);
        verdict.login = shape.action == "loggedin" && shape.target == "user";
        verdict.logout = shape.action == "loggedout" && shape.target == "user";
        verdict.hides_activity = shape.anonymous;
        verdict.presence = contains(scale.filter.presence_events, shape.eventname);
        modules_.emplace_back(module_of(shape));
        if (const auto found = rule_of.find(modules_.back()); found != rule_of.end())
            verdict.rule = found->second;
        verdicts_.push_back(verdict);
    }
}

std::optional<DropReason> CompiledScale::course_verdict(std::int64_t course, const Verdict& verdict) const {
    const config::Scale::Filter& filter = scale_.filter;
    const bool opens_or_closes = verdict.login || verdict.logout;
    // One stream over a set of courses knows nothing else; elsewhere, logins and logouts still mark sessions.
    const bool of_set = scale_.stream == config::Scale::Stream::user_courseset || !opens_or_closes;
    if (contains(filter.exclude_courses, course)) return DropReason::course;
    if (of_set && (!filter.include_courses.empty() || !filter.include_categories.empty()) &&
        !contains(filter.include_courses, course) && !contains(courses_of_categories_, course))
        return DropReason::course;
    if (!filter.include_site && !opens_or_closes && (course == 0 || course == kFrontPageCourse))
        return DropReason::site_page;
    return std::nullopt;
}

bool CompiledScale::looks_at_courses() const {
    const config::Scale::Filter& filter = scale_.filter;
    return !filter.include_site || !filter.include_courses.empty() || !filter.include_categories.empty() ||
           !filter.exclude_courses.empty();
}

std::span<const std::int64_t> CompiledScale::categories(std::int64_t course) const {
    const auto found = categories_.find(course);
    return found == categories_.end() ? std::span<const std::int64_t>{} : std::span(found->second);
}

std::int64_t CompiledScale::day_end_s(std::int64_t time_s) const {
    return calendar_->end_of(calendar_->day_of(time_s));
}

std::int64_t CompiledScale::longest_last_credit_s() const {
    return std::ranges::max(rules_, {}, &Rule::last_credit_s).last_credit_s;
}

Attendance attend(std::span<const Event> events, const CompiledScale& scale, std::int64_t as_of_s,
                  Trace* trace, const Memberships* memberships) {
    Attendance attendance;
    std::vector<const Event*> kept = keep(events, scale, memberships, attendance.dropped, trace);
    if (scale.scale().stream == config::Scale::Stream::user_course)
        attend_by_course(std::move(kept), scale, as_of_s, attendance, trace);
    else
        attend_stream(kept, scale, as_of_s, attendance, trace);
    if (trace != nullptr) std::ranges::sort(trace->events, {}, &TracedEvent::event);
    return attendance;
}

void order_events(std::vector<Event>& events) {
    sort_nearly_sorted(events, std::less<>{});
    const auto repeated = std::ranges::unique(events);
    events.erase(repeated.begin(), repeated.end());
}

}  // namespace assidu::node::attendance
