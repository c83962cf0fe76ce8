// How a node joins a hub: look who answers, let a person compare fingerprints, then introduce this node.
#pragma once

#include <string>

#include "config/refusal.h"
#include "federation/delivery.h"
#include "node/node.h"

namespace assidu::node::services {

// Who answers at an address, before anybody decided to believe it.
struct HubSeen {
    std::string url;
    federation::Introduction introduction;  // its key endorses the certificate that the connection showed
    federation::Carry carry;
};

// Refused if nobody answers, or if the key of the answer does not endorse the certificate of the connection.
[[nodiscard]] config::Result<HubSeen> look_at_hub(const std::string& url, const rpc::TlsIdentity& identity);

// What this node says to the hub beside its introduction.
struct JoinTerms {
    federation::Names names = federation::Names::none;  // what the hub may know of its students
    std::string own_url;                                // where this node's own listener is; may be empty
};

// Introduces the node with the token of its invitation, and keeps the hub as the node's own. Call it once the
// fingerprint of `hub.introduction.key` has been compared. Refused if the hub does not take it; nothing is
// kept then. What the hub's invitation says of names: the less of it and of the terms holds.
[[nodiscard]] config::Result<federation::Names> join_hub(const Node& node, const HubSeen& hub,
                                                         const std::string& token, const JoinTerms& terms);

}  // namespace assidu::node::services
