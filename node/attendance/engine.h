// The attendance engine: one student's ordered events and a scale become intervals and sessions. A pure
// function; the rules are numbered as in docs/scales.md. This header is R1 to R4; limits.h has R5 and R6,
// credits.h R7, rules.h all of them in order.
//
// R1  One stream a student, over all courses, in the order of (time, id); or one a student and course.
// R2  The scale's filter drops events; each drop has a reason and is counted. Presence events, where the
// scale takes
//     them, count only so long after the last event that is none.
// R3  An event is worth the gap to the next kept event of its stream if that is not over the idle limit, else
// the idle
//     credit, and never more than the gap. The last event of all is worth the last credit, and never more
//     than `as_of` allows. A logout is worth nothing. What an event is worth is a real interval of time that
//     begins with it. Which limit and credits: those of the event's activity type, where the scale has any,
//     else the scale's own.
// R4  A session begins at the first event, at a login, after a logout, after a gap over the idle limit, and
// (if the
//     scale says so) at a change of course. It ends where its last interval ends; what it lasts longer than
//     the scale's maximum is not counted. Shorter ones than the scale's minimum give no time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/scale.h"
#include "node/event.h"

namespace assidu::node::attendance {

// Which engine made a number; a change of any result is a new version.
inline constexpr std::string_view kEngine = "assidu-gap 1";
// The same of a number made by an earlier plugin's algorithm (legacy/).
inline constexpr std::string_view kLegacyEngine = "assidu-legacy 1";
[[nodiscard]] inline std::string_view engine_of(const config::Scale& scale) {
    return scale.legacy_quirks.empty() ? kEngine : kLegacyEngine;
}

enum class DropReason : std::uint8_t {
    origin,
    login_as,
    action,
    event,
    target,
    presence,
    anonymous,
    module,
    course,
    site_page,
    address
};
inline constexpr DropReason kDropReasons[] = {
    DropReason::origin, DropReason::login_as,  DropReason::action,    DropReason::event,
    DropReason::target, DropReason::presence,  DropReason::anonymous, DropReason::module,
    DropReason::course, DropReason::site_page, DropReason::address};
// The code that the ledger and reports use: the name of the value, such as "login_as".
[[nodiscard]] std::string_view code_of(DropReason reason);

// The activity type of a shape, "quiz" of "mod_quiz"; empty where the shape is of no activity.
[[nodiscard]] std::string_view module_of(const EventShape& shape);

// What a scale says of each shape of event: its filter, worked out once instead of once an event.
class CompiledScale {
  public:
    struct Verdict {
        std::optional<DropReason> dropped;
        bool login = false, logout = false;
        bool hides_activity = false;  // anonymous: the time counts, the place is not shown
        bool presence = false;        // says only that a page is open
        std::uint16_t rule = 0;       // which of the rules its gap is judged by
    };
    // R3, ready to use: a gap of `over_from_s` or more is over the idle limit.
    struct Rule {
        std::int64_t over_from_s = 0, idle_credit_s = 0, last_credit_s = 0, min_gap_s = 0;
    };

    // Both are copied from; shapes are those of an archive's dictionary, by key.
    CompiledScale(const config::Scale& scale, std::span<const EventShape> shapes);

    [[nodiscard]] const Verdict& verdict(ShapeKey shape) const {
        return verdicts_.at(static_cast<std::size_t>(shape));
    }
    [[nodiscard]] const Rule& rule(const Verdict& verdict) const { return rules_[verdict.rule]; }
    [[nodiscard]] std::span<const Rule> rules() const { return rules_; }
    // Why an event that its shape does not drop is dropped for its course; logins and logouts never are for
    // being pages of the site.
    [[nodiscard]] std::optional<DropReason> course_verdict(std::int64_t course, const Verdict& verdict) const;
    // Whether there is any course for which that could be so.
    [[nodiscard]] bool looks_at_courses() const;
    // The activity type of a shape; empty where it is of none.
    [[nodiscard]] const std::string& module(ShapeKey shape) const {
        return modules_.at(static_cast<std::size_t>(shape));
    }
    [[nodiscard]] const config::Scale& scale() const { return scale_; }
    // The most that any last event can be worth.
    [[nodiscard]] std::int64_t longest_last_credit_s() const;

  private:
    config::Scale scale_;
    std::vector<Rule> rules_;
    std::vector<Verdict> verdicts_;
    std::vector<std::string> modules_;
};

// A kept event and the interval [begin, end) it is worth, empty if it is worth nothing.
struct CreditedEvent {
    std::int64_t begin_s = 0, end_s = 0;
    std::int64_t course = 0, activity = 0;  // activity 0: none, or hidden
    bool logout = false;
    ShapeKey shape = 0;
};

struct Session {
    std::int64_t begin_s = 0, end_s = 0;
    std::int64_t measured_s = 0;  // end - begin, except under a scale whose sessions go on over idle gaps
    std::int64_t events = 0;
    std::vector<std::int64_t> courses;  // ascending
};

struct DroppedEvent {
    std::int64_t time_s = 0;
    DropReason reason = DropReason::origin;
};

// A stretch of measured time of one course and activity.
struct Interval {
    std::int64_t begin_s = 0, end_s = 0;
    std::int64_t course = 0, activity = 0;
    bool outside = false;  // of the calendar's windows, under a scale that marks it
};

// Why measured time is not counted (R5, R6).
enum class Loss : std::uint8_t { calendar, activity_day, activity_total, course_total, day, week };
struct LostInterval {
    std::int64_t begin_s = 0, end_s = 0;
    std::int64_t course = 0, activity = 0;
    Loss reason = Loss::calendar;
};

// Where credited time comes from (R7).
enum class CreditSource : std::uint8_t { completion, declared, scorm, timestat };
struct Credit {
    CreditSource source = CreditSource::completion;
    config::Scale::CreditMode mode = config::Scale::CreditMode::floor;
    std::int64_t time_s = 0;  // the instant whose day and period it belongs to
    std::int64_t course = 0, activity = 0;
    std::int64_t seconds = 0;  // below zero where the scale lowers the activity's time
    bool operator==(const Credit&) const = default;
};

// A declaration that the scale does not take, and the key of the scale that says so.
struct RefusedDeclaration {
    std::int64_t begin_s = 0;
    std::string_view key;
};

struct Attendance {
    // In order; their intervals never overlap, except those of different courses under a scale with a stream
    // a course.
    std::vector<CreditedEvent> events;
    // In order; what is said of intervals holds of them too, and each lasts exactly its intervals' sum. They
    // are whole: before limits, credits and any cut at midnight or at a period's ends.
    std::vector<Session> sessions;
    std::vector<DroppedEvent> dropped;
    // The time that counts, where the scale has a calendar or caps; else it is the events' intervals.
    std::optional<std::vector<Interval>> counted;
    std::vector<LostInterval> lost;  // what the calendar and the caps took, in order
    std::vector<Credit> credits;     // beside the measured time, never in it
    std::vector<RefusedDeclaration> refused;
};

// What a kept event's worth was made of (R3).
enum class WorthRule : std::uint8_t {
    gap,                 // the gap to the next kept event
    short_gap,           // a gap under the scale's minimum is worth nothing
    idle_credit,         // the gap is over the idle limit
    idle_credit_capped,  // and shorter than the credit, which it limits
    last_credit,         // no kept event follows
    last_credit_so_far,  // and the instant of the computation limits the credit
    logout
};
// What a session was opened by (R4).
enum class Opening : std::uint8_t { first, login, after_logout, after_idle, course };

// Why each event is worth what it is, for whoever has to explain it (explain.h). Computing keeps none of it.
struct TracedEvent {
    Event event;
    std::optional<DropReason> dropped = std::nullopt;
    // The rest says nothing of a dropped event.
    WorthRule worth = WorthRule::gap;
    bool hides_activity = false;
    std::optional<std::int64_t> next_s = std::nullopt;  // the next kept event of its stream
    std::int64_t worth_end_s = 0;  // what it is worth is [event.time_s, worth_end_s) by R3
    std::int64_t end_s = 0;        // and [event.time_s, end_s) once R4 limited its session
    std::optional<std::size_t> session = std::nullopt;  // in Trace::sessions; a logout is of none
};
struct TracedSession {
    Session session;
    Opening opening = Opening::first;
    bool too_short = false;  // it gives no time, and Attendance has no such session
};
struct Trace {
    std::vector<TracedEvent> events;  // every event, kept or dropped, in order
    std::vector<TracedSession> sessions;
};

// `events` are one student's, in order and each once (order_events()). `as_of_s` is the instant the result
// holds for. `trace`, if there is one, gets the reasons; it changes nothing of the result.
[[nodiscard]] Attendance attend(std::span<const Event> events, const CompiledScale& scale,
                                std::int64_t as_of_s, Trace* trace = nullptr);

// Brings events into the order of computation and removes repeated ones, whatever order they came in.
void order_events(std::vector<Event>& events);

}  // namespace assidu::node::attendance
