// Which cells of a table must not be shown. A cell of fewer than k students, and more than none, is hidden
// (primary suppression); since the total of the table is shown, what the hidden cells have together could be
// computed from it, so more are hidden until that speaks of k students or more, and of at least two cells
// (complementary suppression). That nobody is in a cell is shown: it speaks of nobody.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace assidu::reports {

// The students of a cell, as their places in the group: each once, ascending.
using CellStudents = std::vector<std::uint32_t>;

// Whether each of the cells is hidden. `forced`: cells that are hidden in any case; empty: none.
[[nodiscard]] std::vector<bool> hidden_cells(const std::vector<CellStudents>& cells, std::size_t k,
                                             std::vector<bool> forced = {});

// Counts of which each is of a part of the one before (inactive for 7, 14, 21 days), out of `all`: hidden
// where a count, what it leaves of all, or what it leaves of the last one shown is of 1 to k - 1 students.
[[nodiscard]] std::vector<bool> hidden_counts(const std::vector<std::int64_t>& counts, std::int64_t all,
                                              std::int64_t k);

}  // namespace assidu::reports
