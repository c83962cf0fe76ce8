// The audit: who was told the names of whom, when and for what. It stands in the ledger's file, is appended
// to and never changed, and holds no name. Format: docs/formats/ledger.md.
//
// Every method may throw ResourceFailure naming the file. One object is for one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace assidu::federation {

struct AuditEntry {
    std::int64_t utc_s = 0;
    std::string actor;    // the node that asked
    std::string node;     // the node whose names they are
    std::string action;   // "names.ask"
    std::string purpose;  // in the words of who asked
    // How many were told.
    std::int64_t students = 0;
    std::int64_t others = 0;  // courses and activities
    std::string outcome;      // "told", or a code of why not: "not_agreed", "too_large", "refused"
    bool operator==(const AuditEntry&) const = default;
};

class AuditLog {
  public:
    // Over the ledger's file (open_ledger_file()).
    explicit AuditLog(std::shared_ptr<SQLite::Database> file);

    // Committed and synced on return.
    void append(const AuditEntry& entry);
    // The entries of [from, to), in the order in which they were made.
    [[nodiscard]] std::vector<AuditEntry> entries(std::int64_t from_utc_s, std::int64_t to_utc_s) const;

  private:
    std::shared_ptr<SQLite::Database> database_;
};

}  // namespace assidu::federation
