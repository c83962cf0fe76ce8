// Batches that staff asked for on their pages: what was asked, how far each is, and who was not issued and
// why. In dossiers.sqlite (docs/formats/dossiers.md), on a connection of its own, so that a serving node goes
// on with them after whatever ended it. Students stand in it by pseudonym.
//
// Every method may throw ResourceFailure naming the file. One object may be used from any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "federation/ledger.h"
#include "node/staff/batch.h"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace assidu::node::staff {

struct OrderedBatch {
    enum class State : std::uint8_t {
        waiting,
        running,  // or interrupted while it ran: a serving node goes on with it
        done,     // to its end, whatever became of single students
        stopped,  // by staff; may be gone on with
        failed,   // as a whole, `why` says for what
    };
    std::int64_t number = 0;  // from 1, never given again
    std::string account;      // who asked
    // Whom the account may see, as it was then (services::conditions_of()): only dossiers of its funders and
    // groups are reported on.
    std::vector<std::string> conditions;
    std::string whom;  // what was chosen: "", "students", "cohort:NAME", "funder:NAME", "group:NAME"
    federation::Period period;
    std::vector<ReportFormat> formats;
    bool package = true, groups = false;
    reports::Language language = reports::Language::fr;
    std::int64_t asked_utc_s = 0;
    std::optional<std::int64_t> begun_utc_s, ended_utc_s;
    State state = State::waiting;
    std::int64_t jobs = 0;  // reports that there are to be, once it began
    std::string why;
    // What became of reports so far, and of how many students it is.
    std::int64_t issued = 0, reissued = 0, unchanged = 0, refused = 0, failed = 0, students = 0;

    [[nodiscard]] bool is_open() const { return state == State::waiting || state == State::running; }
    [[nodiscard]] std::int64_t done() const { return issued + reissued + unchanged + refused + failed; }
};
// "waiting", "running", "done", "stopped", "failed".
[[nodiscard]] std::string_view name_of(OrderedBatch::State state);

// Where its documents lie.
[[nodiscard]] inline std::filesystem::path folder_of(const std::filesystem::path& node_folder,
                                                     std::int64_t number) {
    return node_folder / "batches" / std::to_string(number);
}

class BatchOrders {
  public:
    explicit BatchOrders(const std::filesystem::path& dossiers);
    ~BatchOrders();
    BatchOrders(const BatchOrders&) = delete;
    BatchOrders& operator=(const BatchOrders&) = delete;

    // Notes what was asked, and gives it its number; committed and synced on return. Refused with "full"
    // where there are limits::kBatchOrdersMax, "open" where kBatchOrdersOpenMax of the account are not ended.
    [[nodiscard]] config::Result<std::int64_t> put(const std::string& node, const OrderedBatch& asked,
                                                   const std::vector<federation::StudentId>& students);

    [[nodiscard]] std::optional<OrderedBatch> find(const std::string& node, std::int64_t number) const;
    // The newest first.
    [[nodiscard]] std::vector<OrderedBatch> all(const std::string& node) const;
    // What a serving node is to do next: what it was at, else the oldest that waits.
    [[nodiscard]] std::optional<OrderedBatch> next(const std::string& node) const;
    [[nodiscard]] std::vector<federation::StudentId> students(const std::string& node,
                                                              std::int64_t number) const;
    // What became of each so far; without names.
    [[nodiscard]] std::vector<BatchLine> lines(const std::string& node, std::int64_t number) const;

    // Of whoever runs it. begin() and note() change nothing of one that is not open any more: note() says
    // whether it is.
    void begin(const std::string& node, std::int64_t number, std::int64_t now_utc_s);
    bool note(const std::string& node, std::int64_t number, const BatchLine& line, std::int64_t jobs);
    void end(const std::string& node, std::int64_t number, OrderedBatch::State state, const std::string& why,
             std::int64_t now_utc_s);
    // Of staff. False where its state does not let it: only an open one can be stopped, only an ended one
    // done again (from the beginning; a stopped one from where it was) or forgotten.
    bool stop(const std::string& node, std::int64_t number, std::int64_t now_utc_s);
    bool again(const std::string& node, std::int64_t number);
    bool forget(const std::string& node, std::int64_t number);

  private:
    [[nodiscard]] std::vector<OrderedBatch> select(const std::string& node, const std::string& where,
                                                   std::int64_t number) const;

    std::unique_ptr<SQLite::Database> database_;
    mutable std::mutex mutex_;  // of the connection
};

}  // namespace assidu::node::staff
