// From ledger rows to the cells that the parity tuple is made of.
#pragma once

#include <cstdint>

#include "federation/ledger.h"
#include "tests/bench/tuple.h"

namespace assidu::bench {

// The instant the totals hold for, later than every event of the benchmark's data: 2027-01-15.
inline constexpr std::int64_t kAsOf = 1'800'000'000;

// A cell for each activity of the row, and one for what they leave to the course itself, if that is anything.
template <class Take>
void for_each_cell(const federation::LedgerRow& row, std::int64_t user_id, Take take) {
    Cell course{user_id, row.course, 0, row.day.number, row.measured_s, row.events};
    for (const federation::ActivityShare& share : row.activities) {
        take(Cell{user_id, row.course, share.activity, row.day.number, share.measured_s, share.events});
        course.seconds -= share.measured_s;
        course.events -= share.events;
    }
    if (course.seconds != 0 || course.events != 0) take(course);
}
inline void add_cells(const federation::LedgerRow& row, std::int64_t user_id, Tuple& tuple) {
    for_each_cell(row, user_id, [&](const Cell& cell) { tuple.add(cell); });
}

}  // namespace assidu::bench
