// block_dedication 4: sessions of one course, a stream a course.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "node/attendance/legacy/row.h"

namespace assidu::node::attendance::legacy {

struct DedicationRules {
    std::int64_t session_limit_s = 3600;  // a longer gap ends a session
    std::int64_t ignore_limit_s = 120;    // a session of this or less is not stored
};

struct DedicationSession {
    std::int64_t begin_s = 0, elapsed_s = 0;  // last row - first row
};

struct Dedication {
    std::int64_t simple_total_s = 0;  // of all sessions
    std::int64_t stored_total_s = 0;  // of those below
    std::vector<DedicationSession> sessions;
};

// `rows` of anybody, in any order. Rows of somebody logged in as the user count.
[[nodiscard]] Dedication dedication(const DedicationRules& rules, std::span<const Row> rows,
                                    std::int64_t user, std::int64_t course, Window window);

}  // namespace assidu::node::attendance::legacy
