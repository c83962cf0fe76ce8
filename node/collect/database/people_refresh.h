// The people of a page of the log, as their Moodle has them now: whose rows are kept is judged on them.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "node/collect/database/moodle_database.h"
#include "node/node.h"

namespace assidu::node::collect::database {

class PeopleRefresh {
  public:
    // Both must outlive it.
    PeopleRefresh(Node& node, MoodleDatabase& moodle) : node_(node), moodle_(moodle) {}
    PeopleRefresh(const PeopleRefresh&) = delete;
    PeopleRefresh& operator=(const PeopleRefresh&) = delete;

    // Brings the catalogue up to date for those of these users who are not in it, or whom this object did not
    // look up within the last hour. Whether anything in it changed. Whoever becomes selected, and had rows
    // passed over, is put down to be reclaimed before the catalogue says so.
    SqlResult<bool> refresh_people(std::span<const std::int64_t> users);
    // The same for every user of the Moodle, by id.
    SqlResult<bool> sweep();

  private:
    SqlResult<void> prepare();
    SqlResult<std::vector<archive::PersonRecord>> read(std::span<const std::int64_t> users);
    SqlResult<void> add_cohorts(std::vector<archive::PersonRecord>& people);
    SqlResult<void> add_profile_fields(std::vector<archive::PersonRecord>& people);
    bool put(const std::vector<archive::PersonRecord>& people);

    Node& node_;
    MoodleDatabase& moodle_;
    bool prepared_ = false;
    std::unordered_map<std::int64_t, std::int64_t> looked_up_;  // when, by our clock
    std::unordered_map<std::int64_t, std::string> mnet_hosts_;
};

}  // namespace assidu::node::collect::database
