// The collector of a Moodle's log from its database (docs/collector.md): every row once, whatever order rows
// become visible in, whenever the process or either database ends.
//
// The rules. Rows are read by id, in passes from below the safe id to MAX(id). An id that is missing is a
// hole that a transaction may still fill: the safe id goes past it only when it was given out at least the
// patience before a pass that did not find it, which a mark (the source's clock, MAX(id) then) tells. All
// that a page changes is one transaction of the archive.
//
// One object is for one thread; the caller has the lock on the folder while it works.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/archive/collection.h"
#include "node/collect/database/log_pages.h"
#include "node/collect/database/moodle_database.h"
#include "node/collect/database/people_refresh.h"
#include "node/collect/database/source_watch.h"
#include "node/collect/rejects_file.h"
#include "node/collect/selection.h"
#include "node/node.h"

namespace assidu::node::collect::database {

struct CollectEvents {
    // Rows read by this call; the id it is at, and the one it goes to.
    std::function<void(std::int64_t rows, std::int64_t at_id, std::int64_t to_id)> progress;
    std::function<void(const std::string& line)> warning;  // about a row, or an outage that was noted
    std::function<bool()> wants_more;                      // false asks for a clean stop
};

struct Collected {
    std::int64_t rows = 0;    // that had not been read before
    std::int64_t events = 0;  // archived of them
    std::int64_t passed = 0, rejected = 0, quarantined = 0;
    bool at_end = false;  // the pass came to its end; false: there is more to read at once
};

class LogCollector {
  public:
    // Connects with the first call. `node` must outlive it. Refused if the settings have no [database], a
    // password cannot be read, or the node holds log pages (whose ids are not Moodle's).
    [[nodiscard]] static config::Result<std::unique_ptr<LogCollector>> make(Node& node,
                                                                            const CollectEvents& events);

    // Goes on with the pass, or begins one; at most so many pages. What it adds to `collected` is archived
    // and synced, whatever it answers. A trouble that is not retryable names what an administrator has to do.
    SqlResult<void> collect(std::int64_t pages_max, Collected& collected);

    // Goes on with a source that refuse_other_source() refuses: what it has now is what is remembered.
    SqlResult<void> accept_source();
    // Archives the rows in quarantine, all or only those without a twin. How many there were.
    std::int64_t release_quarantine(bool clones);
    // Holds the days since the last time, up to yesterday (UTC), against the source, hour by hour and person
    // by person, and reads again where they differ. How many rows were found missing, or are a student's now.
    SqlResult<std::int64_t> reconcile();

    // The other tables that are due (side_tables.h).
    SqlResult<SideRead> read_side_tables() { return people_.side_tables().read_due(); }

    [[nodiscard]] MoodleDatabase& log() { return log_; }
    [[nodiscard]] const SourceLoad& log_load() const { return log_.load(); }
    [[nodiscard]] const SourceLoad& moodle_load() const { return moodle_.load(); }

  private:
    LogCollector(Node& node, const CollectEvents& events, MoodleDatabase moodle, MoodleDatabase log);

    SqlResult<void> prepare();
    SqlResult<void> check_source(const LogBounds& bounds);
    SqlResult<void> refresh_settings();
    void begin_pass(const LogBounds& bounds);
    void end_pass();
    SqlResult<bool> one_page(Collected& collected);
    SqlResult<void> reclaim_rows(Collected& collected);
    SqlResult<void> read_again(std::int64_t from_s, std::int64_t to_s, std::int64_t& found);
    // Of one UTC day (moved_rows.cpp). How many events were archived that had been passed over.
    SqlResult<std::int64_t> find_moved_rows(std::int64_t day, std::vector<std::string>& warnings);
    SqlResult<std::int64_t> read_moved_rows(std::int64_t day, const std::vector<std::int64_t>& ids,
                                            const std::map<std::int64_t, std::int64_t>& was_of,
                                            std::vector<std::string>& warnings);
    // Judges and archives rows; `again`: rows that were passed over may be kept now.
    SqlResult<void> take(std::vector<SourceRow>& rows, bool again, Collected& collected);
    void judge(SourceRow& row, bool again, std::optional<archive::Fate> before, archive::CollectedPage& page);
    [[nodiscard]] std::optional<std::int64_t> twin_of(const archive::StudentEvent& event,
                                                      const archive::CollectedPage& page);
    void keep(SourceRow& row, bool again, std::optional<archive::Fate> before, archive::CollectedPage& page);
    void reject(const SourceRow& row, const std::string& reason);
    void learn(const std::vector<SourceRow>& rows);
    [[nodiscard]] std::int64_t today_s_intake();
    [[nodiscard]] archive::Collection& collection() { return node_.archive().collection(); }

    Node& node_;
    CollectEvents events_;
    config::DatabaseSettings settings_;
    MoodleDatabase moodle_, log_;
    PeopleRefresh people_;
    std::string table_;
    bool prepared_ = false;
    SourceSettings source_;
    std::int64_t source_read_node_s_ = 0;
    archive::CollectorState state_;
    std::int64_t server_utc_s_ = 0;
    std::optional<Selector> selector_;
    std::unique_ptr<RejectsFile> rejects_;
    std::string rejects_day_;
    archive::Intake intake_;
    std::int64_t pass_rows_ = 0, pass_began_ms_ = 0;
};

}  // namespace assidu::node::collect::database
