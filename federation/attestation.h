// Attestations: a node's signed word that another node's key has a fingerprint, after people compared it. A hub tells
// its members which keys the others have; what partners say beside it is what a hub that lies, or that somebody
// stands before, cannot make. docs/formats/attestation.md has the note, and how it is checked by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "rpc/signing_key.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

struct Attestation {
    std::string signer;             // the node that says so
    rpc::VerifyingKey signer_key;   // under which it is signed
    std::string node, fingerprint;  // whose key, and its fingerprint as people compared it
    std::int64_t issued_utc_s = 0;
};
[[nodiscard]] std::string sign_attestation(const std::string& signer, const std::string& node,
                                           const std::string& fingerprint, std::int64_t now_utc_s,
                                           const rpc::SigningKey& key);
// Refused if it is not of that form, or not signed by the key that it names. Whether that key is the signer's is
// for the caller to know.
[[nodiscard]] config::Result<Attestation> read_attestation(std::string_view note);

// A node, and the key that it has now.
struct KeyHolder {
    std::string id;
    rpc::VerifyingKey key;
};

// The notes that are known, own and others', in the ledger's file. Every method may throw ResourceFailure. One
// object is for one thread at a time.
class AttestationLog {
  public:
    explicit AttestationLog(std::shared_ptr<SQLite::Database> file);

    struct Kept {
        Attestation attestation;
        std::string note;
        bool is_revoked = false;  // the signer's key was revoked here since: it counts no more
    };
    // About a node, by instant and signer.
    [[nodiscard]] std::vector<Kept> of(const std::string& node) const;

    // Judges and keeps a note that `signer` gives, about `about`: nothing if the pool has no such node. Said again it
    // is one: the first note stays, unless the signer has another key by now. Synced on return. Refused, saying
    // which: it is none, or forged; signed for another than who gives it; by a key that was revoked, or that is not
    // the signer's now; about the signer itself; about nobody of the pool; about a key that was revoked; of another
    // fingerprint than the node's key has here; issued more than rpc::kClockSkewMax_s from now; one more than
    // kAttestationsOfNodeMax.
    [[nodiscard]] config::Result<void> take(const std::string& note, const KeyHolder& signer,
                                            const std::optional<KeyHolder>& about, std::int64_t now_utc_s);
    // Keeps a note of this node's own that its hub took.
    void put(const Attestation& attestation, const std::string& note);

  private:
    [[nodiscard]] config::Result<void> judge(const Attestation& attestation, const KeyHolder& signer,
                                             const std::optional<KeyHolder>& about, std::int64_t now_utc_s) const;

    std::shared_ptr<SQLite::Database> database_;
};

}  // namespace assidu::federation
