// What the collector of a Moodle's database remembers, in the archive's own file: where it is, and what
// became of every id of the source's log that it read. Each id has exactly one fate, so that "archived,
// passed over or missing" can be said of every row of the source. Of rows that are not kept, nothing but the
// id is.
//
// Written in the transaction that writes the events of the same page. Every method may throw ResourceFailure
// naming the file. One object is for one thread. Format: docs/formats/archive.md.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/archive/archive.h"

namespace SQLite {
class Database;
}

namespace assidu::node::archive {

// The numbers stand in the file and never change.
enum class Fate : std::uint8_t {
    archived = 0,
    nobody = 1,
    guest = 2,
    excluded = 3,
    not_selected = 4,
    unknown_person = 5,
    rejected = 6,     // broken, and kept in the rejects file
    quarantined = 7,  // kept, and not counted: much older than rows that were read before it
    conflict = 8,     // archived with other contents than the source has now
    erased = 9,       // of a person whom this node forgot
};
inline constexpr std::size_t kFates = 10;
[[nodiscard]] std::string_view name_of(Fate fate);

struct CollectedRow {
    std::int64_t id = 0, time_s = 0;
    Fate fate = Fate::nobody;
};

struct QuarantinedRow {
    StudentEvent event;
    std::optional<std::int64_t> twin;  // the archived event that it seems to be a restored copy of
};

struct RememberedRow {
    std::int64_t id = 0, time_s = 0, user_id = 0;
    bool operator==(const RememberedRow&) const = default;
};

// At this instant of the source's clock, and of the node's, ids up to this one had been given out.
struct IdMark {
    std::int64_t utc_s = 0, id = 0, node_utc_s = 0;
};

// A reading from an id to an id, in pages.
struct CollectorPass {
    std::int64_t begun_utc_s = 0, begun_node_utc_s = 0, at_id = 0, to_id = 0;
    bool from_safe = true;         // it began at or below the safe id
    std::int64_t freshness_s = 0;  // timecreated of the newest row when it began
};

// Where the collector is. Instants are of the source's clock but where it says otherwise; 0: none yet.
struct CollectorState {
    std::string site;                            // Moodle's siteidentifier
    std::int64_t safe_id = 0;                    // every row with an id up to here was read, or will never be
    std::int64_t read_id = 0;                    // the highest id that was read
    std::int64_t newest_s = 0;                   // the newest timecreated that was read
    std::optional<CollectorPass> pass;           // one that is not at its end
    std::vector<IdMark> marks;                   // ascending
    std::vector<RememberedRow> remembered;       // the last ones, ascending by id
    std::int64_t whole_utc_s = 0;                // when the last pass that came to its end began
    std::int64_t whole_node_utc_s = 0;           // the same by the node's clock
    std::int64_t lifetime_s = 0;                 // after which the source deletes rows; 0: never
    std::int64_t moved_utc_s = 0, moved_id = 0;  // when MAX(id) was last seen to move, and to what
    std::int64_t silent_since_s = 0;             // the source writes no log though it should
    std::string silent_cause;
    std::int64_t reconciled_day = 0;  // UTC day up to which (included) it was held against the source
    // Ids of (from, to] that the source may have given out anew, after it was restored and accepted.
    std::int64_t anew_from_id = 0, anew_to_id = 0;
    std::string selection;              // a digest of the settings that say whose rows are kept
    std::int64_t rows_a_second = 0;     // of the last pass that read many
    std::vector<std::string> warnings;  // what is wrong at the source, for `status`
};

struct CollectedPage {
    std::vector<StudentEvent> events;  // to be archived, or held against what is
    std::vector<CollectedRow> rows;    // all rows of the page that had no fate yet, and those that change it
    std::vector<QuarantinedRow> quarantined;
    std::vector<std::int64_t> clones;  // ids among `events`: archived, and flagged
    CollectorState state;              // after the page
};

// Rows of one hour (UTC) by timecreated, whatever became of them.
struct HourOfSource {
    std::int64_t rows = 0, min_id = 0, max_id = 0;
};

class Collection {
  public:
    Collection() = default;
    Collection(const Collection&) = delete;
    Collection& operator=(const Collection&) = delete;
    virtual ~Collection() = default;

    [[nodiscard]] virtual CollectorState state(SourceKey source) const = 0;
    virtual void put_state(SourceKey source, const CollectorState& state) = 0;

    // What became of each id; nothing for one that was never read.
    [[nodiscard]] virtual std::vector<std::optional<Fate>> fates(SourceKey source,
                                                                 std::span<const std::int64_t> ids) const = 0;
    // The first id > after without a fate; up_to + 1 if there is none up to `up_to`.
    [[nodiscard]] virtual std::int64_t first_missing(SourceKey source, std::int64_t after,
                                                     std::int64_t up_to) const = 0;
    // How many ids of (after, up_to] have no fate.
    [[nodiscard]] virtual std::int64_t count_missing(SourceKey source, std::int64_t after,
                                                     std::int64_t up_to) const = 0;
    [[nodiscard]] virtual std::int64_t count(SourceKey source, Fate fate) const = 0;

    // Archives a page and notes the fate of its rows, the state with them: one transaction, synced on return.
    // `counts` as in Archive::append().
    virtual Appended take(
        SourceKey source, const CollectedPage& page, std::int64_t intake,
        const std::function<std::map<std::string, std::int64_t>(const Appended&)>& counts) = 0;

    // An archived event of the same student, second and event name in another course; nothing if there is
    // none.
    [[nodiscard]] virtual std::optional<std::int64_t> twin(SourceKey source,
                                                           const StudentEvent& event) const = 0;

    // Rows read, by hour (UTC hours since 1970) of [from, to) and by UTC day and fate.
    [[nodiscard]] virtual std::map<std::int64_t, HourOfSource> hours(SourceKey source, std::int64_t from_hour,
                                                                     std::int64_t to_hour) const = 0;
    [[nodiscard]] virtual std::map<std::int64_t, std::array<std::int64_t, kFates>> days(
        SourceKey source) const = 0;

    // Students who became selected after rows of theirs had been passed over, and up to which id those were
    // looked for since.
    virtual void reclaim(SourceKey source, std::span<const std::int64_t> users) = 0;
    [[nodiscard]] virtual std::map<std::int64_t, std::int64_t> reclaims(SourceKey source) const = 0;
    virtual void reclaimed(SourceKey source, std::int64_t user_id, std::optional<std::int64_t> up_to_id) = 0;

    // Up to `most` rows in quarantine, by id; and taking those out that were archived after all.
    [[nodiscard]] virtual std::vector<QuarantinedRow> quarantine(SourceKey source, std::int64_t after_id,
                                                                 std::size_t most) const = 0;
};

// `database` is the archive's own; both must outlive it.
[[nodiscard]] std::unique_ptr<Collection> make_collection(SQLite::Database& database, Archive& archive);

}  // namespace assidu::node::archive
