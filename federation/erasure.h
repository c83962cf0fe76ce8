// Deleting from a node's ledger what it may not keep any longer: one student, or all that is older than a day.
// Statements keep their notes, numbers and roots; of an erased row only its leaf stays, so that the proofs of
// all others hold (docs/formats/statement.md).
//
// Every function is one transaction, synced on return, may be repeated, and may throw ResourceFailure. Of the
// bytes nothing remains after wipe_deleted() (sqlite_store.h).
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <string>

#include "federation/ledger.h"

namespace assidu::federation {

struct ErasedFromLedger {
    std::int64_t rows = 0, sessions = 0;
    std::int64_t statements = 0;  // in which rows were erased
    std::int64_t reports = 0;     // of the register: the paths of their files name the student
    bool operator==(const ErasedFromLedger&) const = default;
};

// A student of the node, under every scale: totals, sessions, dropped counts, rows of statements and of the
// roster, the secret of their salts, and the reports about them in the register.
[[nodiscard]] ErasedFromLedger erase_student(SQLite::Database& file, const std::string& node,
                                             const StudentId& student);

// Says that events of the node before `day` are about to be deleted: totals of those days stay as they are from
// now on. A horizon never goes back.
void keep_totals_before(SQLite::Database& file, const std::string& node, config::CivilDay day,
                        std::int64_t day_begin_s);

// Totals of the node on days before `day`, which begins at `day_begin_s`, under every scale, and what
// statements say of those days. What was declared of them is not declared again. Sessions go that ended
// before.
[[nodiscard]] ErasedFromLedger erase_totals_before(SQLite::Database& file, const std::string& node,
                                                   config::CivilDay day, std::int64_t day_begin_s);

}  // namespace assidu::federation
