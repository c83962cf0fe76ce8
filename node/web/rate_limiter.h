// So many a minute, of whatever a subject is. From any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace assidu::node::web {

class RateLimiter {
  public:
    // Whether the subject may once more in the minute of `now_s`, of which `per_minute` may be; counts it if
    // so. Of limits::kRateSubjectsMax subjects in a minute nobody new may.
    [[nodiscard]] bool take(const std::string& subject, std::int64_t per_minute, std::int64_t now_s);
    // Whether it has any left; counts nothing.
    [[nodiscard]] bool has(const std::string& subject, std::int64_t per_minute, std::int64_t now_s) const;

  private:
    mutable std::mutex mutex_;
    std::int64_t minute_ = 0;  // under the mutex, as the counts of that minute
    std::map<std::string, std::int64_t> counts_;
};

}  // namespace assidu::node::web
