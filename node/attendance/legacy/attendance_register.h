// mod_attendanceregister: sessions over the tracked courses, in the two lineages that are in use.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <vector>

#include "node/attendance/legacy/row.h"

namespace assidu::node::attendance::legacy {

enum class RegisterLineage : std::uint8_t {
    nicusx,    // a session ends half a time-out after its last row; one that may still go on is not stored
    scalimax,  // a session ends with its last row; of a minute or less, it is dropped
};

struct RegisterSession {
    std::int64_t begin_s = 0, end_s = 0;
};

// `rows` of anybody, in any order; all origins count, and so does somebody logged in as the user.
[[nodiscard]] std::vector<RegisterSession> attendance_register(RegisterLineage lineage,
                                                               std::int64_t timeout_s,
                                                               std::span<const Row> rows, std::int64_t user,
                                                               const std::set<std::int64_t>& courses,
                                                               Window window, std::int64_t now_s);

}  // namespace assidu::node::attendance::legacy
