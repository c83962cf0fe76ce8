#include "node/collect/log_csv.h"

#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "node/collect/csv_header.h"
#include "node/collect/csv_reader.h"
#include "node/collect/log_row_fields.h"

namespace assidu::node::collect {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

// Where each known column stands in a record.
struct Columns {
    std::size_t count = 0;
    std::array<std::size_t, kLogColumns> place{};
};

config::Result<Columns> columns_of(const CsvHeader& header, const std::string& file) {
    Columns columns;
    columns.count = header.names.size();
    columns.place.fill(kAbsent);
    for (std::size_t i = 0; i < header.names.size(); ++i) {
        const std::optional<LogColumn> column = log_column(header.names[i]);
        if (!column) continue;
        std::size_t& place = columns.place[static_cast<std::size_t>(*column)];
        if (place != kAbsent)
            return config::refuse(fmt::format("{}: the column {} stands twice", file, name_of(*column)));
        place = i;
    }
    std::string missing;
    for (std::size_t i = 0; i < kLogColumnsRequired; ++i) {
        if (columns.place[i] != kAbsent) continue;
        if (!missing.empty()) missing += ", ";
        missing += name_of(static_cast<LogColumn>(i));
    }
    if (!missing.empty())
        return config::refuse(
            fmt::format("{}: no column {}: without it the time would be counted wrongly; export the table "
                        "with all its columns",
                        file, missing));
    return columns;
}

bool is_null(std::string_view field) {
    return field.empty() || field == "NULL" || field == "\\N";
}

// Changes of a Moodle's settings stand in the log with their values in clear, and in a broken record nobody
// knows which field is which.
std::string_view kept_of(std::string_view record) {
    return record.contains("config_log") ? "(not kept: it may hold a setting in clear)" : record;
}

}  // namespace

config::Result<void> read_log_csv(ByteSource& source, char delimiter, RowSink& sink) {
    CsvReader reader(source, delimiter);
    CsvRecord record;
    const config::Result<CsvHeader> header = read_header(reader, record, lower_name);
    if (!header) return std::unexpected(header.error());
    const config::Result<Columns> columns = columns_of(*header, source.name());
    if (!columns) return std::unexpected(columns.error());

    LogRow row;
    LogValues values;
    std::string reason;
    while (sink.wants_more() && reader.next(record)) {
        if (!is_record(record, columns->count, reason)) {
            sink.reject(record.line, reason, kept_of(record.raw), std::nullopt);
            continue;
        }
        for (std::size_t i = 0; i < kLogColumns; ++i) {
            const std::size_t place = columns->place[i];
            if (place == kAbsent) continue;
            const std::string_view field = record.fields[place];
            values[i] = {is_null(field) ? LogValue::State::null : LogValue::State::text, field};
        }
        if (read_log_row(values, row, reason))
            sink.accept(row, record.line);
        else
            sink.reject(record.line, reason, kept_of(record.raw), user_of(values));
    }
    return {};
}

}  // namespace assidu::node::collect
