// Peers: the Moodles (and Maharas, and other nodes) that this node speaks Moodle Networking with, the
// certificate that each is pinned to, and what each may ask for.
//
// Having a key gives nothing: a stranger that introduces itself is `proposed` until an administrator has
// compared its fingerprint, and an accepted peer has the services that were granted to it, no other. A
// certificate is replaced only on proof by the one before (replace_certificate()) or by an administrator.
//
// The list stands in a file of its own, peers.sqlite (docs/formats/peers.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "rpc/mnet_key.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

enum class PeerState { proposed, accepted, revoked };
[[nodiscard]] std::string_view name_of(PeerState state);

// One service, for whom it is granted: conditions as whoever answers reads them ("everyone", "cohort=DAEU
// A").
struct Grant {
    std::string service;
    std::vector<std::string> conditions;
    std::int64_t since_utc_s = 0;
    bool operator==(const Grant&) const = default;
};

struct Peer {
    std::string wwwroot;
    std::string application = "moodle";  // "moodle", "mahara": where its server is
    PeerState state = PeerState::proposed;
    std::string certificate;       // PEM
    std::int64_t since_utc_s = 0;  // of the state
    std::int64_t key_since_utc_s = 0;
    std::vector<Grant> grants;  // by service
    [[nodiscard]] const Grant* grant_of(std::string_view service) const;
};

// What became of calls, added up.
struct PeerCalls {
    std::string wwwroot;  // empty: of nobody who is known
    std::string method;   // as it was dispatched; empty where none was reached
    std::string outcome;  // "answered", "fault 7012", "replayed", "relayed", ...
    std::int64_t count = 0, last_utc_s = 0;
};

// Every method may throw ResourceFailure naming the file. One object is for one thread at a time; several
// processes may have the file open.
class PeerList {
  public:
    // Makes the file where there is none.
    explicit PeerList(const std::filesystem::path& path);
    ~PeerList();
    PeerList(PeerList&&) noexcept;
    PeerList& operator=(PeerList&&) = delete;

    [[nodiscard]] std::vector<Peer> all() const;  // by wwwroot
    [[nodiscard]] std::optional<Peer> find(std::string_view wwwroot) const;
    // Changes whenever peers or grants do: by this object, or with whatever another connection changes.
    [[nodiscard]] std::int64_t version() const;

    // Puts a stranger down. One that is there already stays as it is, whatever its state. False: nothing was
    // put down, because there are kMnetProposedMax strangers or it was there.
    [[nodiscard]] bool propose(const std::string& wwwroot, const std::string& application,
                               const rpc::MnetCertificate& certificate, std::int64_t now_utc_s);
    // Pins the certificate, whatever there was before; grants stay. Refused past kMnetPeersMax.
    [[nodiscard]] config::Result<void> accept(const std::string& wwwroot, const std::string& application,
                                              const rpc::MnetCertificate& certificate,
                                              std::int64_t now_utc_s);
    // Nothing more is taken from it, and its grants go. Refused if there is no such peer.
    [[nodiscard]] config::Result<void> revoke(const std::string& wwwroot, std::int64_t now_utc_s);
    // Whoever calls has seen the new certificate vouched for by `former`. False if the peer is not accepted
    // or has another certificate than `former` by now.
    [[nodiscard]] bool replace_certificate(const std::string& wwwroot, const rpc::MnetCertificate& former,
                                           const rpc::MnetCertificate& fresh, std::int64_t now_utc_s);

    // Replaces a grant of the same service. Refused if the peer is not accepted.
    [[nodiscard]] config::Result<void> grant(const std::string& wwwroot, const Grant& grant);
    // Refused if there is no such grant.
    [[nodiscard]] config::Result<void> withdraw(const std::string& wwwroot, const std::string& service);

    // Adds counts, and remembers seals of messages until `kept_until_utc_s` of each; forgets those whose time
    // is up. One transaction, synced on return.
    struct Seal {
        std::string seal;
        std::int64_t until_utc_s = 0;
    };
    void remember(const std::vector<PeerCalls>& calls, const std::vector<Seal>& seals,
                  std::int64_t now_utc_s);
    [[nodiscard]] std::vector<Seal> seals() const;
    [[nodiscard]] std::vector<PeerCalls> calls() const;  // by peer, method and outcome

  private:
    std::unique_ptr<SQLite::Database> database_;
    std::int64_t changes_ = 0;  // by this object
};

}  // namespace assidu::federation
