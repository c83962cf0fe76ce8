// Keys that were handed over: a note by which a node's old key endorses its new one, signed by both, with the
// last statement that the old one signed. docs/formats/message.md. Statements up to that number hold under
// the old key for ever; messages do not hold under it any more once the other side has the note.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "rpc/signing_key.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

struct Handover {
    std::string node;
    rpc::VerifyingKey old_key, new_key;
    std::string tls_fingerprint;   // of the node's certificate, which the new key endorses hereby
    std::int64_t last_number = 0;  // the last statement under the old key; 0: none
    std::int64_t issued_utc_s = 0;
};
[[nodiscard]] std::string sign_handover(const std::string& node, const std::string& tls_fingerprint,
                                        std::int64_t last_number, std::int64_t now_utc_s,
                                        const rpc::SigningKey& old_key, const rpc::SigningKey& new_key);
// Refused if it is not of that form, or not signed by both keys that it names.
[[nodiscard]] config::Result<Handover> read_handover(std::string_view note);

// The notes that are known, own and others', and keys that are never taken again, in the ledger's file. Every
// method may throw ResourceFailure. One object is for one thread at a time.
class HandoverLog {
  public:
    explicit HandoverLog(std::shared_ptr<SQLite::Database> file);

    struct Kept {
        Handover handover;
        std::string note;
    };
    // Of a node, in order: each one's old key is the new key of the one before.
    [[nodiscard]] std::vector<Kept> of(const std::string& node) const;
    // Keeps one that read_handover() took. Synced on return; twice is once.
    void put(const Handover& handover, const std::string& note);
    // The keys under which a node's statement of that number may hold, `current`, its key now, first: a node
    // that was restored from a backup signs anew, under it, what an earlier key had signed.
    [[nodiscard]] std::vector<rpc::VerifyingKey> keys_for(const std::string& node,
                                                          const rpc::VerifyingKey& current,
                                                          std::int64_t number) const;
    // All keys that a node ever had, the current one first.
    [[nodiscard]] std::vector<rpc::VerifyingKey> keys(const std::string& node,
                                                      const rpc::VerifyingKey& current) const;

    void revoke(const std::string& node, const rpc::VerifyingKey& key, const std::string& reason,
                std::int64_t now_utc_s);
    [[nodiscard]] bool is_revoked(const rpc::VerifyingKey& key) const;

  private:
    std::shared_ptr<SQLite::Database> database_;
};

}  // namespace assidu::federation
