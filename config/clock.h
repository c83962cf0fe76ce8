// The one clock. Nothing in the project reads the wall clock except through a Clock handed to it, so that
// every computation can be made again with the `as_of` it was made with.
#pragma once

#include <cstdint>

namespace assidu::config {

class Clock {
  public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    // Seconds since 1970-01-01T00:00:00Z. May be called from any thread.
    [[nodiscard]] virtual std::int64_t now_utc_s() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] std::int64_t now_utc_s() const override;
};

// A clock that stands still where it was set: tests, and `--as-of`.
class FixedClock final : public Clock {
  public:
    explicit FixedClock(std::int64_t utc_s) : utc_s_(utc_s) {}
    [[nodiscard]] std::int64_t now_utc_s() const override { return utc_s_; }
    void set(std::int64_t utc_s) { utc_s_ = utc_s; }

  private:
    std::int64_t utc_s_;
};

}  // namespace assidu::config
