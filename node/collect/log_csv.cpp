#include "node/collect/log_csv.h"

#include <fmt/format.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "node/collect/csv_header.h"
#include "node/collect/csv_reader.h"
#include "node/collect/log_row_fields.h"
#include "node/collect/shape_memory.h"

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

// A whole number of digits alone, of so few that it cannot overflow.
bool is_whole(std::string_view field, std::int64_t& number) {
    constexpr std::size_t kDigitsMax = 18;
    if (field.empty() || field.size() > kDigitsMax) return false;
    number = 0;
    for (const char c : field) {
        const auto digit = static_cast<unsigned>(c - '0');
        if (digit > 9) return false;
        number = number * 10 + digit;
    }
    return true;
}

class Rows {
  public:
    Rows(const Columns& columns, RowSink& sink) : columns_(columns), sink_(sink) {}

    void take(const CsvRecord& record) {
        if (!is_record(record, columns_.count, reason_)) {
            sink_.reject(record.line, reason_, kept_of(record.raw), std::nullopt);
            return;
        }
        const bool plain = read_numbers(record);
        if (plain) {
            if (const ShapeMemory::Known* const known = shapes_.find(written_)) {
                give(*known, record.line);
                return;
            }
        }
        take_with_care(record, plain);
    }

  private:
    std::string_view field(const CsvRecord& record, LogColumn column) const {
        const std::size_t place = columns_.place[static_cast<std::size_t>(column)];
        return place == kAbsent ? std::string_view{} : record.fields[place];
    }

    // The short way for a row as nearly all are. False if anything is out of the ordinary: then nothing is
    // said of it yet.
    bool read_numbers(const CsvRecord& record) {
        for (std::size_t i = 0; i < ShapeMemory::kFields; ++i)
            written_.fields[i] = field(record, kShapeColumns[i]);
        const std::string_view real_user = field(record, LogColumn::realuserid);
        const std::string_view course = field(record, LogColumn::courseid);
        std::int64_t number = 0;
        if (!is_null(real_user) && !is_whole(real_user, number)) return false;
        written_.login_as = number != 0;
        row_.course = 0;
        return is_whole(field(record, LogColumn::id), row_.id) && row_.id > 0 &&
               is_whole(field(record, LogColumn::timecreated), row_.time_s) && row_.time_s > 0 &&
               row_.time_s <= kTimeMax && is_whole(field(record, LogColumn::userid), row_.user_id) &&
               is_whole(field(record, LogColumn::contextinstanceid), instance_) &&
               (is_null(course) || is_whole(course, row_.course));
    }

    void give(const ShapeMemory::Known& known, std::uint64_t line) {
        row_.activity = known.shape.context_level == kModuleContext ? instance_ : 0;
        sink_.accept_alike(row_, known.shape, known.number, line);
    }

    // The long way, which finds the words for what is wrong.
    void take_with_care(const CsvRecord& record, bool plain) {
        for (std::size_t i = 0; i < kLogColumns; ++i) {
            const std::size_t place = columns_.place[i];
            if (place == kAbsent) continue;
            const std::string_view field = record.fields[place];
            values_[i] = {is_null(field) ? LogValue::State::null : LogValue::State::text, field};
        }
        LogRow row;
        if (!read_log_row(values_, row, reason_)) {
            sink_.reject(record.line, reason_, kept_of(record.raw), user_of(values_));
            return;
        }
        if (plain) {
            if (const ShapeMemory::Known* const known = shapes_.remember(written_, row.shape)) {
                give(*known, record.line);
                return;
            }
        }
        sink_.accept(row, record.line);
    }

    static constexpr std::array<LogColumn, ShapeMemory::kFields> kShapeColumns = {
        LogColumn::eventname, LogColumn::component, LogColumn::action,
        LogColumn::target,    LogColumn::crud,      LogColumn::contextlevel,
        LogColumn::origin,    LogColumn::anonymous, LogColumn::edulevel};

    const Columns& columns_;
    RowSink& sink_;
    ShapeMemory shapes_;
    ShapeMemory::Written written_;
    LogRow row_;
    std::int64_t instance_ = 0;
    LogValues values_;
    std::string reason_;
};

}  // namespace

config::Result<void> read_log_csv(ByteSource& source, char delimiter, RowSink& sink) {
    CsvReader reader(source, delimiter);
    CsvRecord record;
    const config::Result<CsvHeader> header = read_header(reader, record, lower_name);
    if (!header) return std::unexpected(header.error());
    const config::Result<Columns> columns = columns_of(*header, source.name());
    if (!columns) return std::unexpected(columns.error());

    std::vector<bool> unread(columns->count, true);
    for (const std::size_t place : columns->place) {
        if (place != kAbsent) unread[place] = false;
    }
    reader.pass_over(std::move(unread));
    Rows rows(*columns, sink);
    while (sink.wants_more() && reader.next(record))
        rows.take(record);
    return {};
}

}  // namespace assidu::node::collect
