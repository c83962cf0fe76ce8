// What a node knows of its students beside their events, by Moodle's user id and without a name: what they
// completed and declared, what other systems measured, where they were enrolled and in which roles, what an
// administrator excluded, and which days were signed for them. Of courses and activities: where a course
// stands, and what an activity is worth by itself.
//
// Every put is idempotent; where a later record of the same key differs, its kind says which of them holds. A
// put is one transaction that is synced on return, and marks the students dirty whose evidence it changed, in
// that same transaction. What it does not change it does not mark. Nobody's evidence is kept but that of
// students (collect/selection.h): who calls put has asked.
//
// Stands in archive.sqlite (docs/formats/archive.md), on a connection of its own. Every method may throw
// ResourceFailure naming the file. One object is for one thread; one process writes at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/civil_calendar.h"
#include "config/refusal.h"
#include "node/archive/archive.h"

namespace assidu::node::archive {

// A row of course_modules_completion as it stood from `time_s` on, until the activity's next one: Moodle
// keeps one row and overwrites it. Key: user, activity, instant; of two states of one instant the higher one
// holds.
struct CompletionRecord {
    std::int64_t user_id = 0, activity = 0;
    std::int64_t time_s = 0;  // timemodified
    int state = 0;            // 0 not, 1 completed, 2 passed, 3 failed
    bool operator==(const CompletionRecord&) const = default;
};

// Time that a student says to have worked. Key: table and row; a row that changed replaces itself, and the
// one put last holds.
struct DeclarationRecord {
    std::string table;     // "attendanceregister_session", "learningtimecheck_check"
    std::int64_t row = 0;  // id in that table
    std::int64_t user_id = 0;
    std::int64_t begin_s = 0, seconds = 0;
    std::int64_t course = 0, activity = 0;   // 0: not of any
    std::optional<std::int64_t> declared_s;  // when it was said, where that is known
    bool validated = false;                  // by a teacher
    bool operator==(const DeclarationRecord&) const = default;
};

// Time that something else measured. Key: what measured it, and row. Of two that differ, the later one holds:
// such rows grow.
struct ForeignRecord {
    enum class Meter : std::uint8_t { scorm = 0, timestat = 1 };
    Meter meter = Meter::scorm;
    std::int64_t row = 0;
    std::int64_t user_id = 0;
    std::int64_t time_s = 0, seconds = 0;
    std::int64_t course = 0, activity = 0;  // 0: not known
    bool operator==(const ForeignRecord&) const = default;
};

// How one enrolment (a row of user_enrolments) stood from `since_s` on, until its next state. Its intervals
// of validity are what lies between states. An enrolment that was deleted has a state that is not active.
// Key: enrolment and since_s.
struct EnrolmentState {
    std::int64_t enrolment = 0;  // user_enrolments.id
    std::int64_t user_id = 0, course = 0;
    std::int64_t since_s = 0;
    // When the source said so, at or after since_s: a row that was last changed at said_s, of an enrolment
    // made at since_s, tells of the beginning only what somebody assumes. Of two states of one instant the
    // one that was said earlier holds, and of those the one put later.
    std::int64_t said_s = 0;
    bool active = false;                         // neither it nor its enrolment method is suspended
    std::optional<std::int64_t> begin_s, end_s;  // timestart, timeend; nothing where Moodle has 0
    bool operator==(const EnrolmentState&) const = default;
};

// How one role assignment stood from `since_s` on, until its next state; one that was taken away has a state
// that is not active. Key: assignment and since_s.
struct RoleState {
    std::int64_t assignment = 0;  // role_assignments.id
    std::int64_t user_id = 0;
    std::string role;                // short name: "student"
    std::int32_t context_level = 0;  // 10 system, 40 category, 50 course; others are of no scale's interest
    std::int64_t instance = 0;       // the category's or course's id
    std::int64_t since_s = 0;
    bool active = false;
    bool operator==(const RoleState&) const = default;
};

// Where a course stands. Only the newest is known: moving a course moves its past.
struct CoursePlace {
    std::int64_t course = 0;
    // From the root down, or only its own; nothing: not said.
    std::optional<std::vector<std::int64_t>> categories;
    std::optional<std::string> idnumber;  // nothing: not said
    bool operator==(const CoursePlace&) const = default;
};

// The categories above one, and itself, from the root down. Where a course says only its own category, the
// rest is looked up here.
struct CategoryPath {
    std::int64_t category = 0;
    std::vector<std::int64_t> path;
    bool operator==(const CategoryPath&) const = default;
};

// What an activity is worth by itself (an item of a checklist, a milestone of Attestoodle).
struct ActivityWorth {
    std::int64_t activity = 0;
    std::int64_t seconds = 0;
    bool operator==(const ActivityWorth&) const = default;
};

// Time that an administrator took out of a student's total, with the reason and who said so. It may be
// revoked, which is a record too; only privacy deletes it (erasure.h).
struct Exclusion {
    std::int64_t number = 0;  // given by exclude(), from 1
    std::int64_t user_id = 0;
    std::int64_t from_s = 0, to_s = 0;  // [from, to)
    std::string reason, author;
    std::int64_t made_s = 0;
    std::optional<std::int64_t> revoked_s;
    std::string revoked_reason, revoked_author;
    bool operator==(const Exclusion&) const = default;
};

// That a civil day counts for a student, or no longer does: the latest record of a day holds. `signature` is
// made and judged by whoever has the key (node.h), over all that stands before it.
struct DayRecord {
    std::int64_t user_id = 0;
    config::CivilDay day;
    bool counts = true;
    std::string author;
    std::int64_t made_s = 0;
    std::string signature;  // 64 hexadecimal digits
    bool operator==(const DayRecord&) const = default;
};

// Everything that is known of one student.
struct StudentEvidence {
    std::vector<CompletionRecord> completions;    // by activity and instant
    std::vector<DeclarationRecord> declarations;  // by begin, table and row
    std::vector<ForeignRecord> foreign;           // by instant and row
    std::vector<EnrolmentState> enrolments;       // by enrolment and instant
    std::vector<RoleState> roles;                 // by assignment and instant
    std::vector<Exclusion> exclusions;            // by number, revoked ones too
    std::vector<DayRecord> days;                  // in the order in which they were made
};

// How much there is of a source.
struct EvidenceExtent {
    std::int64_t completions = 0, declarations = 0, foreign = 0, enrolments = 0, roles = 0, courses = 0,
                 worths = 0, exclusions = 0, days = 0;
};

class EvidenceStore {
  public:
    EvidenceStore() = default;
    EvidenceStore(const EvidenceStore&) = delete;
    EvidenceStore& operator=(const EvidenceStore&) = delete;
    virtual ~EvidenceStore() = default;

    // Each returns how many of the records changed the store.
    virtual std::int64_t put(SourceKey source, std::span<const CompletionRecord> records) = 0;
    virtual std::int64_t put(SourceKey source, std::span<const DeclarationRecord> records) = 0;
    virtual std::int64_t put(SourceKey source, std::span<const ForeignRecord> records) = 0;
    virtual std::int64_t put(SourceKey source, std::span<const EnrolmentState> records) = 0;
    virtual std::int64_t put(SourceKey source, std::span<const RoleState> records) = 0;
    // A change of these touches everybody: every student of the source becomes dirty.
    virtual std::int64_t put(SourceKey source, std::span<const CoursePlace> records) = 0;
    virtual std::int64_t put(SourceKey source, std::span<const CategoryPath> records) = 0;
    virtual std::int64_t put(SourceKey source, std::span<const ActivityWorth> records) = 0;

    // Records an exclusion and gives its number. Whoever calls it audits it.
    virtual std::int64_t exclude(SourceKey source, const Exclusion& exclusion) = 0;
    // Refused if there is no such exclusion, or it is revoked already.
    [[nodiscard]] virtual config::Result<void> revoke(SourceKey source, std::int64_t number,
                                                      const std::string& reason, const std::string& author,
                                                      std::int64_t now_s) = 0;
    virtual void put_days(SourceKey source, std::span<const DayRecord> records) = 0;

    [[nodiscard]] virtual StudentEvidence of(SourceKey source, std::int64_t user_id) const = 0;
    // Everybody's, by number.
    [[nodiscard]] virtual std::vector<Exclusion> exclusions(SourceKey source) const = 0;
    // By course, with whole paths as far as they are known.
    [[nodiscard]] virtual std::vector<CoursePlace> courses(SourceKey source) const = 0;
    [[nodiscard]] virtual std::vector<ActivityWorth> worths(SourceKey source) const = 0;  // by activity
    // Users of whom there is any evidence that may give time without an event, ascending.
    [[nodiscard]] virtual std::vector<std::int64_t> users(SourceKey source) const = 0;
    [[nodiscard]] virtual EvidenceExtent extent(SourceKey source) const = 0;

    // Grows with every change; and which one the totals were made of (Ledger::forget_whole()).
    [[nodiscard]] virtual std::int64_t revision(SourceKey source) const = 0;
    [[nodiscard]] virtual std::int64_t computed_revision(SourceKey source) const = 0;
    virtual void mark_computed(SourceKey source, std::int64_t revision) = 0;

    // The latest state of each enrolment (or assignment) with an id in (after, upto], by id.
    [[nodiscard]] virtual std::vector<EnrolmentState> latest_enrolments(SourceKey source, std::int64_t after,
                                                                        std::int64_t upto) const = 0;
    [[nodiscard]] virtual std::vector<RoleState> latest_roles(SourceKey source, std::int64_t after,
                                                              std::int64_t upto) const = 0;
    // What `work` puts marks nobody: records that the totals which the marks are about
    // (Archive::computing_for()) do not look at. revision() grows all the same, by which the totals of other
    // scales are known to be old.
    virtual void without_marks(const std::function<void()>& work) = 0;
};

// On the file of open_sqlite_archive(), which it makes if there is none.
[[nodiscard]] std::unique_ptr<EvidenceStore> open_sqlite_evidence(const std::filesystem::path& path);

}  // namespace assidu::node::archive
