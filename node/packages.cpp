#include "node/packages.h"

#include <fmt/format.h>

#include "node/services/hub_contact.h"
#include "reports/safe_text.h"

namespace assidu::node {
namespace {

using config::Result;
using reports::PackageKey;

PackageKey own_key(const Node& node) {
    return {node.settings().node_id, reports::safe_text(node.settings().name),
            node.signing_key().verifying_key(), 0};
}

// Earlier ones, under which statements and receipts of the past hold.
void add_earlier(const Node& node, std::vector<PackageKey>& keys) {
    const federation::HandoverLog handovers = node.statements().handovers();
    const std::size_t present = keys.size();
    for (std::size_t i = 0; i < present; ++i) {
        for (const auto& kept : handovers.of(keys[i].node))
            keys.push_back({keys[i].node, keys[i].name, kept.handover.old_key, keys[i].since_utc_s});
    }
}

}  // namespace

Result<Packages> Packages::of(const Node& node, const std::string& whose, const federation::Period& period,
                              std::vector<PackageKey> keys) {
    auto proof = federation::PeriodProof::gather(whose, node.scale().sha256, period, node.statements());
    if (!proof) return std::unexpected(proof.error());
    add_earlier(node, keys);
    auto kept = std::make_unique<federation::PeriodProof>(*std::move(proof));
    auto writer = reports::PackageWriter::of(*kept, whose,
                                             {node.settings().node_id, &node.signing_key(), std::move(keys)});
    if (!writer) return std::unexpected(writer.error());
    return Packages(std::move(kept), *std::move(writer));
}

Result<Packages> Packages::of_own(const Node& node, const federation::Period& period) {
    std::vector<PackageKey> keys{own_key(node)};
    const auto hub = services::read_hub(node.folder());
    if (!hub) return std::unexpected(hub.error());
    if (*hub && (*hub)->id != node.settings().node_id) keys.push_back({(*hub)->id, "", (*hub)->key, 0});
    return of(node, node.settings().node_id, period, std::move(keys));
}

Result<Packages> Packages::of_member(const Node& hub, const std::string& member,
                                     const federation::Period& period) {
    // The other members' too: they may cosign.
    std::vector<PackageKey> keys{own_key(hub)};
    for (const federation::Member& one : hub.members().all()) {
        const bool counts = one.id == member || one.state == federation::MemberState::active;
        if (one.key && counts && one.id != hub.settings().node_id)
            keys.push_back({one.id, reports::safe_text(one.name), *one.key, one.since_utc_s});
    }
    return of(hub, member, period, std::move(keys));
}

}  // namespace assidu::node
