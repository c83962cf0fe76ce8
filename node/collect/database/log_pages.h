// Rows of the log's table, from the server's text to what the archive knows. The columns `other` and `ip` are
// never asked for.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "node/collect/database/moodle_database.h"
#include "node/event.h"

namespace assidu::node::collect::database {

struct SourceRow {
    std::int64_t id = 0;
    std::optional<std::int64_t> user_id, time_s;  // as far as they can be read
    LogRow row;                                   // if it reads well
    std::string reason;                           // why it does not; empty: it does
};

// What the log's table must have, and what it may lack.
[[nodiscard]] TableNeed log_need(const std::string& table);

// Rows with an id of (after, up_to], at most a page of them, for which `condition` holds.
SqlResult<PageRead> read_log_page(MoodleDatabase& log, const std::string& table, std::int64_t after,
                                  std::int64_t up_to, std::vector<SourceRow>& rows,
                                  const std::string& condition = "",
                                  std::vector<SqlParameter> parameters = {});

// The oldest and the newest row by id, and the instant of the server's clock that they were asked at.
struct LogBounds {
    std::int64_t server_utc_s = 0;
    std::int64_t min_id = 0, min_time_s = 0, max_id = 0, max_time_s = 0;  // 0: there is no row
    [[nodiscard]] bool empty() const { return max_id == 0; }
};
SqlResult<LogBounds> read_bounds(MoodleDatabase& log, const std::string& table);

}  // namespace assidu::node::collect::database
