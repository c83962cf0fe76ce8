// A day of a member as its hub keeps it: the rows of the statement that spoke of it last, side by side.
//
// A node's own rows lie by student, because they are computed by student. A hub takes days in and adds days
// up: by student, each day would touch a page of each of them, and the more history there is, the more pages.
// Format: docs/formats/ledger.md.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "federation/ledger.h"
#include "federation/varint.h"

namespace assidu::federation {

// As it is stored: what sums need, and the rest of the rows.
struct ReceivedDay {
    std::string cells, details;
};

// `rows` are of one day, in the order of the statement; students[i] is the key of the student of rows[i] in
// the table of students.
[[nodiscard]] ReceivedDay encode_day(std::span<const std::int64_t> students, std::span<const LedgerRow> rows);

// What the first part says. Reading throws ResourceFailure where the bytes are damaged.
struct DayCells {
    std::vector<CourseTotals> courses;     // by course, ascending
    std::vector<std::int64_t> students;    // a key each row
    std::vector<std::uint32_t> course_of;  // a place in `courses` each row
};
void decode_cells(std::string_view bytes, DayCells& cells);

// The rows of a day, one after the other. Throws ResourceFailure where the bytes are damaged.
class DayReader {
  public:
    DayReader(config::CivilDay day, std::string_view cells, std::string details);
    DayReader(const DayReader&) = delete;
    DayReader& operator=(const DayReader&) = delete;

    // Moves to the next row, the first one at first; false at the end.
    [[nodiscard]] bool next();
    // The key of the row's student; the row does not hold the student itself.
    [[nodiscard]] std::int64_t student() const { return cells_.students[at_ - 1]; }
    [[nodiscard]] LedgerRow& row() { return row_; }

  private:
    [[nodiscard]] std::optional<std::int64_t> instant();

    DayCells cells_;
    std::string details_;
    VarintReader reader_;
    std::size_t at_ = 0;
    LedgerRow row_;
};

}  // namespace assidu::federation
