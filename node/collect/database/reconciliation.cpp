// LogCollector::reconcile(): days that are over, held against the source hour by hour.
#include <fmt/format.h>

#include <algorithm>

#include "config/civil_calendar.h"
#include "node/collect/database/log_collector.h"

namespace assidu::node::collect::database {
namespace {

constexpr std::int64_t kDaySeconds = 86'400, kHourSeconds = 3'600, kHoursADay = 24;
// Days that are made up for after the collector was away.
constexpr std::int64_t kDaysMax = 7;
constexpr std::size_t kIdsAtOnce = 500;

}  // namespace

SqlResult<std::int64_t> LogCollector::reconcile() {
    if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
    const auto now = log_.server_utc_s();
    if (!now) return std::unexpected(now.error());
    server_utc_s_ = *now;
    std::int64_t found = 0;
    // A day is over when its last holes are.
    const std::int64_t last_day = (*now - settings_.hole_patience_s) / kDaySeconds - 1;
    if (state_.reconciled_day >= last_day || state_.read_id == 0) return found;
    std::int64_t day = std::max(state_.reconciled_day + 1, last_day - kDaysMax + 1);
    std::vector<std::string> warnings;
    for (; day <= last_day && events_.wants_more(); ++day) {
        std::int64_t gone = 0;
        const auto ours = collection().hours(node_.source(), day * kHoursADay, (day + 1) * kHoursADay);
        for (std::int64_t hour = day * kHoursADay; hour < (day + 1) * kHoursADay; ++hour) {
            archive::HourOfSource theirs;
            const std::int64_t from_s = hour * kHourSeconds;
            const SqlParameter span[] = {from_s, from_s + kHourSeconds};
            // A range of the index on timecreated.
            const auto read = log_.read(
                fmt::format(
                    "SELECT COUNT(*), MIN(id), MAX(id) FROM {} WHERE timecreated >= ? AND timecreated < ?",
                    log_.name_of(table_)),
                span, [&](const SqlRow& row) {
                    theirs = {row.whole(0).value_or(0), row.whole_or(1, 0).value_or(0),
                              row.whole_or(2, 0).value_or(0)};
                });
            if (!read) return std::unexpected(read.error());
            const auto known = ours.find(hour);
            const archive::HourOfSource mine = known == ours.end() ? archive::HourOfSource{} : known->second;
            if (theirs.rows == mine.rows && theirs.min_id == mine.min_id && theirs.max_id == mine.max_id)
                continue;
            std::int64_t more = 0;
            if (const auto again = read_again(from_s, from_s + kHourSeconds, more); !again)
                return std::unexpected(again.error());
            found += more;
            gone += std::max<std::int64_t>(0, mine.rows + more - theirs.rows);
        }
        if (gone > 0)
            warnings.push_back(
                fmt::format("{} rows of UTC day {} that were collected are not in the log any more", gone,
                            config::iso_date(config::CivilDay{static_cast<std::int32_t>(day)})));
        const auto moved = find_moved_rows(day, warnings);
        if (!moved) return std::unexpected(moved.error());
        found += *moved;
        for (std::string& line : thin_hours(collection(), node_.source(), day))
            warnings.push_back(std::move(line));
        state_.reconciled_day = day;
        state_.warnings = warnings;
        collection().put_state(node_.source(), state_);
    }
    for (const std::string& line : warnings)
        events_.warning(line);
    return found;
}

// Rows of [from, to) by timecreated: which ids are there, and then those that have no fate.
SqlResult<void> LogCollector::read_again(std::int64_t from_s, std::int64_t to_s, std::int64_t& found) {
    std::vector<std::int64_t> ids;
    const SqlParameter span[] = {from_s, to_s};
    const auto listed = log_.read(
        fmt::format("SELECT id FROM {} WHERE timecreated >= ? AND timecreated < ?", log_.name_of(table_)),
        span, [&](const SqlRow& row) {
            const auto id = row.whole(0);
            // Those above are the next pass's.
            if (id && *id <= state_.read_id) ids.push_back(*id);
        });
    if (!listed) return std::unexpected(listed.error());
    std::ranges::sort(ids);
    const auto fates = collection().fates(node_.source(), ids);
    std::vector<std::int64_t> missing;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!fates[i]) missing.push_back(ids[i]);
    }
    Collected collected;
    const auto at_once = std::min(kIdsAtOnce, static_cast<std::size_t>(settings_.page_rows));
    for (std::size_t at = 0; at < missing.size(); at += at_once) {
        const auto some = std::span(missing).subspan(at, std::min(at_once, missing.size() - at));
        std::vector<SourceRow> rows;
        const auto read = read_log_page(log_, table_, some.front() - 1, some.back(), rows,
                                        fmt::format("id IN ({})", fmt::join(some, ",")));
        if (!read) return std::unexpected(read.error());
        if (const auto taken = take(rows, /*again=*/true, collected); !taken) return taken;
    }
    found += static_cast<std::int64_t>(missing.size());
    return {};
}

}  // namespace assidu::node::collect::database
