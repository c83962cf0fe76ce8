// Where the readers of files put what they read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "node/event.h"

namespace assidu::node::collect {

class RowSink {
  public:
    RowSink() = default;
    RowSink(const RowSink&) = delete;
    RowSink& operator=(const RowSink&) = delete;
    virtual ~RowSink() = default;

    // A row that reads well. The sink may take the row's contents away.
    virtual void accept(LogRow& row, std::uint64_t line) = 0;
    // The same from a reader that remembers shapes: `row.shape` is not filled, `shape` is what it would be.
    // Within one reading, rows of one `number` have one shape; numbers count from 0 and stay small. A sink
    // that has to look shapes up overrides this, and looks each up once.
    virtual void accept_alike(LogRow& row, const EventShape& shape, std::size_t number, std::uint64_t line) {
        (void)number;
        row.shape = shape;
        accept(row, line);
    }
    // A record that gives no event: why, in words for a person, and the record as it stands in the file.
    // `user_id`: whose row it is, where that much can be read of it.
    virtual void reject(std::uint64_t line, std::string_view reason, std::string_view record,
                        std::optional<std::int64_t> user_id) = 0;
    // False asks the reader to stop after the row it is at (Ctrl-C, --strict).
    [[nodiscard]] virtual bool wants_more() const = 0;
};

}  // namespace assidu::node::collect
