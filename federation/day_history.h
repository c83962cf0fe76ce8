// The story of a student's day: every statement that spoke of it, in their order, with what it said and when
// the hub had it. What a dispute is settled with, years later, at the node and at its hub.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "federation/ledger.h"
#include "federation/statement_log.h"

namespace assidu::federation {

// What one statement said.
struct DayWord {
    std::int64_t number = 0;
    std::string digest;  // of the statement
    std::int64_t issued_utc_s = 0;
    std::int64_t supersedes = 0;  // as StatementDay
    std::string reason;
    ScaleIdentity scale;
    Freshness freshness;
    std::vector<LedgerRow> rows;  // of the student on that day, by course
    // Rows of the statement that were erased since; they may have been of this student and day.
    std::int64_t erased = 0;
    std::string receipt;        // the hub's note; empty: none yet
    bool is_set_aside = false;  // it left the chain: the hub has another of its number
};

// Of the chain, ascending, and then those that were set aside. Throws ResourceFailure where kept bytes are
// none.
[[nodiscard]] std::vector<DayWord> day_history(const StatementLog& log, const std::string& node,
                                               const StudentId& student, config::CivilDay day);

}  // namespace assidu::federation
