// What peers may call: the methods of Moodle Networking that this node has, and to whom.
//
//     system/listServices, listMethods, methodSignature, methodHelp      every accepted peer, of what it was
//     granted blocks/use_stats/rpclib.php/use_stats_rpc_get_stats, _get_scores   granted "use_stats"; also as
//     "block/...",
//                                                                        and with "_wrapped" behind
//
// The system methods are also taken with a dot in the place of the slash. A question for another peer
// ("whereroot") is passed on for who was granted "relay" to it.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "federation/peer.h"
#include "node/services/mnet_client.h"
#include "node/services/use_stats.h"
#include "rpc/value.h"
#include "rpc/xmlrpc.h"

namespace assidu::node::services {

inline constexpr std::string_view kRelayService = "relay";

// Refused unless the service is one and its conditions are of its kind: of "use_stats" those of
// add_to_scope(), of "relay" "everyone" or "peer=WWWROOT".
[[nodiscard]] config::Result<void> check_grant(const federation::Grant& grant);

class MnetMethods {
  public:
    // What is asked of the service use_stats (services/use_stats.h, over nodes of node_readers.h).
    using UseStats =
        std::function<config::Result<UseStatsAnswer>(const UseStatsCaller& caller, std::string_view function,
                                                     std::span<const rpc::Value> params, bool wrapped)>;
    // `client` must outlive it.
    MnetMethods(UseStats use_stats, const MnetClient& client, std::string own_wwwroot);

    // From any thread, several at once. Throws ResourceFailure if the node's stores fail.
    [[nodiscard]] rpc::Response answer(const rpc::Call& call, const federation::Peer& peer) const;

  private:
    [[nodiscard]] rpc::Response system(std::string_view method, const std::vector<rpc::Value>& params,
                                       const federation::Peer& peer) const;
    [[nodiscard]] rpc::Response use_stats(std::string_view function, const std::vector<rpc::Value>& params,
                                          const federation::Peer& peer) const;
    [[nodiscard]] rpc::Value relayed(const UseStatsElsewhere& elsewhere, const federation::Peer& peer) const;

    const UseStats use_stats_;
    const MnetClient& client_;
    const std::string own_wwwroot_;
};

}  // namespace assidu::node::services
