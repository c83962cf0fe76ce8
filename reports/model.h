// The reports as values: everything a renderer shows, nothing it must compute. Seconds stay integers until a
// renderer writes them; instants are seconds UTC, with the calendar that shows them as local time beside
// them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/civil_calendar.h"
#include "federation/consolidation.h"
#include "federation/dossier.h"
#include "federation/ledger.h"
#include "federation/member.h"
#include "federation/statement_log.h"
#include "reports/directory.h"
#include "reports/finding.h"

namespace assidu::reports {

// Under which rule a document was made, and when: of every report, whoever issues it.
struct Imprint {
    std::string
        language;  // "fr" or "en": of the scale's label, and of words that a format without a language needs
    federation::ScaleIdentity scale;
    std::string scale_label;
    std::string timezone;
    std::int64_t idle_s = 0, idle_credit_s = 0, last_credit_s = 0;  // the rule in short
    std::int64_t issued_at_utc_s = 0;
};

// What a hub keeps of a member's declarations about a period, and what it knows to be missing.
struct Declared {
    federation::StatementHead last;  // the last statement that the hub keeps; number 0: none
    std::int64_t announced = 0;      // number of the last one that the member said it has made; 0: never said
    std::optional<std::int64_t> announced_utc_s;  // when it said so
    bool announced_is_kept = true;                // as of federation::MemberPart
    // Runs of days of the period of which no kept statement says anything, ascending.
    std::vector<federation::Period> missing_days;

    // Statements that the member said it has made and that the hub does not have, at least. Nothing: it never
    // said.
    [[nodiscard]] std::optional<std::int64_t> statements_missing() const {
        if (announced == 0) return std::nullopt;
        if (announced > last.number) return announced - last.number;
        return announced_is_kept ? 0 : 1;
    }
    // Every day is declared, and no announced statement is missing. False: partial.
    [[nodiscard]] bool complete() const {
        return missing_days.empty() && statements_missing().value_or(0) == 0;
    }
};

// What a report that a hub issues about a member's students rests on.
struct Received {
    std::string hub_id, hub_name;  // who issues it
    std::string member_id, member_name;
    Declared declared;
};

// The template of a university that a document was laid out by (docs/formats/template.md).
struct TemplateIdentity {
    std::string id;
    std::int64_t version = 0;
    std::string sha256;  // over the whole folder
    bool operator==(const TemplateIdentity&) const = default;
};

// A report that this one takes the place of.
struct Replaced {
    std::string data_sha256;
    std::int64_t issued_at_utc_s = 0;
    std::vector<std::string> why;  // codes of text.h ("replaced.rows", ...): what is another now
    bool operator==(const Replaced&) const = default;
};

// What made a report's numbers: the same for the reports about students, and part of every format.
struct Provenance : Imprint {
    // Whose totals these are; it issued the report itself where there is no `received`. `wwwroot` is empty
    // where it is not known.
    std::string node_id, node_name, wwwroot;
    federation::Freshness freshness;
    std::vector<federation::Outage> outages;  // that touch the period
    // Events of the period that the scale does not count, by reason. Nothing: not known, since statements
    // do not say it; which is not "none".
    std::optional<std::map<std::string, std::int64_t>> dropped;
    std::vector<std::string>
        remarks;  // what the source could not give (a code of text.h), such as "minute_resolution"
    std::optional<TemplateIdentity> used_template = std::nullopt;
    std::optional<Replaced> replaced = std::nullopt;
    std::optional<Received> received;  // of a report that a hub issues from what a member declared
};

struct Totals {
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
    std::int64_t days = 0;  // with any time or event
    // That touch the period: those of a report's list. Nothing: not known (statements do not carry sessions).
    std::optional<std::int64_t> sessions = std::nullopt;
};

struct ActivityLine {
    std::int64_t activity = 0;
    std::optional<Activity> names;
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
};

// A course over the period, with its activities by name; what they leave is the course's own pages.
struct CourseLine {
    std::int64_t course =
        0;  // 0: the platform outside any course; negative: the source of the log did not say
    std::optional<Course> names;
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
    std::vector<ActivityLine> activities;
    std::int64_t pages_measured_s = 0, pages_credited_s = 0,
                 pages_events = 0;  // the course less its activities
};

// A course on a day.
struct DayCourseLine {
    std::int64_t course = 0;
    std::optional<Course> names;
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
};

struct DayLine {
    config::CivilDay day;
    std::optional<std::int64_t> first_utc_s,
        last_utc_s;  // traces of the day; none where an interval only runs over
    // That begin on this day; one that began before the period is on no day of it. Nothing: not known.
    std::optional<std::int64_t> sessions = std::nullopt;
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
    std::vector<DayCourseLine> courses;
};

// A session that touches the period, whole; `clipped` says that part of it lies outside the period.
struct SessionLine {
    std::int64_t begin_utc_s = 0, end_utc_s = 0, events = 0;
    bool clipped = false;
    std::int64_t inside_s = 0;  // its part inside the period: these add up to the measured time
    std::vector<std::pair<std::int64_t, std::optional<Course>>> courses;
};

struct StudentReport {
    Provenance provenance;
    federation::Period period;
    config::CivilCalendar calendar;
    federation::StudentId student;
    std::optional<Person> person;
    // That have a day of the period, by begin. None: not known, or none.
    std::vector<federation::Dossier> dossiers = {};
    Totals totals;
    // What the linter says of it. Nothing: it was not asked.
    std::optional<std::vector<LintFinding>> findings = std::nullopt;
    std::vector<DayLine> days;        // with any time or event, ascending
    std::vector<CourseLine> courses;  // by name; those without one next, the platform last
    // By begin. Nothing: not known, which is not "none".
    std::optional<std::vector<SessionLine>> sessions;
};

struct GroupStudentLine {
    federation::StudentId student;
    std::optional<Person> person;
    Totals totals;
    std::optional<std::int64_t> first_utc_s, last_utc_s;
};

struct GroupCourseLine {
    std::string source;  // whose course ids these are: two Moodles of a node may each have a course 12
    std::int64_t course = 0;
    std::optional<Course> names;
    std::int64_t students = 0;  // with any time or event in it
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
};

struct WeekLine {
    config::IsoWeek week;
    config::CivilDay from, to;  // the part of the week inside the period, both included
    std::int64_t students = 0;  // active in it
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
};

struct GroupReport {
    Provenance provenance;
    federation::Period period;
    config::CivilCalendar calendar;
    std::int64_t students = 0;  // of the group, active or not
    std::int64_t active = 0;    // with any measured or credited time in the period
    std::int64_t median_s =
        0;          // of measured + credited over the active students; the lower middle, an integer
    Totals totals;  // days: on which anybody has any time or event
    std::vector<GroupStudentLine> lines;   // by last name, first name, id
    std::vector<GroupCourseLine> courses;  // as in StudentReport
    std::vector<WeekLine> weeks;           // every week of the period, empty ones included
};

// A week of a member, or of all of them.
struct PoolWeekLine {
    config::IsoWeek week;
    config::CivilDay from, to;  // the part of the week inside the period, both included
    // Days of it of which the member says nothing; of the pool's week: of which any member says nothing.
    std::int64_t missing_days = 0;
    // Nothing: no day of it is declared, which is "no data" and not 0.
    std::optional<federation::Sums> sums = std::nullopt;
};

// One member university's part of the pool.
struct PoolMemberLine {
    std::string node, name;  // a name may be empty
    federation::MemberState state = federation::MemberState::active;
    federation::Names names = federation::Names::none;  // what the hub may know of its students
    bool own = false;  // the hub's own students, about whom nobody has to declare anything to it
    Declared declared;
    // Of its last statement under the scale. Nothing: it never declared anything under it.
    std::optional<federation::Freshness> freshness;
    std::vector<federation::Outage> outages;  // that touch the period
    // Nothing: no day of the period is declared, which is "no data" and not 0.
    std::optional<std::int64_t> days = std::nullopt;      // with any row
    std::optional<federation::Sums> sums = std::nullopt;  // students: those with any row
    std::vector<GroupCourseLine> courses;                 // by time, the longest first
    std::vector<PoolWeekLine> weeks;                      // every week of the period
};

// What a hub says of all its members. A student of two universities is a student of each: the hub cannot
// know that they are one.
struct PoolReport {
    std::string hub_id, hub_name;
    Imprint imprint;
    federation::Period period;
    config::CivilCalendar calendar;
    bool complete = false;                // all members are
    std::int64_t complete_members = 0;    // of members.size()
    std::int64_t days = 0;                // on which any member has any row
    federation::Sums sums;                // over the members whose sums are known
    std::vector<PoolMemberLine> members;  // by name, id
    std::vector<PoolWeekLine> weeks;      // every week of the period
};

}  // namespace assidu::reports
