// This node as a peer, without the network: bodies of HTTP in, bodies out. Sealed calls of accepted peers are
// dispatched to the methods that were granted to them; everything else gets the fault that a Moodle would get
// from a Moodle, in the same envelopes.
//
// What Moodle leaves open is closed: a message is answered once (by its seal); a stranger's introduction is
// put down and nothing fetched; a peer's new key is asked for at most once a minute, and believed only if the
// former one signed for it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "config/clock.h"
#include "config/refusal.h"
#include "federation/peer.h"
#include "node/services/mnet_client.h"
#include "node/services/mnet_counts.h"
#include "node/services/mnet_identity.h"
#include "node/services/mnet_methods.h"
#include "rpc/mnet_reception.h"

namespace assidu::node::services {

class MnetDesk {
  public:
    // All must outlive it. `propose`: whether strangers are put down. `log`: one line for the operator, of
    // what somebody on the network caused.
    MnetDesk(const MnetIdentity& identity, federation::PeerList& peers, std::mutex& peers_mutex,
             const MnetMethods& methods, const MnetClient& client, const config::Clock& clock, bool propose,
             std::function<void(std::string_view line)> log);

    // Answers a body; never with anything but a body that belongs into a response of status 200. From any
    // thread, several at once. Throws ResourceFailure if a store fails.
    [[nodiscard]] std::string answer(std::string_view body, const std::string& peer_address);

    [[nodiscard]] MnetCounts counts() const;
    // Puts counts and seals down, durably. What came since the last time is lost in a crash, and a message
    // that was answered then could be answered once more. From one thread at a time.
    void remember();

  private:
    struct Known {
        federation::Peer peer;
        rpc::MnetCertificate certificate;
    };
    using KnownPeer = std::shared_ptr<const Known>;

    KnownPeer find(const std::string& wwwroot);
    std::string refuse(const rpc::MnetMessage& message, const rpc::MnetKeyRing& ring, const KnownPeer& peer,
                       const std::string& peer_address);
    std::string bare(const rpc::MnetMessage& message, const std::string& peer_address);
    std::string keyswap(const rpc::Call& call, const std::string& peer_address);
    bool propose(const rpc::Call& call);
    std::string call(const rpc::MnetMessage& message, const rpc::MnetKeyRing& ring, const Known& peer);
    // The document of a response, and what it is counted as.
    std::string dispatch(const rpc::Call& call, const Known& peer, std::string& outcome);
    bool refresh(const std::string& wwwroot);
    // False if the seal was seen before.
    bool first_time(const std::string& seal);
    void count(const std::string& wwwroot, const std::string& method, const std::string& outcome);
    bool allows_keyswap();

    const MnetIdentity& identity_;
    federation::PeerList& peers_;
    std::mutex& peers_mutex_;
    const MnetMethods& methods_;
    const MnetClient& client_;
    const config::Clock& clock_;
    const bool propose_;
    const std::function<void(std::string_view line)> log_;

    // Under peers_mutex_: what was read of `peers_`, as long as it did not change.
    std::map<std::string, KnownPeer, std::less<>> cached_;
    std::int64_t cached_version_ = -1;

    mutable std::mutex mutex_;
    // Under mutex_.
    MnetCounts counts_;
    std::unordered_map<std::string, std::int64_t> seals_;       // until when each is remembered
    std::vector<federation::PeerList::Seal> fresh_seals_;       // not put down yet
    std::map<std::string, federation::PeerCalls> fresh_calls_;  // likewise
    std::map<std::string, std::int64_t, std::less<>>
        refreshed_at_;  // when a peer's new key was asked for last
    std::int64_t keyswap_minute_ = 0, keyswaps_in_minute_ = 0;
};

}  // namespace assidu::node::services
