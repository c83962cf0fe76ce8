#include "node/services/pool_member.h"

#include <fmt/format.h>

#include <filesystem>

#include "federation/declaration.h"
#include "node/archive/collection.h"
#include "node/services/hub_contact.h"
#include "node/services/ledger_place.h"
#include "node/services/roster.h"

namespace assidu::node::services {

bool may_issue(const Node& node) {
    return !std::filesystem::exists(node.folder().hub()) ||
           node.statements().confirmed_place() == place_of(node.folder().ledger());
}

config::Result<std::int64_t> declare(Node& node, bool with_roster) {
    if (!may_issue(node))
        return config::refuse(
            "statements are held back: this ledger was moved, restored or not yet compared with the hub "
            "since the "
            "machine started, and the hub has not said yet what it has; 'assidu send' asks it");
    federation::Declarant declarant{node.settings().node_id, node.scale_identity(), &node.calendar(),
                                    &node.signing_key(), node.clock().now_utc_s()};
    // A log that is read at its source says itself how far it is known.
    if (node.settings().database)
        declarant.read_whole_utc_s = node.archive().collection().state(node.source()).whole_node_utc_s;
    const auto days = federation::declare_days(declarant, node.ledger(), node.statements());
    if (!days || !with_roster) return days;
    const auto roster = federation::declare_roster(declarant, roster_of(node), node.statements());
    if (!roster) return roster;
    return *days + *roster;
}

namespace {

// The hub's new key, which its old one endorses.
void keep_hub_key(const Node& node, const federation::Hub& hub, const federation::Delivered& delivered) {
    if (!delivered.hub_key) return;
    // As it stands there now: an administrator may have changed the rest meanwhile.
    if (auto known = read_hub(node.folder()); known && *known && (*known)->id == hub.id) {
        (*known)->key = *delivered.hub_key;
        write_hub(node.folder(), **known);
    }
}

}  // namespace

config::Result<void> deliver(const Node& node, const federation::Hub& hub, const federation::Carry& carry,
                             federation::Delivered& delivered) {
    federation::Delivery delivery(node.settings().node_id, hub, node.signing_key(), node.clock(), carry);
    auto done = delivery.deliver(node.statements(), delivered, place_of(node.folder().ledger()));
    keep_hub_key(node, hub, delivered);
    return done;
}

config::Result<void> attest(const Node& node, const federation::Hub& hub, const federation::Carry& carry,
                            const std::string& note) {
    const auto attestation = federation::read_attestation(note);
    if (!attestation) return std::unexpected(attestation.error());
    if (attestation->node == hub.id && attestation->fingerprint != hub.key.fingerprint())
        return config::refuse(
            fmt::format("the hub that this node joined has the fingerprint {}; if it has a new key, 'assidu "
                        "send' learns it",
                        hub.key.fingerprint()));
    federation::Delivered delivered;
    federation::Delivery delivery(node.settings().node_id, hub, node.signing_key(), node.clock(), carry);
    auto done = delivery.attest(node.statements(), note, delivered);
    keep_hub_key(node, hub, delivered);
    if (done) federation::AttestationLog(node.statements().file()).put(*attestation, note);
    return done;
}

config::Result<std::vector<federation::AttestationLog::Kept>> attestations(const Node& node,
                                                                           const federation::Hub& hub,
                                                                           const federation::Carry& carry,
                                                                           const std::string& about) {
    federation::Delivered delivered;
    federation::Delivery delivery(node.settings().node_id, hub, node.signing_key(), node.clock(), carry);
    auto kept = delivery.attestations(node.statements(), about, delivered);
    keep_hub_key(node, hub, delivered);
    return kept;
}

config::Result<void> report_to(Node& node, const federation::Hub& hub, const federation::Carry& carry,
                               bool with_roster, Reported& reported) {
    if (!may_issue(node)) {
        if (auto asked = deliver(node, hub, carry, reported.delivered); !asked) return asked;
    }
    auto declared = declare(node, with_roster);
    reported.declared = declared.value_or(0);
    const std::int64_t aside = reported.delivered.set_aside;
    auto delivered = deliver(node, hub, carry, reported.delivered);
    if (delivered && declared && reported.delivered.set_aside > aside) {
        declared = declare(node, with_roster);
        reported.declared += declared.value_or(0);
        delivered = deliver(node, hub, carry, reported.delivered);
    }
    if (!declared) return std::unexpected(declared.error());
    return delivered;
}

}  // namespace assidu::node::services
