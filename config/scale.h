// The calculation scale ("barème"): a versioned document that says how events become time. JSON; the keys,
// their defaults and what each does stand in docs/scales.md, and as a JSON Schema in
// docs/formats/scale.schema.json. A key or value that this version of Assidu does not compute is refused by
// name: a rule that would be silently ignored is a wrong hour.
//
// This file is the document as a value. It knows nothing of events; node/attendance computes with it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/civil_calendar.h"
#include "config/refusal.h"

namespace assidu::config {

struct Scale {
    // What makes the time: the gaps between events; completed activities alone; time that another system
    // measured.
    enum class Engine : std::uint8_t { gap, completion, import };
    // Whose gaps are looked at: one stream a student; one a student and course (streams of one student may
    // then overlap: never add courses of such a scale); one over the courses that `filter.courses.include`
    // names.
    enum class Stream : std::uint8_t { user, user_course, user_courseset };
    // What an anonymous event (Moodle's `anonymous` = 1) gives: its time, without saying in which activity,
    // or nothing.
    enum class Anonymous : std::uint8_t { time_only, drop };
    // Whether a change of course ends a session.
    enum class SessionPer : std::uint8_t { site, course };
    // Which of two equal numbers is over a limit: `gt`, only the larger one; `ge`, the equal one too.
    enum class Compare : std::uint8_t { gt, ge };
    // Time outside of the calendar's windows: not counted, or counted and marked.
    enum class CalendarMode : std::uint8_t { clip, mark };
    // How a credit stands to the measured time of its activity: the time is raised to it, lowered to it,
    // replaced by it, or raised by it. What it changes is credited time, never measured time.
    enum class CreditMode : std::uint8_t { floor, ceiling, replace, add };
    // The same of time that comes from elsewhere; `none` (in a document also "ignore"): not at all.
    enum class ForeignTime : std::uint8_t { none, floor, replace };
    enum class Round : std::uint8_t { floor, nearest, ceiling };
    // Whether an event counts only in a course in which the student was enrolled: not suspended at its
    // instant; and, `within_dates`, between the enrolment's own dates too.
    enum class Enrolment : std::uint8_t { none, active, within_dates };
    // Whose place a gap that counts whole has: the event's that begins it, or the event's that ends it.
    enum class Attribute : std::uint8_t { earlier, later };

    struct Filter {
        std::vector<std::string> origins;  // kept origins; a NULL origin is the empty string
        bool exclude_loginas = true;  // drop events made while somebody else was logged in as the student
        Anonymous anonymous = Anonymous::time_only;
        std::vector<std::string> exclude_actions;  // Moodle's `action`, such as "failed"
        std::vector<std::string> exclude_events;   // Moodle's `eventname`, such as "\core\event\user_graded"
        std::vector<std::string> targets;          // kept targets; none: all
        std::vector<std::string> exclude_targets;
        bool include_site = true;                      // false: courses 0 and 1 only open and close sessions
        std::vector<std::int64_t> include_courses;     // kept courses; none: all. Ascending
        std::vector<std::int64_t> include_categories;  // courses in these or beneath are kept too. Ascending
        std::vector<std::int64_t> exclude_courses;     // ascending
        std::vector<std::string> include_modules;      // kept activity types without "mod_"; none: all
        std::vector<std::string> exclude_modules;      // such as "label"
        std::vector<std::string> exclude_addresses;    // `exclude_ips`; an archive keeps none
        std::vector<std::string> roles;  // short names, one of which the student has in the course; none: all
        Enrolment enrolment = Enrolment::none;
        // Events that only say that a page is open (keep-alive pings).
        std::vector<std::string> presence_events;
        bool presence_extends = false;    // false: dropped. true: they shorten gaps ...
        std::int64_t presence_run_s = 0;  // ... up to this long after the last event that is none of them
    };

    // What an event is worth, in seconds.
    struct GapRule {
        std::int64_t idle_s = 0;         // a gap up to this long, itself included, is time on the platform
        std::int64_t idle_credit_s = 0;  // a longer gap is worth this, and never more than itself
        std::int64_t last_credit_s =
            0;  // the last event of all is worth this, and never more than `as_of` allows
        std::int64_t min_gap_s = 0;  // a gap shorter than this is worth nothing
        bool operator==(const GapRule&) const = default;
    };

    struct Gap : GapRule {
        Compare compare = Compare::gt;   // `ge`: a gap of exactly `idle_s` is over it
        std::int64_t truncate_to_s = 1;  // a gap is rounded down to a multiple of this before it is judged
        bool cap_credit_by_gap = true;   // false only where no credit can exceed its gap
        Attribute attribute = Attribute::earlier;
        // What the last event of a civil day that another follows is worth, and never more than its gap; its
        // session ends. Nothing ("clip"): the gap is judged as any other, and cut at midnight.
        std::optional<std::int64_t> day_end_credit_s;
        bool logout_ends = true;                   // a logout earns nothing and closes the session
        bool login_starts = true;                  // a login opens a session
        std::map<std::string, GapRule> by_module;  // of events of these activity types, whole
    };

    struct Session {
        SessionPer per = SessionPer::site;
        bool split_on_idle = true;                   // a gap over the idle limit ends a session
        std::int64_t min_duration_s = 0;             // a shorter session gives no time at all
        Compare min_compare = Compare::ge;           // `gt`: neither does one of exactly `min_duration_s`
        std::optional<std::int64_t> max_duration_s;  // what a session lasts longer is not counted
    };

    // When time counts, by the clock on the wall in the scale's zone.
    struct Calendar {
        // Seconds of the day [begin, end), 86400 for midnight at its end.
        struct Window {
            std::int32_t begin_s = 0, end_s = 86'400;
        };
        struct MonthDay {
            int month = 0, day = 0;
        };
        std::vector<int> weekdays;            // 1 Monday to 7 Sunday; none: all
        std::vector<Window> windows;          // ascending, never overlapping; none: the whole day
        std::vector<CivilDay> exclude_dates;  // ascending
        std::vector<MonthDay> exclude_month_days;
        bool user_days = false;  // only days that are on the student's signed list ("signed_list")
        CalendarMode mode = CalendarMode::clip;
        // Whether it says anything at all.
        [[nodiscard]] bool restricts() const {
            return !weekdays.empty() || !windows.empty() || !exclude_dates.empty() ||
                   !exclude_month_days.empty() || user_days;
        }
    };

    // Most seconds of measured time, taken up in chronological order.
    struct Caps {
        std::optional<std::int64_t> day_s, week_s;
        std::map<std::string, std::int64_t> activity_day_s;    // by activity type: of one activity on one day
        std::map<std::string, std::int64_t> activity_total_s;  // by activity type: of one activity, for ever
        std::map<std::int64_t, std::int64_t> course_total_s;   // by course, for ever
        [[nodiscard]] bool any() const {
            return day_s || week_s || !activity_day_s.empty() || !activity_total_s.empty() ||
                   !course_total_s.empty();
        }
    };

    // A credit for completing an activity. A part of the match that is not given matches everything.
    struct CompletionCredit {
        std::optional<std::int64_t> activity;      // `cmid`
        std::optional<std::string> module;         // `modname`, without "mod_"
        std::optional<std::string> course_number;  // `course_idnumber`
        std::optional<std::int64_t> seconds;       // none ("item"): what the completed item itself says
        CreditMode mode = CreditMode::floor;
        std::vector<int> states;  // Moodle's completion states: 0 not, 1 completed, 2 passed, 3 failed
    };

    struct Credits {
        std::vector<CompletionCredit> completion;  // the first that matches an activity decides
        ForeignTime declared = ForeignTime::none;
        bool declared_validated = true;  // `require_validation`: only what a teacher validated
        std::optional<std::int64_t> declared_session_max_s, declared_age_max_days;
        bool declared_no_overlap = true;  // a declared session over measured time is refused
        ForeignTime scorm = ForeignTime::none, timestat = ForeignTime::none;
        [[nodiscard]] bool any() const {
            return !completion.empty() || declared != ForeignTime::none || scorm != ForeignTime::none ||
                   timestat != ForeignTime::none;
        }
    };

    // Only what people are shown; every total is to the second.
    struct Display {
        std::int64_t round_to_s = 1;
        Round round = Round::floor;
        bool seconds = true;                      // "hh:mm:ss"; false: "hh:mm"
        std::int64_t hour_minutes = 60;           // of a shown hour; 45: a teaching hour
        std::int64_t present_from_s = 1;          // a day with this much is a day of presence
        std::optional<std::int64_t> half_from_s;  // one with this much, and less than that, is half a day
        // What a report shows beside the total.
        bool daily = true, per_course = true, sessions = true, credited_columns = true;

        // A duration as the scale shows it: rounded, in its hours.
        [[nodiscard]] std::string shown(std::int64_t duration_s) const;
    };

    std::string id;
    std::int64_t version = 0;
    std::map<std::string, std::string> label;  // by language: "fr", "en"
    std::string timezone;                      // whose civil days the totals are
    int week_start = 1;                        // where a week of `caps.week` begins: 1 Monday to 7 Sunday
    std::optional<CivilDay>
        valid_from;  // from when on the scale is meant to be used; for people, not computed with
    Engine engine = Engine::gap;
    Stream stream = Stream::user;
    Filter filter;
    Gap gap;
    Session session;
    Calendar calendar;
    Caps caps;
    Credits credits;
    Display display;
    // Defects of an earlier plugin that are reproduced, by name (docs/scales.md). Only a legacy preset has
    // any; its time is then made by that plugin's algorithm instead of by the rules above.
    std::vector<std::string> legacy_quirks;

    // The canonical form (RFC 8785) of the document and its SHA-256: what a report names, so that anyone can
    // check which rule made the number.
    std::string canonical;
    std::string sha256;  // 64 hexadecimal digits

    // "sonate 1".
    [[nodiscard]] std::string name() const;
    // The label in `language`, or in any language there is, or the id.
    [[nodiscard]] std::string label_in(std::string_view language) const;
    [[nodiscard]] bool has_quirk(std::string_view name) const;
};

// A scale from its document. `where` names the document in a refusal, which says the key and what is wrong
// with it.
[[nodiscard]] Result<Scale> parse_scale(std::string_view json, std::string_view where);

// Scales that come with the program. A preset, once released, never changes: a change is a new version.
[[nodiscard]] std::vector<std::string> preset_names();
// The document of a preset, by its name or by another name it goes by; empty if there is none.
[[nodiscard]] std::string_view preset_document(std::string_view name);

// The quirks that the scale of this id may use: those of its legacy preset; none for any other id.
[[nodiscard]] std::vector<std::string> quirks_of(std::string_view scale_id);

}  // namespace assidu::config
