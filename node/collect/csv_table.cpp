#include "node/collect/csv_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/limits.h"
#include "node/collect/text.h"

namespace assidu::node::collect {

bool CsvRow::has(std::string_view name) const {
    return std::ranges::find(names_, name) != names_.end();
}

bool CsvRow::take(const CsvRecord& record, std::string& reason) {
    fields_ = &record.fields;
    return is_record(record, names_.size(), reason);
}

std::string CsvRow::text(std::size_t place) {
    const std::string_view field = trimmed((*fields_)[place]);
    if (field == "NULL" || field == "\\N") return {};
    return cleaned(decoded(field, storage_), config::limits::kRecordBytesMax);
}

std::string CsvRow::text(std::string_view name) {
    const auto found = std::ranges::find(names_, name);
    return found == names_.end() ? std::string{} : text(static_cast<std::size_t>(found - names_.begin()));
}

bool CsvRow::number(std::string_view name, std::optional<std::int64_t>& number, std::string& reason,
                    std::int64_t min) {
    number.reset();
    const std::string field = text(name);
    if (field.empty()) return true;
    std::int64_t value = 0;
    const char* const end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, value);
    if (error != std::errc{} || stop != end || value < min) {
        reason = fmt::format("{} is not a number from {}: {}", name, min, shown(field));
        return false;
    }
    number = value;
    return true;
}

bool CsvRow::id(std::string_view name, std::int64_t& id, std::string& reason, std::int64_t min) {
    std::optional<std::int64_t> value;
    if (!number(name, value, reason, min)) return false;
    if (!value) {
        reason = fmt::format("{} is empty", name);
        return false;
    }
    id = *value;
    return true;
}

bool CsvRow::flag(std::string_view name, bool& flag, std::string& reason) {
    const std::string field = text(name);
    flag = field == "1";
    if (field.empty() || field == "0" || field == "1") return true;
    reason = fmt::format("{} is not 0 or 1: {}", name, shown(field));
    return false;
}

bool CsvRow::needed(std::string_view name, std::string& text_of, std::string& reason) {
    text_of = text(name);
    if (text_of.empty()) reason = fmt::format("{} is empty", name);
    return !text_of.empty();
}

config::Result<CsvRow> open_csv_table(CsvReader& reader, CsvRecord& record, const CsvTable& table) {
    config::Result<CsvHeader> header = read_header(reader, record, lower_name);
    if (!header) return std::unexpected(header.error());
    const std::string& file = reader.source().name();
    std::vector<std::string>& names = header->names;
    // An alias only where the column itself is absent: a join may have both an id of its own and a cmid.
    for (const auto& [alias, name] : table.aliases) {
        if (std::ranges::find(names, name) != names.end()) continue;
        const auto found = std::ranges::find(names, alias);
        if (found != names.end()) *found = name;
    }
    for (auto at = names.begin(); at != names.end(); ++at)
        if (!at->empty() && std::find(names.begin(), at, *at) != at)
            return config::refuse(fmt::format("{}: the column {} stands twice", file, shown(*at)));
    CsvRow row(std::move(*header));
    for (const std::string_view name : table.needed)
        if (!row.has(name))
            return config::refuse(fmt::format("{}: {} need a column {}", file, table.what, name));
    const auto present = [&row](std::string_view name) { return row.has(name); };
    if (!table.needed_one_of.empty() && std::ranges::none_of(table.needed_one_of, present))
        return config::refuse(
            fmt::format("{}: {} need a column {}", file, table.what, fmt::join(table.needed_one_of, " or ")));
    return row;
}

}  // namespace assidu::node::collect
