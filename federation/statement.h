// Statements: what a node declares. A signed note over a header, and salted rows under it, every one of which
// can be proven alone; byte by byte in docs/formats/statement.md.
//
// A `daily` statement says of each day it names: these are all the ledger rows of my students on that day
// under that scale. A later one that names the day again supersedes it. A `roster` says: these are all the
// people, courses and activities behind my pseudonyms and ids. Statements of a node are numbered 1, 2, 3...
// and chained.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/digest.h"
#include "config/refusal.h"
#include "federation/ledger.h"
#include "federation/statement_row.h"
#include "rpc/signing_key.h"

namespace assidu::federation {

enum class StatementKind { daily, roster };

// A day of a daily statement: how many of the rows are its, the number of the statement whose word on it this
// one replaces (0: none), and why it does, as a code: "late_events" (more events came in), "fewer_events"
// (some were erased, excluded or taken back), "other_totals" (as many, worth another time). Empty: it
// replaces none, or was made by a version that did not say.
struct StatementDay {
    config::CivilDay day;
    std::int64_t rows = 0, supersedes = 0;
    std::string reason = {};
    bool operator==(const StatementDay&) const = default;
};

struct StatementHeader {
    StatementKind kind = StatementKind::daily;
    std::string node;
    std::int64_t number = 0;
    std::string previous;  // SHA-256 of the note before, hexadecimal; empty for number 1
    std::int64_t issued_utc_s = 0;
    std::int64_t rows = 0;
    std::string root;  // of the Merkle tree over the rows, hexadecimal

    // Of a daily statement:
    ScaleIdentity scale;
    Freshness freshness;
    std::vector<StatementDay> days;  // ascending
    std::vector<Outage> outages;     // that touch the days
    bool operator==(const StatementHeader& other) const;
};

struct Statement {
    StatementHeader header;
    std::string note;             // the signed bytes, as they came
    std::vector<SaltedRow> rows;  // in key order

    // SHA-256 of the note, hexadecimal: what the next statement and the receipt name.
    [[nodiscard]] std::string digest() const;
};

// The last statement of a chain.
struct StatementHead {
    std::int64_t number = 0;  // 0: none yet
    std::string digest;       // empty then
    bool operator==(const StatementHead&) const = default;
};

// Fills in the header's rows and root, and signs. `rows` are in key order.
[[nodiscard]] Statement sign_statement(StatementHeader header, std::vector<SaltedRow> rows,
                                       const rpc::SigningKey& key);

// The file and the message: the note, an empty line, and a line a row.
[[nodiscard]] std::string encode_statement(const Statement& statement);

// Reads and checks a statement, erased rows or not, all by itself: form, limits, the signature by `key` under
// the header's node, row count and root, rows of the kind and in key order without a repeated key, day
// counts, the scale's digest. What it says of the chain (number, previous) is the caller's to judge. Refused
// with what is wrong.
[[nodiscard]] config::Result<Statement> read_statement(std::string_view bytes, const rpc::VerifyingKey& key);

// The same of bytes that were read before and kept since: whose signature it bears is not asked again.
[[nodiscard]] config::Result<Statement> read_kept_statement(std::string_view bytes);

// Reads and checks the note of a statement without its rows: form, limits, the signature by `key` under the
// header's node, the scale's digest. Refused with what is wrong.
[[nodiscard]] config::Result<StatementHeader> read_statement_note(std::string_view note,
                                                                  const rpc::VerifyingKey& key);
// The bytes of a statement with every row about the student erased: only its leaf stands there, so that the
// root and the proofs of all others still hold. Nothing if there is no such row. The bytes are of a statement
// that was read before.
[[nodiscard]] std::optional<std::string> erase_rows_of(std::string_view bytes, const StudentId& student);
// The same for rows of days before `day` of a daily statement; a roster has none.
[[nodiscard]] std::optional<std::string> erase_rows_before(std::string_view bytes, config::CivilDay day);

// Receipts: the hub's signed answer, a note over the statement's digest.
struct Receipt {
    std::string hub, node;
    std::int64_t number = 0;
    std::string statement;  // digest
    std::int64_t received_utc_s = 0;
    bool operator==(const Receipt&) const = default;
};
[[nodiscard]] std::string sign_receipt(const Receipt& receipt, const rpc::SigningKey& hub_key);
[[nodiscard]] config::Result<Receipt> read_receipt(std::string_view note, const rpc::VerifyingKey& hub_key);

}  // namespace assidu::federation
