// Cuts sockets off at their deadlines. Private to this floor.
//
// A socket's own time-outs count from the last byte: a peer that sends one now and then holds its reader for
// ever, and inside a TLS record no read of ours returns. So one thread looks at the deadlines and shuts the
// overdue sockets down, which ends any read or write on them, over TLS too, without touching the TLS state
// that another thread is using.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

namespace assidu::rpc {

class SocketWatch {
  public:
    using Time = std::chrono::steady_clock::time_point;

    // One socket under watch. Its functions may be called from any thread. Must go before its SocketWatch.
    class Watched {
      public:
        // Watches nothing until a deadline is set. `descriptor` must stay open until release().
        Watched(SocketWatch& watch, int descriptor);
        ~Watched();
        Watched(const Watched&) = delete;
        Watched& operator=(const Watched&) = delete;

        // From now on the socket has until `deadline`; with none, all the time it wants. No effect on a
        // socket that was cut off.
        void set_deadline(std::optional<Time> deadline);
        void cut_off();
        // To be called before the descriptor is closed: it is not touched afterwards.
        void release();
        // Whether it was cut off, by its deadline or by cut_off().
        [[nodiscard]] bool was_cut_off() const;

      private:
        friend class SocketWatch;
        SocketWatch& watch_;
        // All three under the watch's mutex.
        int descriptor_;
        std::optional<Time> deadline_;
        bool cut_off_ = false;
    };

    SocketWatch();
    ~SocketWatch();
    SocketWatch(const SocketWatch&) = delete;
    SocketWatch& operator=(const SocketWatch&) = delete;

  private:
    void run();
    static void shut(Watched& watched);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::set<Watched*> watched_;
    Time wakes_at_ = Time::max();
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace assidu::rpc
