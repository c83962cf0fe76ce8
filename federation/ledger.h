// The ledger: all daily totals a node holds, its own and its members'. This interface is all that the floors
// above know of it; SQLite is behind it by default, and the node id leads every key so that another store may
// distribute the rows by it.
//
// Units: instants are seconds UTC, durations are seconds, days are civil days of the scale's time zone.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/civil_calendar.h"

namespace assidu::federation {

// A student as the ledger and the pool know them: a pseudonym that only the owning node can tie to a person.
struct StudentId {
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const StudentId&) const = default;
};
// 32 hexadecimal digits, and back.
[[nodiscard]] std::string to_string(const StudentId& student);
[[nodiscard]] std::optional<StudentId> parse_student_id(std::string_view text);

// What one activity has of its ledger row.
struct ActivityShare {
    std::int64_t activity = 0;  // Moodle's course module id
    std::int64_t measured_s = 0, credited_s = 0;
    std::int64_t events = 0;
    bool operator==(const ActivityShare&) const = default;
};

// One student, one course, one civil day, one scale.
struct LedgerRow {
    StudentId student;
    config::CivilDay day;
    std::int64_t course = 0;      // Moodle's course id; 0 is the platform outside any course
    std::int64_t measured_s = 0;  // from events
    std::int64_t credited_s = 0;  // granted on top by completion or declaration; never part of measured_s
    std::int64_t events = 0;      // kept events, logouts not among them
    // The first and last kept event of the row, logouts included. Nothing where the row's time comes only
    // from an interval that began the day before.
    std::optional<std::int64_t> first_utc_s, last_utc_s;
    std::vector<ActivityShare>
        activities;  // by activity, ascending; what they leave of the row is the course itself
    bool operator==(const LedgerRow&) const = default;
};

// A session, whole: before any cut at midnight or at a period's ends. It lasts end - begin seconds, all
// measured.
struct SessionRow {
    StudentId student;
    std::int64_t begin_utc_s = 0, end_utc_s = 0;
    std::int64_t events = 0;
    std::vector<std::int64_t> courses;  // ascending
    bool operator==(const SessionRow&) const = default;
};

// Events of a student's day that the scale does not count.
struct DroppedEvents {
    StudentId student;
    config::CivilDay day;
    std::string reason;  // a code: "origin", "login_as", ...
    std::int64_t events = 0;
    bool operator==(const DroppedEvents&) const = default;
};

// A stretch of time for which log events are known to be missing: "no data" is never "no activity".
struct Outage {
    std::int64_t from_utc_s = 0, to_utc_s = 0;
    std::string cause;
    bool operator==(const Outage&) const = default;
};

// Which rule made the totals.
struct ScaleIdentity {
    std::string id;
    std::int64_t version = 0;
    std::string sha256;
    std::string document;  // canonical JSON
};

// From what, and by what, the totals of one node and scale were made.
struct Freshness {
    std::string engine;                            // name and version of the engine
    std::int64_t as_of_utc_s = 0;                  // the instant the totals hold for
    std::int64_t archived_events = 0;              // all events of the archive, dropped ones included
    std::optional<std::int64_t> last_event_utc_s;  // the latest of them
    std::optional<std::int64_t> last_event_id;     // the highest of them
    bool operator==(const Freshness&) const = default;
};

// Everything the ledger holds of one student under one scale, or everything of the last days.
struct StudentLedger {
    // From which day and instant on. Sessions that begin before the instant belong to earlier days.
    struct Since {
        config::CivilDay day;
        std::int64_t begin_utc_s = 0;
    };

    StudentId student;
    std::string source;  // the configured name of the Moodle whose course ids the rows use
    std::vector<LedgerRow> rows;
    std::vector<SessionRow> sessions;  // by begin
    std::vector<DroppedEvents> dropped;
    std::optional<Since> since = std::nullopt;  // nothing: everything
};

// What retention left of a node's past. Events of days before `computed_from` are deleted: totals of those
// days are never made again, and replace() leaves them as they are. Of days before `totals_from` there are no
// totals any more, which is "no data" and not "no activity".
struct Horizon {
    std::optional<config::CivilDay> computed_from, totals_from;
    std::int64_t computed_from_s = 0;  // the first instant of that day
    bool operator==(const Horizon&) const = default;
};

// Civil days, both included.
struct Period {
    config::CivilDay from, to;
};

// What a course has of a day, over all students.
struct CourseTotals {
    std::int64_t course = 0;
    std::int64_t measured_s = 0, credited_s = 0, events = 0;
    bool operator==(const CourseTotals&) const = default;
};

// A day of a node as sums, and who had any row of it.
struct DaySums {
    config::CivilDay day;
    std::string_view source;                // of the course ids
    std::span<const CourseTotals> courses;  // by course, ascending
    // Of each row, in no order: the student, as a number from 0 on, below `student_count`, that is theirs on
    // every day of the query; and the place of its course in `courses`.
    std::span<const std::uint32_t> students, course_of;
    std::size_t student_count = 0;
};

// Rows of one node under one scale (by the SHA-256 of its canonical form); of one student, or of all.
struct LedgerQuery {
    std::string node;
    std::string scale_sha256;
    Period period;
    std::optional<StudentId> student;
};

class Ledger {
  public:
    Ledger() = default;
    Ledger(const Ledger&) = delete;
    Ledger& operator=(const Ledger&) = delete;
    virtual ~Ledger() = default;

    // Puts these students' totals in the place of what the ledger had of them for this node and scale (of
    // those with `since`: had of them from there on; before the horizon nothing changes), and notes what made
    // them: all committed and synced on return, or nothing. Replacing by equal totals changes nothing.
    virtual void replace(const std::string& node, const ScaleIdentity& scale,
                         std::span<const StudentLedger> students, const Freshness& freshness) = 0;

    // Whether the totals under a scale are of all the node's events. The scale that a node computes by itself
    // needs no such mark; totals under another one are made anew between set_whole(false) and
    // set_whole(true), and forget_whole() says that there are events now which they lack.
    virtual void set_whole(const std::string& node, const ScaleIdentity& scale, bool whole) = 0;
    virtual void forget_whole(const std::string& node) = 0;
    [[nodiscard]] virtual bool is_whole(const std::string& node, const std::string& scale_sha256) const = 0;
    // The SHA-256 of another document of the same id and version under which the node has totals or
    // statements; nothing if there is none. A scale that was used never changes.
    [[nodiscard]] virtual std::optional<std::string> other_document(const std::string& node,
                                                                    const ScaleIdentity& scale) const = 0;

    [[nodiscard]] virtual Horizon horizon(const std::string& node) const = 0;

    virtual void add_outage(const std::string& node, const Outage& outage) = 0;

    // The rows of the period by student, day and course, ascending; the row is valid during the call.
    virtual void rows(const LedgerQuery& query, const std::function<void(const LedgerRow&)>& visit) const = 0;
    // The days of the period with any row, ascending, as sums: false, and none visited, if the ledger does
    // not keep all rows of the node under this scale by day. Then rows() tells the same. The query is of no
    // single student.
    [[nodiscard]] virtual bool days(const LedgerQuery& query,
                                    const std::function<void(const DaySums&)>& visit) const = 0;
    // The sessions that touch the span [from, to) of instants, by student and begin; whole, not cut.
    virtual void sessions(const LedgerQuery& query, std::int64_t from_utc_s, std::int64_t to_utc_s,
                          const std::function<void(const SessionRow&)>& visit) const = 0;
    // Dropped events of the period, by reason.
    [[nodiscard]] virtual std::map<std::string, std::int64_t> dropped(const LedgerQuery& query) const = 0;
    // Students with any trace in the ledger, by id, with the source of their course ids.
    [[nodiscard]] virtual std::vector<std::pair<StudentId, std::string>> students(
        const std::string& node, const std::string& scale_sha256) const = 0;
    // Outages that touch [from, to), by begin.
    [[nodiscard]] virtual std::vector<Outage> outages(const std::string& node, std::int64_t from_utc_s,
                                                      std::int64_t to_utc_s) const = 0;
    // Nothing if no totals were ever made of this node under this scale.
    [[nodiscard]] virtual std::optional<Freshness> freshness(const std::string& node,
                                                             const std::string& scale_sha256) const = 0;
    // A digest over every row, session and dropped count of a node under a scale, in key order: equal ledgers
    // give equal digests, whatever the way they were made.
    [[nodiscard]] virtual std::string digest(const std::string& node,
                                             const std::string& scale_sha256) const = 0;
};

}  // namespace assidu::federation
