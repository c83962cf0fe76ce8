// LogCollector::find_moved_rows(): rows of a day that are somebody else's in the source than they were when
// they were collected. Plugins that merge accounts change the log in place, under the ids that were read:
// hour by hour nothing is missing.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "config/civil_calendar.h"
#include "node/collect/database/log_collector.h"

namespace assidu::node::collect::database {
namespace {

constexpr std::int64_t kDaySeconds = 86'400, kHourSeconds = 3'600, kHoursADay = 24;
constexpr std::size_t kIdsAtOnce = 500;

// What is compared before ids are: of one person and day.
struct Sum {
    std::int64_t rows = 0, ids = 0;
    bool operator==(const Sum&) const = default;
};

std::set<std::int64_t> ids_of(const archive::Archive& archive, archive::SourceKey source,
                              std::int64_t user_id, std::int64_t day) {
    std::set<std::int64_t> ids;
    archive.events_backwards(source, user_id, [&](std::vector<Event>& events) {
        if (events.empty()) return true;
        const std::int64_t at = events.front().time_s / kDaySeconds;
        if (at == day) {
            for (const Event& event : events)
                ids.insert(event.id);
        }
        return at > day;
    });
    return ids;
}

Sum sum_of(const std::set<std::int64_t>& ids) {
    Sum sum;
    for (const std::int64_t id : ids)
        sum = {sum.rows + 1, sum.ids + id};
    return sum;
}

// By person, an hour a statement: a range of the index on timecreated.
SqlResult<std::map<std::int64_t, Sum>> sums_of_day(MoodleDatabase& log, const std::string& table,
                                                   std::int64_t day) {
    std::map<std::int64_t, Sum> sums;
    const std::string sql = fmt::format(
        "SELECT userid, COUNT(*), SUM(id) FROM {} WHERE timecreated >= ? AND timecreated < ? GROUP BY userid",
        log.name_of(table));
    for (std::int64_t hour = day * kHoursADay; hour < (day + 1) * kHoursADay; ++hour) {
        const SqlParameter span[] = {hour * kHourSeconds, (hour + 1) * kHourSeconds};
        const auto read = log.read(sql, span, [&](const SqlRow& row) {
            Sum& sum = sums[row.whole(0).value_or(0)];
            sum.rows += row.whole_or(1, 0).value_or(0);
            sum.ids += row.whole_or(2, 0).value_or(0);
        });
        if (!read) return std::unexpected(read.error());
    }
    return sums;
}

SqlResult<std::set<std::int64_t>> read_ids(MoodleDatabase& log, const std::string& table,
                                           std::int64_t user_id, std::int64_t day) {
    std::set<std::int64_t> ids;
    const SqlParameter where[] = {user_id, day * kDaySeconds, (day + 1) * kDaySeconds};
    const auto read =
        log.read(fmt::format("SELECT id FROM {} WHERE userid = ? AND timecreated >= ? AND timecreated < ?",
                             log.name_of(table)),
                 where, [&](const SqlRow& row) {
                     if (const auto id = row.whole(0)) ids.insert(*id);
                 });
    if (!read) return std::unexpected(read.error());
    return ids;
}

}  // namespace

SqlResult<std::int64_t> LogCollector::find_moved_rows(std::int64_t day, std::vector<std::string>& warnings) {
    const auto theirs = sums_of_day(log_, table_, day);
    if (!theirs) return std::unexpected(theirs.error());
    std::set<std::int64_t> users;
    for (const std::int64_t user : node_.archive().users(node_.source()))
        users.insert(user);
    selector_.emplace(node_);
    for (const auto& [user, sum] : *theirs) {
        if (user > 0 && selector_->of(user) == Selected::yes) users.insert(user);
    }
    std::map<std::int64_t, std::int64_t>
        was_of;                      // ids that are archived as that person's, and are not theirs any more
    std::set<std::int64_t> strange;  // ids of somebody of whom they are not archived
    for (const std::int64_t user : users) {
        const std::set<std::int64_t> mine = ids_of(node_.archive(), node_.source(), user, day);
        const auto sum = theirs->find(user);
        if (sum_of(mine) == (sum == theirs->end() ? Sum{} : sum->second)) continue;
        const auto now = read_ids(log_, table_, user, day);
        if (!now) return std::unexpected(now.error());
        for (const std::int64_t id : mine) {
            if (!now->contains(id)) was_of[id] = user;
        }
        for (const std::int64_t id : *now) {
            if (!mine.contains(id) && id <= state_.read_id) strange.insert(id);
        }
    }
    for (const auto& [id, user] : was_of)
        strange.insert(id);
    return read_moved_rows(day, {strange.begin(), strange.end()}, was_of, warnings);
}

// Rows that were passed over are judged anew, as their person is another; archived ones are conflicts.
SqlResult<std::int64_t> LogCollector::read_moved_rows(std::int64_t day, const std::vector<std::int64_t>& ids,
                                                      const std::map<std::int64_t, std::int64_t>& was_of,
                                                      std::vector<std::string>& warnings) {
    std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> moved;  // rows, by whose they were and are
    Collected collected;
    const auto at_once = std::min(kIdsAtOnce, static_cast<std::size_t>(settings_.page_rows));
    for (std::size_t at = 0; at < ids.size(); at += at_once) {
        const auto some = std::span(ids).subspan(at, std::min(at_once, ids.size() - at));
        std::vector<SourceRow> rows, held;
        const auto read = read_log_page(log_, table_, some.front() - 1, some.back(), rows,
                                        fmt::format("id IN ({})", fmt::join(some, ",")));
        if (!read) return std::unexpected(read.error());
        for (const SourceRow& row : rows) {
            const auto was = was_of.find(row.id);
            if (was != was_of.end() && row.user_id != was->second)
                ++moved[{was->second, row.user_id.value_or(0)}];
        }
        held = rows;
        if (const auto taken = take(held, /*again=*/false, collected); !taken)
            return std::unexpected(taken.error());
        if (const auto taken = take(rows, /*again=*/true, collected); !taken)
            return std::unexpected(taken.error());
    }
    for (const auto& [between, rows] : moved)
        warnings.push_back(
            fmt::format("{} rows of UTC day {} that were collected as those of user {} are those of user {} "
                        "in the log now (accounts "
                        "that were merged?): the archive keeps them as they were",
                        rows, config::iso_date(config::CivilDay{static_cast<std::int32_t>(day)}),
                        between.first, between.second));
    return collected.events;
}

}  // namespace assidu::node::collect::database
