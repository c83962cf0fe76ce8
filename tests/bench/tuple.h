// The parity tuple: what every program of the benchmark must agree on before its time counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace assidu::bench {

// One cell of the result: a student's seconds and events of one course, activity and civil day.
struct Cell {
    std::int64_t user_id = 0, course = 0, activity = 0, day = 0;
    std::int64_t seconds = 0, events = 0;
};

// The same four numbers whatever the order of the cells.
struct Tuple {
    std::int64_t groups = 0, seconds = 0, events = 0, checksum = 0;

    void add(const Cell& cell);
    bool operator==(const Tuple&) const = default;
};

// {"groups":1,"secs":2,"events":3,"check":4}, the way all programs of the benchmark print it.
[[nodiscard]] std::string to_json(const Tuple& tuple);
// The tuple in the last line of what a program printed; all zero if there is none.
[[nodiscard]] Tuple tuple_of(std::string_view printed);

}  // namespace assidu::bench
