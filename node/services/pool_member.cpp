#include "node/services/pool_member.h"

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
            "statements are held back: this ledger was moved, restored or not yet compared with the hub since the "
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

config::Result<void> deliver(const Node& node, const federation::Hub& hub, const federation::Carry& carry,
                             federation::Delivered& delivered) {
    federation::Delivery delivery(node.settings().node_id, hub, node.signing_key(), node.clock(), carry);
    auto done = delivery.deliver(node.statements(), delivered, place_of(node.folder().ledger()));
    if (delivered.hub_key) {
        // As it stands there now: an administrator may have changed the rest meanwhile.
        if (auto known = read_hub(node.folder()); known && *known && (*known)->id == hub.id) {
            (*known)->key = *delivered.hub_key;
            write_hub(node.folder(), **known);
        }
    }
    return done;
}

config::Result<void> report_to(Node& node, const federation::Hub& hub, const federation::Carry& carry,
                               bool with_roster, Reported& reported) {
    if (!may_issue(node)) {
        if (auto asked = deliver(node, hub, carry, reported.delivered); !asked) return asked;
    }
    const auto declared = declare(node, with_roster);
    reported.declared = declared.value_or(0);
    auto delivered = deliver(node, hub, carry, reported.delivered);
    if (!declared) return std::unexpected(declared.error());
    return delivered;
}

}  // namespace assidu::node::services
