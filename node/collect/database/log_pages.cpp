#include "node/collect/database/log_pages.h"

#include <fmt/format.h>

#include "node/collect/log_row_fields.h"

namespace assidu::node::collect::database {
namespace {

// In the order of LogColumn; the id comes first by itself.
std::vector<std::string> columns() {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < kLogColumns; ++i)
        names.emplace_back(name_of(static_cast<LogColumn>(i)));
    return names;
}

SourceRow row_of(const SqlRow& cells) {
    SourceRow row;
    LogValues values;
    for (std::size_t i = 0; i < kLogColumns; ++i) {
        if (!cells.is_null(i))
            values.at(i) = {LogValue::State::text, cells.bytes(i)};
        else
            values.at(i).state = LogValue::State::null;
    }
    row.id = cells.whole(0).value_or(0);
    row.user_id = user_of(values);
    if (const auto time_s = cells.whole(static_cast<std::size_t>(LogColumn::timecreated), 1, kTimeMax))
        row.time_s = *time_s;
    if (!read_log_row(values, row.row, row.reason) && row.reason.empty()) row.reason = "it cannot be read";
    return row;
}

}  // namespace

TableNeed log_need(const std::string& table) {
    TableNeed need{table};
    for (std::size_t i = 0; i < kLogColumns; ++i)
        (i < kLogColumnsRequired ? need.columns : need.optional)
            .emplace_back(name_of(static_cast<LogColumn>(i)));
    return need;
}

SqlResult<PageRead> read_log_page(MoodleDatabase& log, const std::string& table, std::int64_t after,
                                  std::int64_t up_to, std::vector<SourceRow>& rows,
                                  const std::string& condition, std::vector<SqlParameter> parameters) {
    KeysetPage page{table, columns()};
    page.after = after;
    page.up_to = up_to;
    page.condition = condition;
    page.parameters = std::move(parameters);
    rows.clear();
    return log.page(page, [&](const SqlRow& cells) { rows.push_back(row_of(cells)); });
}

SqlResult<LogBounds> read_bounds(MoodleDatabase& log, const std::string& table) {
    LogBounds bounds;
    // The clock before the ids: what the highest id is then, it was at that instant or later.
    const auto now = log.server_utc_s();
    if (!now) return std::unexpected(now.error());
    bounds.server_utc_s = *now;
    const auto edge = [&](const char* order, std::int64_t& id, std::int64_t& time_s) {
        return log.read(
            fmt::format("SELECT id, timecreated FROM {} ORDER BY id {} LIMIT 1", log.name_of(table), order),
            {}, [&](const SqlRow& row) {
                id = row.whole(0, 1).value_or(0);
                time_s = row.whole(1, 0, kTimeMax).value_or(0);
            });
    };
    if (const auto read = edge("ASC", bounds.min_id, bounds.min_time_s); !read)
        return std::unexpected(read.error());
    if (const auto read = edge("DESC", bounds.max_id, bounds.max_time_s); !read)
        return std::unexpected(read.error());
    return bounds;
}

}  // namespace assidu::node::collect::database
