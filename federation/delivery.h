// The member's side of the exchange, free of any transport: statements to the hub, receipts back, in order.
#pragma once

#include <cstdint>
#include <string>

#include "config/clock.h"
#include "config/refusal.h"
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
// Introduces this node to the hub, with the token of its invitation; what the invitation says of names.
[[nodiscard]] config::Result<Names> ask_to_join(const Carry& carry, const std::string& introduction,
                                                const std::string& token);

// What became of the outbox.
struct Delivered {
    std::int64_t statements = 0;  // receipted now
    std::int64_t bytes = 0;       // of the outer documents both ways, the announcement's among them
    std::int64_t waiting = 0;     // still without a receipt
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
    // Tells the hub the last statement that this node has made, and where it is reached; the hub's head of
    // them. `bytes` as in Correspondence.
    [[nodiscard]] config::Result<StatementHead> announce(const StatementHead& made,
                                                         std::int64_t* bytes = nullptr);
    // Announces the head, also where nothing waits; then sends every statement without a receipt, ascending,
    // until one is not taken: then refused with the reason, after what was receipted is kept. A receipt is
    // kept only if it is the hub's, of that very statement.
    [[nodiscard]] config::Result<void> deliver(StatementLog& log, Delivered& delivered);

  private:
    std::string node_;
    Hub hub_;
    Correspondence correspondence_;
};

}  // namespace assidu::federation
