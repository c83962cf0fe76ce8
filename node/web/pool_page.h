// The page on which everybody sees how far the members of a hub are: who is missing, since when, and how many
// statements behind. Universities and counts, nobody's hours. Not there at a node that has no members; it
// answers from what it knew a second ago at most, however often it is asked.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "config/clock.h"
#include "config/settings.h"
#include "node/services/node_readers.h"
#include "node/services/pool_standing.h"
#include "node/web/page.h"
#include "node/web/web_listener.h"

namespace assidu::node::web {

class PoolPage {
  public:
    // `readers` and `clock` must outlive it.
    PoolPage(const config::Settings& settings, services::NodeReaders& readers, const config::Clock& clock);

    // GET /pool.
    [[nodiscard]] std::vector<WebRoute> routes();

  private:
    struct Seen {
        std::int64_t utc_s = 0;
        std::vector<services::MemberStanding> standings;
        std::string fingerprint;  // of the hub's key
        config::CivilCalendar calendar;
    };
    [[nodiscard]] WebAnswer answer(const WebRequest& request);
    // Nothing where the node cannot be read.
    [[nodiscard]] std::optional<Seen> look();

    const config::Settings settings_;
    services::NodeReaders& readers_;
    const config::Clock& clock_;
    std::mutex mutex_;
    std::optional<Seen> seen_;  // under the mutex
};

}  // namespace assidu::node::web
