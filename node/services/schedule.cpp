#include "node/services/schedule.h"

#include <algorithm>
#include <utility>

#include "config/limits.h"

namespace assidu::node::services {
namespace {

namespace limits = config::limits;

constexpr std::int64_t kMillisecondsASecond = 1000;
// Enough doublings to pass the longest wait; more would only overflow.
constexpr int kDoublingsMax = 20;

}  // namespace

Schedule::Schedule(std::int64_t every_s, Now now_ms, Chance chance)
    : every_ms_(every_s * kMillisecondsASecond),
      now_ms_(std::move(now_ms)),
      chance_(std::move(chance)),
      round_at_ms_(now_ms_()),
      not_before_ms_(round_at_ms_) {}

void Schedule::wake() {
    round_at_ms_ = std::min(round_at_ms_, std::max(now_ms_(), not_before_ms_));
}

void Schedule::round_done(bool has_hub) {
    round_at_ms_ = now_ms_() + every_ms_;
    if (!has_hub)
        delivered();
    else if (failures_ == 0)
        delivery_at_ms_ = now_ms_();
}

void Schedule::round_put_off() {
    round_at_ms_ = not_before_ms_ = now_ms_() + limits::kPutOffMilliseconds;
}

void Schedule::round_failed() {
    round_at_ms_ = not_before_ms_ = now_ms_() + std::min(every_ms_, limits::kFailedRoundMilliseconds);
}

void Schedule::delivered() {
    delivery_at_ms_.reset();
    failures_ = 0;
}

void Schedule::delivery_failed() {
    const std::int64_t doubled = limits::kRetryMillisecondsMin << std::min(failures_, kDoublingsMax);
    retry_within(std::min(doubled, limits::kRetryMillisecondsMax));
}

void Schedule::delivery_refused() {
    retry_within(limits::kRetryMillisecondsMax);
}

void Schedule::forget_failures() {
    if (failures_ > 0) delivery_at_ms_ = now_ms_();
    failures_ = 0;
}

void Schedule::retry_within(std::int64_t whole_ms) {
    const std::int64_t half_ms = whole_ms / 2;
    const auto spread = static_cast<std::uint64_t>(whole_ms - half_ms + 1);
    delivery_at_ms_ = now_ms_() + half_ms + static_cast<std::int64_t>(chance_() % spread);
    ++failures_;
}

std::optional<std::int64_t> Schedule::retry_in_ms() const {
    if (failures_ == 0 || !delivery_at_ms_) return std::nullopt;
    return std::max<std::int64_t>(*delivery_at_ms_ - now_ms_(), 0);
}

std::int64_t Schedule::wait_ms() const {
    const std::int64_t next_ms = std::min(round_at_ms_, delivery_at_ms_.value_or(round_at_ms_));
    return std::max<std::int64_t>(next_ms - now_ms_(), 0);
}

}  // namespace assidu::node::services
