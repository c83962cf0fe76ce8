// Whose events a node keeps (design decision 5): the settings' conditions, held against the catalogue of
// people.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/settings.h"
#include "node/archive/catalogue.h"

namespace assidu::node::collect {

// What the selection says of the person of an event.
enum class Selected : std::uint8_t {
    yes,
    nobody,        // user id 0 or below: nobody was logged in, or a pseudo user of Moodle
    guest,         // Moodle's guest account
    excluded,      // named in exclude_users
    not_selected,  // in the catalogue, and not one of ours
    unknown,       // not in the catalogue, so that the conditions cannot be judged
};
// The code under which an import counts such rows: "nobody", "guest", ...
[[nodiscard]] std::string_view code_of(Selected selected);

// True if every condition that is set holds for the person.
[[nodiscard]] bool matches(const config::StudentSelection& selection, const archive::PersonRecord& person);

// Answers of one import are remembered: the catalogue must not change meanwhile.
class Selector {
  public:
    // All must outlive the selector.
    Selector(const config::Settings& settings, const archive::Catalogue& catalogue);

    [[nodiscard]] Selected of(std::int64_t user_id);

  private:
    [[nodiscard]] Selected look_up(std::int64_t user_id) const;

    const config::Settings& settings_;
    const archive::Catalogue& catalogue_;
    std::vector<std::optional<Selected>> table_;          // of small ids
    std::unordered_map<std::int64_t, Selected> answers_;  // of the others
};

}  // namespace assidu::node::collect
