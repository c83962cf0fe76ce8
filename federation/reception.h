// What a node's pool listener answers, free of any transport: an XML-RPC document in, an XML-RPC document
// out. The methods are docs/formats/message.md. A node hears its members, if it is a hub, and the one hub
// that it joined itself, if there is one; nobody else.
//
// A statement is receipted only once it is committed and synced. Messages that come at once are judged by
// their threads side by side, and what they change is committed and synced together
// (federation/commit_group.h). Who cannot be authenticated learns one uniform fault; the reason is logged and
// counted here. An authenticated sender is told by name what is wrong.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/clock.h"
#include "federation/audit_log.h"
#include "federation/commit_group.h"
#include "federation/delivery.h"
#include "federation/member.h"
#include "federation/names.h"
#include "federation/statement_log.h"
#include "rpc/signing_key.h"
#include "rpc/xmlrpc.h"

namespace assidu::federation {

// Who answers: this node. The key must outlive what uses it.
struct Receiver {
    std::string id, introduction;  // the introduction as a signed note
    const rpc::SigningKey* key = nullptr;
};

// Faults by code; the text of a fault begins with the word.
enum class PoolFault : std::int32_t {
    refused = 1,          // "refused": no member, bad signature, not of the form; nothing more is said
    wrong_recipient = 2,  // "wrong_recipient": the envelope is for another node
    stale = 3,            // "stale": issued more than kClockSkewMax_s from the hub's clock
    replay = 4,           // "replay": the message id was received already
    malformed = 5,        // "malformed": the call inside is none, or of an unknown method
    bad_statement = 6,    // "bad_statement": read_statement() refuses it, or it is another node's
    fork = 7,             // "fork", "ahead", "broken_chain": ChainVerdict
    ahead = 8,
    broken_chain = 9,
    not_agreed = 10,       // "not_agreed": what this node agreed with its hub does not have it
    not_kept = 11,         // "not_kept": no statement of that number is kept here
    bad_attestation = 12,  // "bad_attestation": AttestationLog::take() refuses it
};
[[nodiscard]] std::string_view name_of(PoolFault fault);

// What a node does for the hub that it joined.
struct OwnHub {
    // The hub as it is accepted now, with what was agreed; nothing if there is none.
    std::function<std::optional<Hub>()> hub;
    // The names of those whom this node knows; of others, nothing. Throws ResourceFailure.
    std::function<std::vector<RosterRow>(const NamesAsked& asked)> names;
    AuditLog* audit = nullptr;
};

class Reception {
  public:
    // All must outlive the reception; `members` and `statements` are of one file and one connection. `log`
    // gets one line a refusal. answer() may be called from several threads; nobody else may use these stores
    // meanwhile.
    Reception(Receiver receiver, MemberList& members, StatementLog& statements, const config::Clock& clock,
              std::function<void(const std::string& line)> log);

    // Hears the hub of this node too. Before the first answer().
    void serve_own_hub(OwnHub own_hub) { own_hub_ = std::move(own_hub); }

    // `tls_fingerprint`: of the client's certificate, if it showed one. Never refuses: a fault is an answer.
    [[nodiscard]] std::string answer(std::string_view body,
                                     const std::optional<std::string>& tls_fingerprint);

  private:
    struct Refused {
        PoolFault fault;
        std::string reason;
    };
    using Answer = std::expected<rpc::Value, Refused>;
    // An authenticated sender: a member, the hub of this node, or both.
    struct Sender {
        std::string id;
        std::optional<Member> member;
        std::optional<Hub> hub;
    };

    // What a body says, as far as that can be told without the stores: on the thread that brings it.
    struct Heard {
        config::Result<rpc::Call> call;
        std::optional<std::string> tls_fingerprint;
        std::string sender;  // as it says; authenticated or not
        // Of a pool.message:
        config::Result<rpc::SignedMessage> message = config::refuse("not a message");
        // The key under which its signature holds, if that was found out already; and then what stands in it.
        std::optional<rpc::VerifyingKey> signed_by = {};
        std::optional<config::Result<rpc::Call>> inner = {};
        std::optional<config::Result<Statement>> statement = {};  // of a statement.put, under that key
        // Whether the answer goes back under this node's signature.
        bool is_authenticated = false;
    };
    [[nodiscard]] Heard hear(std::string_view body, const std::optional<std::string>& tls_fingerprint);
    [[nodiscard]] std::string reply(const Heard& heard, const Answer& answer) const;

    // All of these inside a transaction of the group.
    Answer outer(Heard& heard);
    Answer join(Heard& heard);
    Answer hand_over(Heard& heard);
    Answer message(Heard& heard);
    std::expected<Sender, Refused> authenticate(const Heard& heard);
    [[nodiscard]] std::optional<Hub> own_hub(const std::string& id) const;
    Answer inner(Heard& heard, const Sender& sender);
    Answer of_member(Heard& heard, const rpc::Call& call, const Member& member);
    Answer tell_names(const rpc::Call& call, const Hub& hub);
    Answer put_statement(Heard& heard, const rpc::Call& call, const Member& member);
    Answer announce(const rpc::Call& call, const Member& member);
    Answer head_of(const Member& member) const;
    Answer digest_at(const rpc::Call& call, const Member& member) const;
    Answer give_back(const rpc::Call& call, const Member& member) const;
    Answer attest(const rpc::Call& call, const Member& member);
    Answer attestations(const rpc::Call& call) const;
    void note_rollbacks(const Member& member, std::int64_t announced, std::int64_t receipted);
    void note(const std::string& sender, const Refused& refused);

    Receiver receiver_;
    MemberList& members_;
    StatementLog& statements_;
    const config::Clock& clock_;
    std::function<void(const std::string&)> log_;
    OwnHub own_hub_;
    CommitGroup group_;
    // Under which key each member was authenticated last: where to begin with the next message. A guess; what
    // counts is the member's key when the message is settled.
    std::mutex keys_mutex_;
    std::map<std::string, rpc::VerifyingKey> keys_;
};

}  // namespace assidu::federation
