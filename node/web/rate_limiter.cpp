#include "node/web/rate_limiter.h"

#include "config/limits.h"

namespace assidu::node::web {

constexpr std::int64_t kMinuteSeconds = 60;

bool RateLimiter::take(const std::string& subject, std::int64_t per_minute, std::int64_t now_s) {
    const std::lock_guard lock(mutex_);
    if (now_s / kMinuteSeconds != minute_) {
        minute_ = now_s / kMinuteSeconds;
        counts_.clear();
    }
    const auto known = counts_.find(subject);
    if (known == counts_.end()) {
        if (per_minute < 1 || counts_.size() >= config::limits::kRateSubjectsMax) return false;
        counts_.emplace(subject, 1);
        return true;
    }
    if (known->second >= per_minute) return false;
    ++known->second;
    return true;
}

bool RateLimiter::has(const std::string& subject, std::int64_t per_minute, std::int64_t now_s) const {
    const std::lock_guard lock(mutex_);
    if (now_s / kMinuteSeconds != minute_) return per_minute > 0;
    const auto known = counts_.find(subject);
    if (known == counts_.end()) return per_minute > 0 && counts_.size() < config::limits::kRateSubjectsMax;
    return known->second < per_minute;
}

}  // namespace assidu::node::web
