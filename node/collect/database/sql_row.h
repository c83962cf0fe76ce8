// One row that a database gave: bytes by column. What they mean is asked column by column, and an answer that
// makes no sense is refused with the column's name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::node::collect::database {

// Valid during the call that it is handed to. Both databases are asked for values as text: numbers come in
// decimal, whatever the width of their column.
class SqlRow {
  public:
    using Cell = std::optional<std::string_view>;  // nothing: NULL

    SqlRow(std::span<const std::string> names, std::span<const Cell> cells) : names_(names), cells_(cells) {}

    [[nodiscard]] std::size_t size() const { return cells_.size(); }
    [[nodiscard]] const std::string& name(std::size_t column) const { return names_[column]; }
    [[nodiscard]] bool is_null(std::size_t column) const { return !cells_[column]; }
    // The bytes as they came; empty for NULL.
    [[nodiscard]] std::string_view bytes(std::size_t column) const {
        return cells_[column].value_or(std::string_view{});
    }

    // Refused if it is NULL, no whole number in decimal, or out of range.
    [[nodiscard]] config::Result<std::int64_t> whole(
        std::size_t column, std::int64_t min = std::numeric_limits<std::int64_t>::min(),
        std::int64_t max = std::numeric_limits<std::int64_t>::max()) const;
    // The same with a value for NULL.
    [[nodiscard]] config::Result<std::int64_t> whole_or(
        std::size_t column, std::int64_t if_null, std::int64_t min = std::numeric_limits<std::int64_t>::min(),
        std::int64_t max = std::numeric_limits<std::int64_t>::max()) const;
    // Refused if it is longer than `bytes_max` or no UTF-8, or has a NUL byte. NULL is empty. Line ends and
    // other control characters may be in it: Moodle's texts have them.
    [[nodiscard]] config::Result<std::string_view> text(std::size_t column, std::size_t bytes_max) const;

  private:
    std::span<const std::string> names_;
    std::span<const Cell> cells_;
};

}  // namespace assidu::node::collect::database
