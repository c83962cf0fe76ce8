#include "node/attendance/legacy/attendance_register.h"

#include <algorithm>

namespace assidu::node::attendance::legacy {

std::vector<RegisterSession> attendance_register(RegisterLineage lineage, std::int64_t timeout_s,
                                                 std::span<const Row> rows, std::int64_t user,
                                                 const std::set<std::int64_t>& courses, Window window,
                                                 std::int64_t now_s) {
    constexpr std::int64_t kShortestOfFork = 60;
    std::vector<std::int64_t> times;
    for (const Row& row : rows) {
        if (row.user == user && row.course && courses.contains(*row.course) && window.contains(row.time_s))
            times.push_back(row.time_s);
    }
    std::ranges::sort(times);
    std::vector<RegisterSession> sessions;
    for (std::size_t i = 0; i < times.size();) {
        std::size_t last = i;
        while (last + 1 < times.size() && times[last + 1] - times[last] <= timeout_s)
            ++last;
        const bool may_go_on = last + 1 == times.size() && now_s - times[last] <= timeout_s;
        if (lineage == RegisterLineage::nicusx) {
            if (!may_go_on) sessions.push_back({times[i], times[last] + timeout_s / 2});
        } else if (times[last] - times[i] > kShortestOfFork) {
            sessions.push_back({times[i], times[last]});
        }
        i = last + 1;
    }
    return sessions;
}

}  // namespace assidu::node::attendance::legacy
