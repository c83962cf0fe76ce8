// The rows under a statement: their texts, their keys and what the Merkle tree has of them. Byte by byte in
// docs/formats/statement.md.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "config/digest.h"
#include "config/refusal.h"
#include "federation/ledger.h"

namespace assidu::federation {

// A row as it is declared: canonical JSON, and the salt that hides it in its leaf = SHA-256(0x00 | salt |
// row).
struct SaltedRow {
    std::string salt;  // 32 bytes; empty of an erased row
    std::string row;   // of an erased row nothing but its leaf, 32 bytes
    [[nodiscard]] bool is_erased() const { return salt.empty(); }
    bool operator==(const SaltedRow&) const = default;
};

// What the Merkle tree has of a row.
[[nodiscard]] config::Sha256Digest leaf_of(const SaltedRow& row);

// A row's text, its key (what its salt is derived for, and what rows are ordered by), and a row back from its
// text.
[[nodiscard]] std::string daily_row(const LedgerRow& row);
[[nodiscard]] std::string daily_row_key(const LedgerRow& row);
[[nodiscard]] config::Result<LedgerRow> parse_daily_row(std::string_view text);
// Whether a's key is before b's.
[[nodiscard]] bool is_before(const LedgerRow& a, const LedgerRow& b);

// A person, a course or an activity of a roster; which one says `what`: "person", "course", "activity".
struct RosterRow {
    std::string what;
    StudentId student;  // of a person
    std::int64_t course = 0, activity = 0;
    std::map<std::string, std::string> texts;  // "firstname", "fullname", "type"...
    bool operator==(const RosterRow&) const = default;
};
[[nodiscard]] std::string roster_row(const RosterRow& row);
[[nodiscard]] std::string roster_row_key(const RosterRow& row);
[[nodiscard]] config::Result<RosterRow> parse_roster_row(std::string_view text);

}  // namespace assidu::federation
