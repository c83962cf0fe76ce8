// The body of a push (local_log_sender) as it may be kept: the columns a node reads and nothing else, one row
// a line, in a form that read_log_json() takes. What Moodle says beside them is never written to a disk:
// `other` holds settings in clear, tokens among them, and names and addresses are not needed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "node/event.h"

namespace assidu::node::collect {

struct PushedRows {
    std::string lines;      // a JSON object or string each, with its line feed
    std::int64_t rows = 0;  // of them
    // Why the body, or what of it comes behind these rows, is no array of rows; empty if it is one.
    std::string objection;
};

// `body` is any bytes. A row that is broken, in an array that is whole, gets a line too: the import says what
// is wrong with it, as it does of a row in a file. Of a body with more than limits::kPushRowsMax rows none is
// read.
[[nodiscard]] PushedRows read_push(std::string_view body);

// The line of one row.
[[nodiscard]] std::string line_of(const LogRow& row);

// JSON, whole or broken, with the values of `other`, `ip`, `username` and `useremail` emptied wherever such a
// member stands. Not longer than `json`.
[[nodiscard]] std::string redacted(std::string_view json);

}  // namespace assidu::node::collect
