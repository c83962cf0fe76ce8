// Names out of the catalogue in the form in which nodes tell each other of them.
#pragma once

#include <vector>

#include "federation/names.h"
#include "federation/statement.h"
#include "node/node.h"

namespace assidu::node::services {

// Everyone and everything that the ledger speaks of, as far as the catalogue has them.
[[nodiscard]] std::vector<federation::RosterRow> roster_of(const Node& node);
// Those of them who were asked for. Of a student, course or activity that the ledger does not speak of
// nothing is told, whatever the catalogue has: ids of Moodle can be guessed.
[[nodiscard]] std::vector<federation::RosterRow> roster_of(const Node& node,
                                                           const federation::NamesAsked& asked);

}  // namespace assidu::node::services
