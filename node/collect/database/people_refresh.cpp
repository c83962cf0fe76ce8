#include "node/collect/database/people_refresh.h"

#include <algorithm>
#include <vector>

namespace assidu::node::collect::database {
namespace {

// A person is looked up again after this, though nothing but a page of theirs asks.
constexpr std::int64_t kStaleSeconds = 3'600;
// People of one statement.
constexpr std::size_t kUsersAtOnce = 500;

}  // namespace

SqlResult<bool> PeopleRefresh::refresh_people(std::span<const std::int64_t> users) {
    const std::int64_t now_s = node_.clock().now_utc_s();
    std::vector<std::int64_t> stale;
    for (const std::int64_t user : users) {
        if (user <= 0) continue;
        const auto known = looked_up_.find(user);
        // A clock that was set back makes nobody fresh for ever.
        if (known != looked_up_.end() && known->second <= now_s && now_s - known->second < kStaleSeconds)
            continue;
        stale.push_back(user);
    }
    std::ranges::sort(stale);
    stale.erase(std::ranges::unique(stale).begin(), stale.end());
    bool changed = false;
    for (std::size_t at = 0; at < stale.size(); at += kUsersAtOnce) {
        const auto some = std::span(stale).subspan(at, std::min(kUsersAtOnce, stale.size() - at));
        const auto read = side_.refresh_people(some);
        if (!read) return std::unexpected(read.error());
        changed = read->changed > 0 || changed;
        for (const std::int64_t user : some)
            looked_up_[user] = now_s;
    }
    return changed;
}

SqlResult<bool> PeopleRefresh::sweep() {
    KeysetPage page{"user"};
    bool changed = false;
    for (bool more = true; more;) {
        std::vector<std::int64_t> users;
        const auto read = moodle_.page(page, [&](const SqlRow& row) {
            if (const auto id = row.whole(0)) users.push_back(*id);
        });
        if (!read) return std::unexpected(read.error());
        for (const std::int64_t user : users)
            looked_up_.erase(user);
        const auto refreshed = refresh_people(users);
        if (!refreshed) return refreshed;
        changed = *refreshed || changed;
        page.after = read->last_key;
        more = read->more;
    }
    return changed;
}

}  // namespace assidu::node::collect::database
