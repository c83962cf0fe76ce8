// Whose events a node keeps (design decision 5): the settings' conditions, held against the catalogue of
// people.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/settings.h"
#include "node/archive/catalogue.h"
#include "node/node.h"

namespace assidu::node::collect {

// What the selection says of the person of an event.
enum class Selected : std::uint8_t {
    yes,
    nobody,        // user id 0 or below: nobody was logged in, or a pseudo user of Moodle
    guest,         // Moodle's guest account
    erased,        // a person whom this node forgot, and does not collect again
    excluded,      // named in exclude_users
    not_selected,  // in the catalogue, and not one of ours
    unknown,       // not in the catalogue, so that the conditions cannot be judged
};
// The code under which an import counts such rows: "nobody", "guest", ...
[[nodiscard]] std::string_view code_of(Selected selected);

// What is kept of a person as the source says them: all of it if they are this node's, else that they are; of
// one who was erased, not even the digest of their name.
[[nodiscard]] archive::PersonRecord kept_of(const Node& node, const archive::PersonRecord& person,
                                            bool is_erased);

// True if every condition that is set holds for the person.
[[nodiscard]] bool matches(const config::StudentSelection& selection, const archive::PersonRecord& person);

// Answers of one import are remembered: the catalogue must not change meanwhile.
class Selector {
  public:
    // `node` must outlive the selector.
    explicit Selector(const Node& node);

    [[nodiscard]] Selected of(std::int64_t user_id);
    [[nodiscard]] bool is_erased(std::int64_t user_id) const;

  private:
    [[nodiscard]] Selected look_up(std::int64_t user_id) const;

    const Node& node_;
    const config::Settings& settings_;
    const std::set<std::string> erased_;  // tags of erased people
    std::vector<std::optional<Selected>> table_;          // of small ids
    std::unordered_map<std::int64_t, Selected> answers_;  // of the others
};

}  // namespace assidu::node::collect
