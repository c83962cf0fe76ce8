#include "reports/durations.h"

#include <fmt/format.h>

#include <stdexcept>

namespace assidu::reports {
namespace {

void require_duration(std::int64_t seconds) {
    if (seconds < 0) throw std::logic_error(fmt::format("a duration of {} s in a report", seconds));
}

}  // namespace

std::string h_mm_ss(std::int64_t seconds) {
    require_duration(seconds);
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::int64_t whole_minutes(std::int64_t seconds) {
    require_duration(seconds);
    return seconds / 60;
}

}  // namespace assidu::reports
