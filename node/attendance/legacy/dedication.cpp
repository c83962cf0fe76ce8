#include "node/attendance/legacy/dedication.h"

#include <algorithm>

namespace assidu::node::attendance::legacy {

Dedication dedication(const DedicationRules& rules, std::span<const Row> rows, std::int64_t user,
                      std::int64_t course, Window window) {
    std::vector<std::int64_t> times;
    for (const Row& row : rows) {
        if (row.user == user && row.course == course && course > 0 && row.origin && *row.origin != "cli" &&
            window.contains(row.time_s))
            times.push_back(row.time_s);
    }
    std::ranges::sort(times);
    Dedication result;
    for (std::size_t i = 0; i < times.size();) {
        std::size_t last = i;
        while (last + 1 < times.size() && times[last + 1] - times[last] <= rules.session_limit_s)
            ++last;
        const std::int64_t elapsed_s = times[last] - times[i];
        result.simple_total_s += elapsed_s;
        if (elapsed_s > rules.ignore_limit_s) {
            result.stored_total_s += elapsed_s;
            result.sessions.push_back({times[i], elapsed_s});
        }
        i = last + 1;
    }
    return result;
}

}  // namespace assidu::node::attendance::legacy
