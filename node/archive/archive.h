// The archive of events of one node. Idempotent on (source, id); whatever is acknowledged is committed and
// synced. Events come in any order and are read back one student at a time, in the order of computation.
//
// Every method may throw ResourceFailure naming the file. One object is for one thread; one process writes at
// a time.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "node/event.h"

namespace assidu::node::archive {

using SourceKey = std::int64_t;

// An event and whose it is (Moodle's user id).
struct StudentEvent {
    std::int64_t user_id = 0;
    Event event;
    auto operator<=>(const StudentEvent&) const = default;
};

// One taking in of one file (or, later, of one increment): provenance, and what became of every row.
struct Intake {
    std::int64_t key = 0;  // given by begin_intake()
    std::string source;
    std::string path;    // as it was named
    std::string kind;    // "log_csv", "log_page", ...
    std::string sha256;  // of the file as it is stored; empty until it was read to its end
    std::int64_t begun_utc_s = 0;
    std::optional<std::int64_t> ended_utc_s;  // nothing if it was interrupted
    std::map<std::string, std::int64_t>
        counts;  // by what became of the rows: "read", "added", "duplicate", ...
};

// What append() did with each event of a batch.
struct Appended {
    std::int64_t added = 0;
    // There already, equal. `crud` and `edulevel`, which an export may lack and no number needs, do not
    // count.
    std::int64_t duplicates = 0;
    // Positions in the batch of events whose key is there already with other contents. The archive keeps what
    // it has: an event is evidence and does not change.
    std::vector<std::size_t> conflicts;
};

// How much the archive holds of a source.
struct Extent {
    std::int64_t events = 0;
    std::optional<std::int64_t> first_utc_s, last_utc_s;
    std::optional<std::int64_t> last_id;
};

// What events say of an activity: where it is and of which type, as far as they know.
struct ActivityFacts {
    std::int64_t activity = 0;
    std::int64_t course = kCourseUnknown;
    std::string type;  // "quiz"; empty if not known
};

// A student whose totals are not up to date: everything that is new of them (events that came, time that
// passed, other evidence that changed) concerns instants from `from_s` on. Totals may have to change before
// it all the same: what was the last event of a session may now have a successor.
struct DirtyMark {
    std::int64_t user_id = 0;
    std::int64_t from_s = 0;
    auto operator<=>(const DirtyMark&) const = default;
};
inline constexpr std::int64_t kFromTheBegin = std::numeric_limits<std::int64_t>::min();

class Collection;  // collection.h

class Archive {
  public:
    Archive() = default;
    Archive(const Archive&) = delete;
    Archive& operator=(const Archive&) = delete;
    virtual ~Archive() = default;

    // The key of a source, made if it is new. Refused if the source is there under another site identifier:
    // those are events of another Moodle, whose ids mean other rows.
    [[nodiscard]] virtual config::Result<SourceKey> source(const std::string& name,
                                                           const std::string& site_identifier) = 0;

    // The dictionary. A new shape is kept with the next append(). intern() may be called while append() works
    // on another thread; shapes() may not.
    [[nodiscard]] virtual ShapeKey intern(const EventShape& shape) = 0;
    [[nodiscard]] virtual const std::vector<EventShape>& shapes() const = 0;

    [[nodiscard]] virtual std::int64_t begin_intake(const Intake& intake) = 0;
    // Adds the events of a batch that are not there, and puts down what became of the intake's rows so far
    // (counts() is asked after the batch was sorted out, before the commit): one transaction, synced on
    // return. Each student with a new event becomes dirty from the earliest one on. Repeating a batch changes
    // nothing but the intake.
    virtual Appended append(
        SourceKey source, std::span<const StudentEvent> batch, std::int64_t intake,
        const std::function<std::map<std::string, std::int64_t>(const Appended&)>& counts) = 0;
    virtual void end_intake(const Intake& intake) = 0;
    // The latest ones, newest first.
    [[nodiscard]] virtual std::vector<Intake> intakes(std::size_t count) const = 0;

    // Users with events, ascending.
    [[nodiscard]] virtual std::vector<std::int64_t> users(SourceKey source) const = 0;
    // A student's events in the order of computation, with unknown courses filled in where the activity's is
    // known.
    [[nodiscard]] virtual std::vector<Event> events(SourceKey source, std::int64_t user_id) const = 0;
    // The same by UTC days, the latest day first, each in the order of computation, until `wants_earlier`
    // answers false; it may keep what it is given.
    virtual void events_backwards(
        SourceKey source, std::int64_t user_id,
        const std::function<bool(std::vector<Event>& day)>& wants_earlier) const = 0;
    [[nodiscard]] virtual Extent extent(SourceKey source) const = 0;

    // Facts about activities, from events or a catalogue: what is known is never replaced by "not known", and
    // what a catalogue says (`sure`) replaces what events say. Where this gives events a course they lacked,
    // every student of the source becomes dirty from the begin; else those with other evidence of the
    // activity.
    virtual void learn(SourceKey source, std::span<const ActivityFacts> facts, bool sure) = 0;
    [[nodiscard]] virtual std::optional<ActivityFacts> activity(SourceKey source,
                                                                std::int64_t activity) const = 0;

    // Which totals the dirty marks are about (scale, engine, node, pseudonyms). Naming others marks every
    // student of the source dirty from the begin, in the same transaction; naming the same ones changes
    // nothing.
    virtual void computing_for(SourceKey source, const std::string& totals) = 0;
    // Whose totals are not up to date, ascending by user; one mark a student.
    [[nodiscard]] virtual std::vector<DirtyMark> dirty(SourceKey source) const = 0;
    // For evidence that is no event. Of a student who is dirty already, the earlier instant stands. Evidence
    // that is kept in the archive is better marked in the transaction that writes it (archive_tables.h).
    virtual void mark_dirty(SourceKey source, std::span<const DirtyMark> marks) = 0;
    // Takes the marks of these students away, except that those of `still` are dirty from there on, and notes
    // the instant their totals hold for. The caller holds the node's lock from dirty() on, so that no event
    // came in between.
    virtual void mark_clean(SourceKey source, std::span<const std::int64_t> users, std::int64_t as_of_s,
                            std::span<const DirtyMark> still = {}) = 0;
    // The instant of the last mark_clean(); nothing before the first. Totals that hold for an earlier one are
    // not those the marks are about.
    [[nodiscard]] virtual std::optional<std::int64_t> clean_as_of(SourceKey source) const = 0;

    // What the collector of a Moodle's database remembers; lives as long as the archive.
    [[nodiscard]] virtual Collection& collection() = 0;
};

}  // namespace assidu::node::archive
