// A CSV file as a table of a database: columns by name, NULL, and rows that turn into records or are rejected
// with a reason. The columns are Moodle's (any order, any case; unknown ones are passed over); NULL is an
// empty field, NULL or \N; texts come trimmed and without control characters, in UTF-8.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/refusal.h"
#include "node/collect/byte_source.h"
#include "node/collect/csv_header.h"
#include "node/collect/csv_reader.h"

namespace assidu::node::collect {

// One row under its header; the first thing that is wrong stays in `reason`.
class CsvRow {
  public:
    explicit CsvRow(CsvHeader header) : names_(std::move(header.names)) {}

    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] bool has(std::string_view name) const;

    bool take(const CsvRecord& record, std::string& reason);
    [[nodiscard]] std::string text(std::size_t place);
    // Empty if there is no such column.
    [[nodiscard]] std::string text(std::string_view name);
    // A whole number from `min`; nothing if the field is NULL or the column absent. False if it is something
    // else.
    bool number(std::string_view name, std::optional<std::int64_t>& number, std::string& reason,
                std::int64_t min = 1);
    // The same, but it must be there.
    bool id(std::string_view name, std::int64_t& id, std::string& reason, std::int64_t min = 1);
    bool flag(std::string_view name, bool& flag, std::string& reason);
    bool needed(std::string_view name, std::string& text_of, std::string& reason);

  private:
    std::vector<std::string> names_;
    const std::vector<std::string_view>* fields_ = nullptr;
    std::string storage_;
};

// `aliases`: other names of columns and what they stand for; `needed`: columns that must all be there.
struct CsvTable {
    std::string_view what;
    std::vector<std::pair<std::string_view, std::string_view>> aliases;
    std::vector<std::string_view> needed;
    std::vector<std::string_view> needed_one_of = {};
};

// Reads the header. Refused, naming the file, if a needed column is missing or a column stands twice.
[[nodiscard]] config::Result<CsvRow> open_csv_table(CsvReader& reader, CsvRecord& record,
                                                    const CsvTable& table);

// Reads the rows of one table; `fill(row, record, reason)` turns a row into a record or says why not.
template <class Record, class Take, class Reject, class Fill>
config::Result<void> read_csv_table(ByteSource& source, char delimiter, const CsvTable& table,
                                    const Take& take, const Reject& reject,
                                    const std::function<bool()>& goes_on, const Fill& fill) {
    CsvReader reader(source, delimiter);
    CsvRecord record;
    config::Result<CsvRow> row = open_csv_table(reader, record, table);
    if (!row) return std::unexpected(row.error());
    std::string reason;
    while ((!goes_on || goes_on()) && reader.next(record)) {
        Record entry;
        if (row->take(record, reason) && fill(*row, entry, reason))
            take(entry, record.line);
        else
            reject(record.line, reason, record.raw);
    }
    return {};
}

}  // namespace assidu::node::collect
