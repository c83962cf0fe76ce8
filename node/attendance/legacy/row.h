// A log row in the parts that the earlier plugins look at, NULLs told from values: their SQL does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/event.h"

namespace assidu::node::attendance::legacy {

struct Row {
    std::int64_t id = 0, time_s = 0, user = 0;
    bool login_as = false;               // realuserid IS NOT NULL
    std::optional<std::int64_t> course;  // courseid
    std::int32_t context_level = 0;
    std::int64_t context_instance = 0;
    std::string component, action, target;
    std::optional<std::string> origin;
};

// Instants of a plugin's report: both ends included.
struct Window {
    std::int64_t from_s = 0, to_s = 0;
    [[nodiscard]] bool contains(std::int64_t time_s) const { return time_s >= from_s && time_s <= to_s; }
};

}  // namespace assidu::node::attendance::legacy
