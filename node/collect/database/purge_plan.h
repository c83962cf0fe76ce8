// Up to where the source may be purged: every row of its log held against the archive, by id.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "node/archive/collection.h"
#include "node/collect/database/moodle_database.h"
#include "node/node.h"

namespace assidu::node::collect::database {

struct PurgeDay {
    std::int64_t source_rows = 0;                       // that are in the source now
    std::array<std::int64_t, archive::kFates> fates{};  // what became of them
    std::int64_t missing = 0;                           // never collected
};

struct PurgePlan {
    bool safe = false;  // whether anything may be purged
    // Rows with timecreated below this may go; all those with an id up to up_to_id among them were collected,
    // or are in quarantine or the rejects file.
    std::int64_t before_utc_s = 0, up_to_id = 0;
    std::vector<std::string> why;           // not further, or not at all
    std::map<std::int64_t, PurgeDay> days;  // by UTC day, up to before_utc_s or where rows are missing
    std::int64_t oldest_utc_s = 0;          // timecreated of the oldest row of the source
};

// Reads the index on timecreated, an hour at a time and at the pace of the settings. The caller has the lock
// on the folder. `wants_more`: false ends it, with a plan that is not safe.
SqlResult<PurgePlan> plan_purge(Node& node, const std::function<bool()>& wants_more,
                                const std::function<void(std::int64_t utc_s)>& progress);

}  // namespace assidu::node::collect::database
