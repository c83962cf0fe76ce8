// The rows that a Moodle pushes, from the answer to their push until they are archived: files of lines
// (collect/pushed_rows.h) in the spool.
//
//   spool/pushes/NUMBER.jsonl        answered for, wait for a round
//   spool/pushes/undecided-N.jsonl   of people whom the catalogue did not know after its Nth import; wait for
//                                    a newer one
//   spool/refused/push-SHA256.json   bodies that were no push, without what is never kept; NAME.txt says why
//
// What keep() answers for is synced. A file is taken away once its rows are archived: a crash in between has
// them imported again, which changes nothing.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "config/limits.h"
#include "config/refusal.h"

namespace assidu::node::services {

// Threads: any may keep() and refuse(); take() and what follows it are one thread's.
class PushJournal {
  public:
    struct Bounds {
        std::uint64_t waiting_bytes = config::limits::kPushedBytesWaitingMax;
        std::uint64_t file_bytes = config::limits::kPushedFileBytesMax;
        std::size_t files_a_round = config::limits::kPushedFilesARoundMax;
        std::size_t refused_files = config::limits::kRefusedPushesMax;
        std::uint64_t refused_bytes = config::limits::kRefusedPushBytesMax;
    };
    // `spool` is there already. Cuts off what a crash left half written: it was not answered for. Refused if
    // the folder cannot be made or read. Throws ResourceFailure.
    [[nodiscard]] static config::Result<std::unique_ptr<PushJournal>> open(const std::filesystem::path& spool,
                                                                           const Bounds& bounds);
    ~PushJournal();
    PushJournal(const PushJournal&) = delete;
    PushJournal& operator=(const PushJournal&) = delete;

    // Appends `lines`; they are synced on return, together with those of all threads that waited meanwhile.
    // Refused, with nothing kept, if there is no room or too much waits already.
    [[nodiscard]] config::Result<void> keep(std::string_view lines);
    // Keeps a body that is no push, and why. Refused, with nothing kept, if there is no room or too many are
    // kept already.
    [[nodiscard]] config::Result<void> refuse(std::string_view body, std::string_view why);

    // Whether a round would find rows to take.
    [[nodiscard]] bool waits() const { return waits_.load(); }
    // The files that are to be archived, oldest first, no more than `files_a_round`; nothing is appended to
    // them any more.
    [[nodiscard]] config::Result<std::vector<std::filesystem::path>> take();
    // The rows of people who were unknown under another catalogue than the `catalogue`th, or (with nothing)
    // under any.
    [[nodiscard]] config::Result<std::vector<std::filesystem::path>> undecided_before(
        std::optional<std::int64_t> catalogue) const;
    // Takes a file away: its rows are archived.
    void forget(const std::filesystem::path& path);

    // Rows of people that the `catalogue`th catalogue does not know. Throws ResourceFailure.
    class Undecided {
      public:
        Undecided(PushJournal& journal, std::int64_t catalogue);
        ~Undecided();
        Undecided(const Undecided&) = delete;
        Undecided& operator=(const Undecided&) = delete;
        void add(std::string_view line);
        // Returns once all of them are synced.
        void sync();

      private:
        void write();
        PushJournal& journal_;
        std::filesystem::path path_;
        std::string buffer_;
        int descriptor_ = -1;
    };

    // For whoever only looks; a folder that is missing is empty.
    struct Counts {
        std::uint64_t waiting_bytes = 0, undecided_bytes = 0;
        std::size_t refused = 0;
    };
    [[nodiscard]] static Counts count(const std::filesystem::path& spool);

  private:
    struct Waiting;
    PushJournal(const std::filesystem::path& spool, const Bounds& bounds);
    config::Result<void> recover();
    void commit(std::vector<Waiting*>& group);
    void write_group(const std::vector<Waiting*>& group);
    void open_file();
    void close_file();
    void recount();

    const std::filesystem::path folder_, refused_;
    const Bounds bounds_;
    std::atomic<bool> waits_ = false;
    std::atomic<std::uint64_t> bytes_ = 0;  // in the folder

    std::mutex queue_;
    std::condition_variable committed_;
    std::vector<Waiting*> waiting_;  // under queue_
    bool committing_ = false;        // under queue_

    std::mutex file_;  // and all below
    int descriptor_ = -1;
    std::filesystem::path path_;
    std::uint64_t size_ = 0;
    std::uint64_t next_number_ = 1;
    std::mutex refusing_;
};

}  // namespace assidu::node::services
