// A network between two processes that does what networks do, from a seed: a TCP proxy on loopback that cuts
// connections, holds bytes back, ends them in the middle and plays their beginnings a second time.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "tests/seed.h"

namespace assidu::tests {

class FaultProxy {
  public:
    // Listens on a free port of loopback and carries what connects there to `to_port`. Carries everything
    // whole at first.
    FaultProxy(std::uint16_t to_port, std::uint64_t seed);
    ~FaultProxy();
    FaultProxy(const FaultProxy&) = delete;
    FaultProxy& operator=(const FaultProxy&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }

    // What happens to connections from now on.
    void carry();                          // whole
    void misbehave();                      // two of three meet a fault by the dice
    void cut_off();                        // none is carried; those that are there break
    void carry_up_to(std::int64_t bytes);  // cut once so many bytes came from whoever connected

    struct Counts {
        std::atomic<int> carried = 0, cut = 0, truncated = 0, delayed = 0, duplicated = 0, kept_out = 0;
    };
    [[nodiscard]] const Counts& counts() const { return counts_; }

  private:
    enum class Mode { carry, misbehave, cut_off, limited };
    enum class Fault { none, cut, truncate, delay, duplicate };
    struct Fate {
        Fault fault = Fault::none;
        std::int64_t after_bytes = 0;  // from whoever connected (`from_client`) or from the other side
        bool from_client = true;
        int delay_ms = 0;
    };
    void accept_all();
    void serve(int client, const Fate& fate);
    [[nodiscard]] Fate draw();
    [[nodiscard]] int connect_on() const;
    void set(Mode mode, std::int64_t limit = 0);

    std::uint16_t to_port_, port_ = 0;
    int listening_ = -1;
    std::mutex mutex_;
    Dice dice_;                // under the mutex
    Mode mode_ = Mode::carry;  // under the mutex
    std::int64_t limit_ = 0;   // under the mutex
    std::set<int> open_;       // under the mutex: sockets of connections
    Counts counts_;
    std::atomic<bool> ends_ = false;
    std::vector<std::thread> connections_;  // of accept_all()'s thread until it ended
    std::thread accepting_;
};

}  // namespace assidu::tests
