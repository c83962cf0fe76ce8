#include "config/clock.h"

#include <chrono>

namespace assidu::config {

std::int64_t SystemClock::now_utc_s() const {
    using namespace std::chrono;
    return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace assidu::config
