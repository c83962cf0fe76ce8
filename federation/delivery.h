// The member's side of the exchange, free of any transport: statements to the hub, receipts back, in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "config/refusal.h"
#include "federation/attestation.h"
#include "federation/correspondence.h"
#include "federation/member.h"
#include "federation/statement_log.h"
#include "rpc/signing_key.h"
#include "rpc/xmlrpc.h"

namespace assidu::federation {

// The hub as this node accepted it.
struct Hub {
    std::string url, id;
    rpc::VerifyingKey key;
    std::string tls_fingerprint;
    Names names = Names::none;  // what this node lets the hub know of its students
    std::string own_url;        // where the hub reaches this node's own pool listener; empty: nowhere
    // What the hub's invitation has of it: the less of both holds, for the hub refuses what it did not agree
    // to.
    Names invited_names = Names::roster;
};

// Asks whoever answers to introduce itself; whether to believe it is for people to decide.
[[nodiscard]] config::Result<Introduction> ask_introduction(const Carry& carry);
// Introduces this node to the hub, with the token of its invitation.
struct Joined {
    Names names = Names::none;  // what the invitation says of them
    // The hub's head of this node's statements, which may be older than the invitation; nothing where it does
    // not say.
    std::optional<StatementHead> head;
};
[[nodiscard]] config::Result<Joined> ask_to_join(const Carry& carry, const std::string& introduction,
                                                 const std::string& token);

// What became of the outbox.
struct Delivered {
    std::int64_t statements = 0;  // receipted now
    std::int64_t bytes = 0;       // of the outer documents both ways, the announcement's among them
    std::int64_t waiting = 0;     // still without a receipt, or not at the hub
    bool agreed = false;          // the log continues what the hub has
    std::int64_t taken_back = 0;  // of this node's own, that the hub had and this node had not
    // Of this node's own, because the hub has others of those numbers, or would take none under the keys that
    // signed them: what they said has to be declared anew.
    std::int64_t set_aside = 0;
    std::optional<rpc::VerifyingKey> hub_key;  // the hub's new key, which its old one endorses: to be kept
    // The code (PoolFault) with which the hub answered the last call; 0 if it answered otherwise or not at
    // all.
    std::int32_t fault = 0;
};

class Delivery {
  public:
    // `key` and `clock` must outlive it.
    Delivery(std::string node, Hub hub, const rpc::SigningKey& key, const config::Clock& clock, Carry carry);

    // The hub's head of this node's statements.
    [[nodiscard]] config::Result<StatementHead> head();
    // Tells the hub the last statement that this node has made, the highest for which it has a receipt, and
    // where it is reached; the hub's head of them. `bytes` as in Correspondence.
    [[nodiscard]] config::Result<StatementHead> announce(const StatementHead& made,
                                                         std::int64_t* bytes = nullptr,
                                                         std::int64_t receipted = 0);
    // Announces the head, and makes the log the continuation of what the hub has: before anything is issued
    // by a log that may come from a backup, and before anything is sent. What the hub has and the log has not
    // is taken back, one statement at a time (who is interrupted goes on where it was); where the hub has
    // others of the same numbers, those of the log are set aside first: it is the hub's that were
    // acknowledged. What the hub lost is sent again by deliver(). Each is an incident of the log. Refused if
    // the hub is not reached, or what it has is not signed by this node.
    [[nodiscard]] config::Result<StatementHead> agree(StatementLog& log, Delivered& delivered);
    // agree(), also where nothing waits; then sends every statement that has no receipt or that the hub does
    // not have, ascending, until one is not taken: then refused with the reason, after what was receipted is
    // kept. A receipt is kept only if it is the hub's, of that very statement. `place`: confirmed once both
    // agree (StatementLog::confirm_place()); empty: none.
    [[nodiscard]] config::Result<void> deliver(StatementLog& log, Delivered& delivered,
                                               const std::string& place = {});

    // Gives the hub this node's word on another's key, after the keys of both sides were handed over where
    // they have to be, as deliver() does. Refused in the hub's words where it does not take it.
    [[nodiscard]] config::Result<void> attest(StatementLog& log, const std::string& note,
                                              Delivered& delivered);
    // What the hub keeps of such words on a node, but for those by keys that were revoked. Each is signed by
    // the key that it names; that the key is the signer's is the hub's word. Refused if the hub is not
    // reached, or one is malformed or of another node.
    [[nodiscard]] config::Result<std::vector<AttestationLog::Kept>> attestations(StatementLog& log,
                                                                                 const std::string& node,
                                                                                 Delivered& delivered);

    // Tells the hub that this node leaves the pool; what it declared stays there.
    [[nodiscard]] config::Result<void> leave();

  private:
    void set_strangers_aside(StatementLog& log, std::int64_t hubs_head, Delivered& delivered);
    // announce(); where the hub does not know this node's key, or answers under another than is known, keys
    // are handed over first, by notes that the old ones signed.
    [[nodiscard]] config::Result<StatementHead> greet(StatementLog& log, Delivered& delivered);
    [[nodiscard]] config::Result<void> hand_over(const StatementLog& log);
    [[nodiscard]] config::Result<void> learn_hub_keys(StatementLog& log, Delivered& delivered);
    // The highest number up to which both have the same statements.
    [[nodiscard]] config::Result<std::int64_t> common(const StatementLog& log, const StatementHead& theirs);
    [[nodiscard]] config::Result<void> take_back(StatementLog& log, std::int64_t number,
                                                 Delivered& delivered);
    [[nodiscard]] config::Result<std::string> ask_receipt(const StatementLog& log,
                                                          const KeptStatement& statement,
                                                          std::int64_t* bytes);
    [[nodiscard]] config::Result<void> check_receipt(const StatementLog& log, std::string_view note,
                                                     std::int64_t number, const std::string& digest) const;

    std::string node_;
    Hub hub_;
    const rpc::SigningKey& key_;
    const config::Clock& clock_;
    Carry carry_;
    Correspondence correspondence_;
};

}  // namespace assidu::federation
