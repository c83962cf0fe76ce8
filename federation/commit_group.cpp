#include "federation/commit_group.h"

#include <algorithm>
#include <array>

#include "federation/sqlite_store.h"

namespace assidu::federation {

void CommitGroup::run(const std::function<void()>& work) {
    Waiting mine{&work, nullptr, false, {}};
    std::unique_lock lock(mutex_);
    line_.push_back(&mine);
    mine.woken.wait(lock, [&] { return mine.is_done || !is_led_; });
    if (!mine.is_done) {
        // Whoever comes to a file that nobody writes leads, until its own work is done; then one of those who
        // wait.
        is_led_ = true;
        while (!mine.is_done) {
            std::array<Waiting*, kWorksMax> room;  // nothing may throw here: everybody would wait for ever
            const auto size = std::min(line_.size(), room.size());
            std::copy_n(line_.begin(), size, room.begin());
            line_.erase(line_.begin(), line_.begin() + static_cast<std::ptrdiff_t>(size));
            const std::span<Waiting* const> group(room.data(), size);
            lock.unlock();
            commit(group);
            lock.lock();
            for (Waiting* one : group) {
                one->is_done = true;
                one->woken.notify_one();
            }
        }
        is_led_ = false;
        if (!line_.empty()) line_.front()->woken.notify_one();
    }
    lock.unlock();
    if (mine.failure) std::rethrow_exception(mine.failure);
}

// Never throws: what fails is told to those whom it concerns.
void CommitGroup::commit(std::span<Waiting* const> group) {
    try {
        translating_errors(*file_, [&] {
            in_transaction(*file_, [&] {
                for (Waiting* one : group) {
                    try {
                        in_transaction(*file_, *one->work);
                    } catch (...) {
                        // After some errors, such as a full disk, SQLite has given the whole transaction up.
                        if (!is_in_transaction(*file_)) throw;
                        one->failure = std::current_exception();
                    }
                }
            });
        });
    } catch (...) {
        for (Waiting* one : group)
            one->failure = std::current_exception();
    }
}

}  // namespace assidu::federation
