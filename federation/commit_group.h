// Commits in groups: what several threads want written to one SQLite file goes into one transaction and one
// sync.
//
// While one group is written and synced, others wait in line; all of them are the next group. A thread alone
// is a group of one and waits for nobody.
#pragma once

#include <SQLiteCpp/Database.h>

#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace assidu::federation {

class CommitGroup {
  public:
    // The most works of one transaction: how long the first of them waits for the others is bounded.
    static constexpr std::size_t kWorksMax = 64;

    explicit CommitGroup(std::shared_ptr<SQLite::Database> file) : file_(std::move(file)) {}

    // Runs `work` on this thread or another one, never two at a time, and returns when it is committed and
    // synced. What `work` throws undoes what it wrote, and only that, and is thrown here. If the group cannot
    // be committed, nothing of it is there, and each of its callers gets that ResourceFailure. Any thread;
    // not from inside a work.
    void run(const std::function<void()>& work);

    // How many are in line behind the group that is being committed. Any thread.
    [[nodiscard]] std::size_t waiting() const {
        const std::scoped_lock lock(mutex_);
        return line_.size();
    }

  private:
    struct Waiting {
        const std::function<void()>* work;
        std::exception_ptr failure = nullptr;
        bool is_done = false;
        std::condition_variable woken = {};  // its thread alone
    };
    void commit(std::span<Waiting* const> group);

    std::shared_ptr<SQLite::Database> file_;
    mutable std::mutex mutex_;  // of what follows; the file itself is used by whoever leads
    std::vector<Waiting*> line_;
    bool is_led_ = false;
};

}  // namespace assidu::federation
