// How integer seconds are written. Never a float, never the locale.
#pragma once

#include <cstdint>
#include <string>

namespace assidu::reports {

// 43384 -> "12:03:04", 59 -> "0:00:59", 360000 -> "100:00:00". A negative duration is a broken invariant:
// std::logic_error.
[[nodiscard]] std::string h_mm_ss(std::int64_t seconds);

// Minutes that are over: 119 -> 1. What USE_STATS calls ELAPSED.
[[nodiscard]] std::int64_t whole_minutes(std::int64_t seconds);

}  // namespace assidu::reports
