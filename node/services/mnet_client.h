// This node as the caller of a peer, by Moodle Networking. What comes back is believed only if it is sealed
// for us and signed with the pinned key of whoever was called; a new key of theirs only if the pinned one
// signed for it, and it is newer.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "config/refusal.h"
#include "federation/peer.h"
#include "node/services/mnet_identity.h"
#include "rpc/http_answer.h"
#include "rpc/moodle_xmlrpc.h"
#include "rpc/web_post.h"

namespace assidu::node::services {

// One exchange with a web server; by default rpc::web_exchange().
using MnetTransport = std::function<config::Result<rpc::HttpMessage>(
    const rpc::WebUrl& url, std::string_view content_type, std::string_view body)>;

// Where the server of a peer is: its wwwroot, and behind it what its application has there. Nothing for an
// application that nobody knows.
[[nodiscard]] std::optional<std::string> mnet_server_url(std::string_view wwwroot,
                                                         std::string_view application);

struct MnetAnswer {
    rpc::Response response;
    // What the peer's administrator should hear of: "needs the fix of ...".
    std::vector<std::string> remarks;
};

class MnetClient {
  public:
    // All three must outlive it. Their turns on `peers` are taken under `peers_mutex`, and never while a peer
    // is waited for: it may call back before it answers.
    MnetClient(const MnetIdentity& identity, federation::PeerList& peers, std::mutex& peers_mutex,
               const config::Clock& clock, MnetTransport transport = {});

    // Asks whoever is at `wwwroot` for its certificate, and tells it ours: plainly, so that nobody vouches
    // for the answer but a person who compares fingerprints. Refused if it is no certificate of that wwwroot.
    [[nodiscard]] config::Result<rpc::MnetCertificate> keyswap(const std::string& wwwroot,
                                                               const std::string& application) const;

    // Calls an accepted peer. Where it says that it has a new key, that is pinned, if it is proven, and the
    // call made once more; where "blocks/..." is not there, it is tried once as "block/...", under which
    // stock Moodles have it. Refused where no answer can be believed, with what to do; a fault that is
    // vouched for is an answer.
    [[nodiscard]] config::Result<MnetAnswer> call(const std::string& wwwroot, const std::string& method,
                                                  const std::vector<rpc::Value>& params) const;

    // Learns an accepted peer's new key, if it has one: what it publishes is only a hint to ask it in words
    // sealed for its former key, and that key has to sign for the new one. False: the pinned one is still in
    // use, or nothing was proven.
    [[nodiscard]] bool refresh(const std::string& wwwroot) const;

  private:
    struct Exchange {
        rpc::Response response;
        bool renewed = false;  // the response says that there was a new key, and it is pinned now
    };
    config::Result<federation::Peer> peer(const std::string& wwwroot) const;
    config::Result<rpc::HttpMessage> post(const std::string& wwwroot, const std::string& application,
                                          const std::string& body) const;
    config::Result<Exchange> exchange(const federation::Peer& peer, const std::string& method,
                                      const std::vector<rpc::Value>& params) const;
    config::Result<void> renew(const federation::Peer& peer, const rpc::MnetCertificate& pinned,
                               const std::string& pem) const;
    config::Result<rpc::Response> with_renewal(const std::string& wwwroot, const std::string& method,
                                               const std::vector<rpc::Value>& params,
                                               std::vector<std::string>& remarks) const;

    const MnetIdentity& identity_;
    federation::PeerList& peers_;
    std::mutex& peers_mutex_;
    const config::Clock& clock_;
    MnetTransport transport_;
};

}  // namespace assidu::node::services
