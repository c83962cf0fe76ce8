// A member's duties: bring the ledger up to date, declare what changed, deliver it to the hub.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "federation/attestation.h"
#include "federation/delivery.h"
#include "node/node.h"

namespace assidu::node::services {

struct Reported {
    std::int64_t declared = 0;  // statements made now
    federation::Delivered delivered;
};

// Whether the node may issue statements now: it has no hub that could know more of them than its ledger does,
// or the hub has said what it has since this ledger file lies where it lies. Not so after the file was copied
// here, as from a backup, and after the machine was started anew: deliver() asks the hub then.
[[nodiscard]] bool may_issue(const Node& node);

// Declares the closed days that changed and, where `with_roster`, the names behind them; no hub is needed for
// it. Refused if a day is too large for a statement, and unless may_issue().
[[nodiscard]] config::Result<std::int64_t> declare(Node& node, bool with_roster);

// Everything that the hub has not to it, as federation::Delivery::deliver(), after the log was made to agree
// with what the hub has. It needs no lock on the folder, and repeating it is harmless, even by two processes
// at once.
[[nodiscard]] config::Result<void> deliver(const Node& node, const federation::Hub& hub,
                                           const federation::Carry& carry, federation::Delivered& delivered);

// Gives the hub a note that federation::sign_attestation() made of this node's word on another's key, and
// keeps it once the hub has. Refused as federation::Delivery::attest(), and where it is of the hub's own key
// with another fingerprint than this node accepted.
[[nodiscard]] config::Result<void> attest(const Node& node, const federation::Hub& hub,
                                          const federation::Carry& carry, const std::string& note);
// What the hub keeps of such words on a node.
[[nodiscard]] config::Result<std::vector<federation::AttestationLog::Kept>> attestations(
    const Node& node, const federation::Hub& hub, const federation::Carry& carry, const std::string& about);

// Where the node may not issue yet, the hub is asked first. declare(), then everything without a receipt to
// the hub, also where declare() refuses: what was declared before can still be delivered. Refused with the
// reason if it does, if the hub cannot be reached or does not take a statement; what was receipted by then is
// kept.
[[nodiscard]] config::Result<void> report_to(Node& node, const federation::Hub& hub,
                                             const federation::Carry& carry, bool with_roster,
                                             Reported& reported);

}  // namespace assidu::node::services
