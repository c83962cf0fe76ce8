// When a running node does what: its rounds, and the deliveries to its hub, each at its own pace. No thread
// and no clock of its own: whoever works asks what is due.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace assidu::node::services {

class Schedule {
  public:
    // Milliseconds of a clock that never goes back, whatever it counts from.
    using Now = std::function<std::int64_t()>;
    // 64 random bits.
    using Chance = std::function<std::uint64_t()>;

    // The first round is due at once.
    Schedule(std::int64_t every_s, Now now_ms, Chance chance);

    [[nodiscard]] bool round_due() const { return now_ms_() >= round_at_ms_; }
    // Something came in: the next round is due at once, unless the last one was put off or failed and its
    // time to be tried again has not come. Changes nothing for deliveries.
    void wake();
    // A round ended: the next one is due after `every_s`; where the node has a hub, a delivery is due now,
    // unless one failed and its time to be tried again has not come.
    void round_done(bool has_hub);
    // Another process works in the folder: a little later.
    void round_put_off();
    // The round broke off (disk full, wrong settings): later.
    void round_failed();

    [[nodiscard]] bool delivery_due() const { return delivery_at_ms_ && now_ms_() >= *delivery_at_ms_; }
    // All that was to be delivered is: no more until a round says so.
    void delivered();
    // Tried again after 1 s, 2 s, 4 s... up to kRetryMillisecondsMax, each wait drawn evenly from its upper
    // half.
    void delivery_failed();
    // The same after a refusal that repeating does not cure: at once the longest wait.
    void delivery_refused();
    // The hub is another than before: what was known of the old one does not count.
    void forget_failures();

    // Milliseconds until the next attempt of a delivery that failed; nothing if none did.
    [[nodiscard]] std::optional<std::int64_t> retry_in_ms() const;
    // Milliseconds until something is due; 0 if something is.
    [[nodiscard]] std::int64_t wait_ms() const;

  private:
    void retry_within(std::int64_t whole_ms);

    std::int64_t every_ms_;
    Now now_ms_;
    Chance chance_;
    std::int64_t round_at_ms_;
    std::int64_t not_before_ms_;  // of a round, whatever comes in
    std::optional<std::int64_t> delivery_at_ms_;
    int failures_ = 0;  // in a row
};

}  // namespace assidu::node::services
