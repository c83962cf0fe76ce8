#include "rpc/socket_watch.h"

#include <sys/socket.h>

#include <algorithm>

namespace assidu::rpc {

SocketWatch::Watched::Watched(SocketWatch& watch, int descriptor) : watch_(watch), descriptor_(descriptor) {
    const std::lock_guard lock(watch_.mutex_);
    watch_.watched_.insert(this);
}

SocketWatch::Watched::~Watched() {
    const std::lock_guard lock(watch_.mutex_);
    watch_.watched_.erase(this);
}

void SocketWatch::Watched::set_deadline(std::optional<Time> deadline) {
    const std::lock_guard lock(watch_.mutex_);
    if (cut_off_) return;
    deadline_ = deadline;
    // A later deadline is found when the thread wakes for the earlier one: most requests wake nobody.
    if (deadline && *deadline < watch_.wakes_at_) watch_.changed_.notify_one();
}

void SocketWatch::Watched::cut_off() {
    const std::lock_guard lock(watch_.mutex_);
    shut(*this);
}

void SocketWatch::Watched::release() {
    const std::lock_guard lock(watch_.mutex_);
    descriptor_ = -1;
    deadline_.reset();
}

bool SocketWatch::Watched::was_cut_off() const {
    const std::lock_guard lock(watch_.mutex_);
    return cut_off_;
}

SocketWatch::SocketWatch() : thread_([this] { run(); }) {}

SocketWatch::~SocketWatch() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        changed_.notify_one();
    }
    thread_.join();
}

void SocketWatch::shut(Watched& watched) {
    // The result does not matter: a socket that the peer has closed already is as shut as it can be.
    if (watched.descriptor_ >= 0) ::shutdown(watched.descriptor_, SHUT_RDWR);
    watched.cut_off_ = true;
    watched.deadline_.reset();
}

void SocketWatch::run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const Time now = std::chrono::steady_clock::now();
        wakes_at_ = Time::max();
        for (Watched* watched : watched_) {
            if (!watched->deadline_) continue;
            if (*watched->deadline_ <= now)
                shut(*watched);
            else
                wakes_at_ = std::min(wakes_at_, *watched->deadline_);
        }
        if (wakes_at_ == Time::max())
            changed_.wait(lock);
        else
            changed_.wait_until(lock, wakes_at_);
    }
}

}  // namespace assidu::rpc
