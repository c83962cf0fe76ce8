// Members: who may declare to this hub, under which key, and what the hub may know of their students.
//
// A member comes in three steps, each a decision of an administrator: the hub invites an id and hands over a
// token; the node introduces itself with the token; the hub accepts the fingerprint that people have
// compared.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "federation/attestation.h"
#include "federation/handover.h"
#include "federation/prepared.h"
#include "federation/statement.h"
#include "rpc/signed_message.h"
#include "rpc/signing_key.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

// How a node introduces itself: a note under its own key, docs/formats/message.md.
struct Introduction {
    std::string id, name;
    rpc::VerifyingKey key;
    std::string tls_fingerprint;  // of the certificate that this key endorses hereby
};
[[nodiscard]] std::string sign_introduction(const std::string& id, const std::string& name,
                                            const std::string& tls_fingerprint, const rpc::SigningKey& key);
// Refused if it is not of that form, or not signed by the key that it names.
[[nodiscard]] config::Result<Introduction> read_introduction(std::string_view note);

enum class MemberState { invited, pending, active, suspended };
[[nodiscard]] std::string_view name_of(MemberState state);

// What the hub may know of a member's students beyond pseudonyms (design decision 12).
enum class Names {
    none,    // nothing
    issue,   // the names of a report, asked for when it is issued, and audited on both sides
    roster,  // all of them, by a statement
};
// "none", "issue", "roster", and back.
[[nodiscard]] std::string_view name_of(Names names);
[[nodiscard]] std::optional<Names> parse_names(std::string_view name);

struct Member {
    std::string id, name;
    MemberState state = MemberState::invited;
    Names names = Names::none;
    std::optional<rpc::VerifyingKey> key;  // none while it is only invited
    std::string tls_fingerprint;
    std::int64_t since_utc_s = 0;  // of the state

    // The last statement that the member said it has made, and when; number 0: it never said. Less than
    // before where the member was restored from a backup.
    StatementHead announced;
    std::optional<std::int64_t> announced_utc_s;
    std::string url;  // where its own pool listener is reached, as it said; empty: nowhere
};

// The list, in the ledger's file. Every method may throw ResourceFailure. One object is for one thread at a
// time.
class MemberList {
  public:
    explicit MemberList(std::shared_ptr<SQLite::Database> file);

    [[nodiscard]] std::vector<Member> all() const;
    [[nodiscard]] std::optional<Member> find(const std::string& id) const;

    // Makes an invitation and returns its token, which is kept only as a digest. Refused if the id is a
    // member already; who is suspended may be invited anew, to come back with another key.
    [[nodiscard]] config::Result<std::string> invite(const std::string& id, Names names,
                                                     std::int64_t now_utc_s);
    // Puts an introduction down as pending. Refused without a fitting invitation; repeating it is harmless.
    [[nodiscard]] config::Result<void> introduce(const Introduction& introduction, std::string_view token,
                                                 std::int64_t now_utc_s);
    // Accepts the pending member with that key. Refused if there is none, or its key has another fingerprint.
    [[nodiscard]] config::Result<void> accept(const std::string& id, const std::string& fingerprint,
                                              std::int64_t now_utc_s);
    // Who was never accepted is no member then, and may be invited again: the invitation is withdrawn.
    [[nodiscard]] config::Result<void> suspend(const std::string& id, std::int64_t now_utc_s);
    // Suspends a member whose key is in others' hands, for ever: that key is never taken again. It comes back with
    // another one, by a new invitation. Refused if it is no member, or has no key.
    [[nodiscard]] config::Result<void> revoke(const std::string& id, const std::string& reason,
                                              std::int64_t now_utc_s);
    // Puts an active member's new key in the place of the one that endorses it. Refused, if it is not the member's,
    // under its certificate, by its present key, or if the new key was revoked. Twice is once.
    [[nodiscard]] config::Result<void> hand_over(const Handover& handover, const std::string& note);

    // Keeps what an active member announces, in the place of what it announced before. Synced on return.
    void announce(const std::string& id, const StatementHead& head, const std::string& url,
                  std::int64_t now_utc_s);

    // Remembers a message id of a sender for kMessageIdsKept_s at least; false if it is remembered already. Synced on
    // return.
    [[nodiscard]] bool remember_message(const std::string& sender, const std::string& id,
                                        std::int64_t now_utc_s);

    // Refusals by sender and code: counted for the administrator, of nobody in particular unless the sender
    // is in this list or `is_known` otherwise.
    void count_refusal(const std::string& sender, const std::string& code, bool is_known = false);
    struct Refusals {
        std::string sender, code;
        std::int64_t count = 0;
    };
    [[nodiscard]] std::vector<Refusals> refusals() const;

    // What partners say of each other's keys, in the same file.
    [[nodiscard]] AttestationLog attestations() const { return AttestationLog(database_); }

  private:
    void forget_messages(std::int64_t now_utc_s);

    std::shared_ptr<SQLite::Database> database_;
    mutable Prepared sql_;
    std::optional<std::int64_t> forgot_utc_s_;  // when messages were last forgotten
};

}  // namespace assidu::federation
