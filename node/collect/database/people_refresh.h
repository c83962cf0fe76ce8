// The people of a page of the log, as their Moodle has them now: whose rows are kept is judged on them.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <unordered_map>

#include "node/collect/database/moodle_database.h"
#include "node/collect/database/side_tables.h"
#include "node/node.h"

namespace assidu::node::collect::database {

class PeopleRefresh {
  public:
    // All must outlive it; `goes_on` as of SideTables.
    PeopleRefresh(Node& node, MoodleDatabase& moodle, std::function<bool()> goes_on)
        : node_(node), moodle_(moodle), side_(node, moodle, {}, std::move(goes_on)) {}
    PeopleRefresh(const PeopleRefresh&) = delete;
    PeopleRefresh& operator=(const PeopleRefresh&) = delete;

    // Brings the catalogue up to date for those of these users whom this object did not look up within the
    // last hour. Whether anything in it changed. Whoever becomes selected is put down to be reclaimed
    // (reclaim.h).
    SqlResult<bool> refresh_people(std::span<const std::int64_t> users);
    // The same for every user of the Moodle, by id.
    SqlResult<bool> sweep();
    [[nodiscard]] SideTables& side_tables() { return side_; }

  private:
    Node& node_;
    MoodleDatabase& moodle_;
    SideTables side_;
    std::unordered_map<std::int64_t, std::int64_t> looked_up_;  // when, by our clock
};

}  // namespace assidu::node::collect::database
