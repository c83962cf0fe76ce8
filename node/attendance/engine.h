// The attendance engine: one student's ordered events and a scale become intervals and sessions. A pure
// function; the rules are numbered as in docs/scales.md. This header is R1 to R4; limits.h has R5 and R6,
// credits.h R7, rules.h all of them in order.
//
// R1  One stream a student, over all courses, in the order of (time, id); or one a student and course.
// R2  The scale's filter drops events; each drop has a reason and is counted. Where it asks in which role or
//     enrolment they were made, memberships.h says so. Presence events, where the scale takes them, count
//     only so long after the last event that is none.
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
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/civil_calendar.h"
#include "config/scale.h"
#include "node/archive/evidence_store.h"
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
    role,
    enrolment,
    address
};
inline constexpr DropReason kDropReasons[] = {
    DropReason::origin, DropReason::login_as,  DropReason::action,    DropReason::event,
    DropReason::target, DropReason::presence,  DropReason::anonymous, DropReason::module,
    DropReason::course, DropReason::site_page, DropReason::role,      DropReason::enrolment,
    DropReason::address};
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

    // All are copied from; shapes are those of an archive's dictionary, by key. `courses` says in which
    // categories courses stand; nobody asks under a scale without categories and roles.
    CompiledScale(const config::Scale& scale, std::span<const EventShape> shapes,
                  std::span<const archive::CoursePlace> courses = {});

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
    // The categories of a course, from the root down; none if they are not known.
    [[nodiscard]] std::span<const std::int64_t> categories(std::int64_t course) const;
    // The end of the civil day of an instant; only under a scale with a credit of the day's end.
    [[nodiscard]] std::int64_t day_end_s(std::int64_t time_s) const;
    // The activity type of a shape; empty where it is of none.
    [[nodiscard]] const std::string& module(ShapeKey shape) const {
        static const std::string kNone;
        return shape == kNoShape ? kNone : modules_.at(static_cast<std::size_t>(shape));
    }
    [[nodiscard]] const config::Scale& scale() const { return scale_; }
    // The most that any last event can be worth.
    [[nodiscard]] std::int64_t longest_last_credit_s() const;

  private:
    config::Scale scale_;
    std::vector<Rule> rules_;
    std::vector<Verdict> verdicts_;
    std::vector<std::string> modules_;
    std::map<std::int64_t, std::vector<std::int64_t>> categories_;  // by course
    std::vector<std::int64_t> courses_of_categories_;  // those that the filter's categories keep, ascending
    std::optional<config::CivilCalendar> calendar_;    // of the scale's zone, where days matter
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

// Where time belongs that is not its own event's.
struct Place {
    std::int64_t course = 0, activity = 0;
    ShapeKey shape = 0;
};

// Why measured time is not counted: an administrator excluded it; the calendar (R5), of which `user_day` is a
// day that is open, but not signed for the student; a cap (R6).
enum class Loss : std::uint8_t {
    excluded,
    calendar,
    user_day,
    activity_day,
    activity_total,
    course_total,
    day,
    week
};
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
    // Of each event, whose its time is, under a scale that attributes time to later events; else empty.
    std::vector<Place> places;
    // The time that counts, where the scale has a calendar or caps, or places, or time was excluded; else it
    // is the events' intervals.
    std::optional<std::vector<Interval>> counted;
    std::vector<LostInterval> lost;  // what exclusions, the calendar and the caps took, in order
    std::vector<Credit> credits;     // beside the measured time, never in it
    std::vector<RefusedDeclaration> refused;
};

// What a kept event's worth was made of (R3).
enum class WorthRule : std::uint8_t {
    gap,                 // the gap to the next kept event
    short_gap,           // a gap under the scale's minimum is worth nothing
    idle_credit,         // the gap is over the idle limit
    idle_credit_capped,  // and shorter than the credit, which it limits
    day_end,             // the next kept event is of another day, and the scale has a credit for that
    last_credit,         // no kept event follows
    last_credit_so_far,  // and the instant of the computation limits the credit
    logout
};
// What a session was opened by (R4).
enum class Opening : std::uint8_t { first, login, after_logout, after_idle, course, new_day };

// Why each event is worth what it is, for whoever has to explain it (explain.h). Computing keeps none of it.
struct TracedEvent {
    Event event;
    std::optional<DropReason> dropped = std::nullopt;
    // The rest says nothing of a dropped event.
    WorthRule worth = WorthRule::gap;
    bool hides_activity = false;
    bool to_later = false;  // its time is of the next kept event's course and activity
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

class Memberships;

// `events` are one student's, in order and each once (order_events()). `as_of_s` is the instant the result
// holds for. `trace`, if there is one, gets the reasons; it changes nothing of the result. `memberships`: the
// student's, under a scale that asks for roles or enrolments.
[[nodiscard]] Attendance attend(std::span<const Event> events, const CompiledScale& scale,
                                std::int64_t as_of_s, Trace* trace = nullptr,
                                const Memberships* memberships = nullptr);

// Brings events into the order of computation and removes repeated ones, whatever order they came in.
void order_events(std::vector<Event>& events);

}  // namespace assidu::node::attendance
