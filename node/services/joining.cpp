#include "node/services/joining.h"

#include <fmt/format.h>

#include "node/services/hub_contact.h"
#include "node/services/ledger_place.h"
#include "rpc/http_client.h"

namespace assidu::node::services {

config::Result<HubSeen> look_at_hub(const std::string& url, const rpc::TlsIdentity& identity) {
    const auto fingerprint = rpc::peek_fingerprint(url);
    if (!fingerprint) return std::unexpected(fingerprint.error());
    auto carry = carry_to(url, *fingerprint, identity);
    if (!carry) return std::unexpected(carry.error());
    auto introduction = federation::ask_introduction(*carry);
    if (!introduction) return std::unexpected(introduction.error());
    if (introduction->tls_fingerprint != *fingerprint)
        return config::refuse(
            fmt::format("{}: the key of {} does not endorse the certificate of this "
                        "connection: somebody stands between",
                        url, introduction->id));
    return HubSeen{url, *std::move(introduction), *std::move(carry)};
}

config::Result<federation::Names> join_hub(const Node& node, const HubSeen& hub, const std::string& token,
                                           const JoinTerms& terms) {
    const auto joined = federation::ask_to_join(hub.carry, node.introduction(), token);
    if (!joined) return std::unexpected(joined.error());
    const federation::Names invited = joined->names;
    // A hub that has what this node has is not asked again before the first statement.
    if (joined->head == node.statements().head(node.settings().node_id))
        node.statements().confirm_place(place_of(node.folder().ledger()));
    write_hub(node.folder(), {hub.url, hub.introduction.id, hub.introduction.key,
                              hub.introduction.tls_fingerprint, terms.names, terms.own_url, invited});
    return invited;
}

}  // namespace assidu::node::services
