// What must be true of a pool, worked out in the simplest way, with none of the code under test: what
// happened at each university by day, and what a chain of statements says, read as the format's page has it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "config/civil_calendar.h"
#include "federation/ledger.h"

namespace assidu::simulation {

// What was found to be wrong; the run ends.
class Divergence : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// Rows of a day: student (32 hexadecimal digits) and course, to measured seconds and events.
using DayRows = std::map<std::pair<std::string, std::int64_t>, std::pair<std::int64_t, std::int64_t>>;
using Rows = std::map<config::CivilDay, DayRows>;

// What happened at a university.
struct Truth {
    Rows rows;
    std::set<std::string> students;  // that ever had a row
    std::int64_t events = 0;         // that ever happened
    std::int64_t changes = 0;        // of the rows
    config::CivilDay last{};         // the day of the last event
    bool has_any = false;

    // The totals as a computation from the events would hand them to a ledger: of every student, those who
    // have none any more included.
    [[nodiscard]] std::vector<federation::StudentLedger> totals() const;
};

// The rows that a chain of statements leaves, each day by its last word. Throws Divergence where the chain
// has a hole or does not hold together.
[[nodiscard]] Rows replayed(const std::vector<std::string>& statements);

// Days without a row are left out of both. Throws Divergence naming the first day that differs.
void expect_same(const Rows& expected, const Rows& found, const std::string& what);

[[nodiscard]] Rows rows_of(const federation::Ledger& ledger, const std::string& node,
                           const std::string& scale_sha256);

}  // namespace assidu::simulation
