// What a Moodle pushed, out of the journal and into the node: a round's share of it.
#pragma once

#include "node/node.h"
#include "node/services/intake.h"
#include "node/services/push_journal.h"

namespace assidu::node::services {

// Takes in the rows that wait, and those of people that a newer catalogue may know; the caller has the lock
// on the folder, and took the spool's files in before: a catalogue that came with them counts. One line of
// `events.done` where there were rows: "imported pushes: N rows, M events". Refused if the journal's folder
// cannot be read or the node holds log pages. Throws ResourceFailure; whatever ends it, no row is lost.
[[nodiscard]] config::Result<void> take_in_pushes(Node& node, PushJournal& journal,
                                                  const IntakeEvents& events);

}  // namespace assidu::node::services
