// What a hub received of a node, out of and into the ledger's file: days side by side
// (federation/received_day.h). Everything here runs inside the caller's translating_errors(), and what writes
// inside its transaction.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "federation/ledger.h"
#include "federation/prepared.h"
#include "federation/received_day.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

// The received rows of a query by student, day and course, ascending. Holds the days of the query, some
// twenty bytes a row. Throws ResourceFailure where they are damaged.
class ReceivedRows {
  public:
    ReceivedRows(SQLite::Database& database, const LedgerQuery& query);

    // Moves to the next row, the first one at first; false at the end.
    [[nodiscard]] bool next();
    [[nodiscard]] const LedgerRow& row() const { return open_.back()->row(); }

  private:
    void read_students(SQLite::Database& database, const LedgerQuery& query);
    bool to_next(DayReader& day) const;

    std::unordered_map<std::int64_t, StudentId> students_;  // by key; of a query of one student, that one
    bool all_students_ = true;
    std::vector<std::unique_ptr<DayReader>> open_;  // a heap, but for the last, which stands at row()
    bool is_begun_ = false;
};

// As Ledger::days().
[[nodiscard]] bool received_days(SQLite::Database& database, const LedgerQuery& query,
                                 const std::function<void(const DaySums&)>& visit);

// Puts a day in the place of what was received of it. Without rows there is nothing of it then.
void put_received_day(Prepared& sql, std::int64_t node, std::int64_t scale, config::CivilDay day,
                      std::span<const std::int64_t> students, std::span<const LedgerRow> rows);

// The students, by key, who have a received row under a scale.
[[nodiscard]] std::vector<std::int64_t> received_students(SQLite::Database& database, const std::string& node,
                                                          const std::string& scale_sha256);

// Takes a student's rows out of every day, or all rows of days before `day`: how many those were.
std::int64_t erase_received_student(SQLite::Database& database, std::int64_t node, std::int64_t student);
std::int64_t erase_received_before(SQLite::Database& database, std::int64_t node, config::CivilDay day);

}  // namespace assidu::federation
