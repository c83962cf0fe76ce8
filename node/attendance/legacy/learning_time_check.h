// mod_learningtimecheck's credits and declared time over the aggregate of block_use_stats (C1 to C6 of
// docs/scales.md, "learningtimecheck"). Sessions are never changed.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "node/attendance/legacy/use_stats.h"

namespace assidu::node::attendance::legacy {

struct CheckItem {
    std::int64_t activity = 0;
    std::string module;
    std::int64_t seconds = 0;
    bool marked = false;
    std::int64_t course = 0;  // of the checklist
};

// `strictness` 0: a checked item is never lower than its credit; 1: the credit where it is higher; 2: where
// it is lower; 3: always. `credit_twice` is the quirk: an item without any log is added twice to the totals
// (C6a).
void apply_credits(UseStats& stats, std::span<const CheckItem> items, int strictness,
                   const std::map<std::int64_t, Place>& activities, bool credit_twice);

}  // namespace assidu::node::attendance::legacy
