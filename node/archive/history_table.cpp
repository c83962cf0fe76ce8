#include "node/archive/history_table.h"

#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <unordered_set>

namespace assidu::node::archive {
namespace {

HeldRow held_of(SQLite::Statement& select, std::size_t columns) {
    HeldRow held;
    held.row.id = select.getColumn(0).getInt64();
    held.from_utc_s = select.getColumn(1).getInt64();
    if (!select.getColumn(2).isNull()) held.to_utc_s = select.getColumn(2).getInt64();
    held.row.values.reserve(columns);
    for (std::size_t i = 0; i < columns; ++i)
        held.row.values.push_back(select.getColumn(static_cast<int>(i) + 3).getString());
    return held;
}

}  // namespace

std::string HistoryTable::select() const {
    return fmt::format("SELECT id, valid_from, valid_to, {} FROM {}", fmt::join(shape_.columns, ", "),
                       shape_.table);
}

std::optional<HeldRow> HistoryTable::latest(const std::string& source, std::int64_t id) const {
    SQLite::Statement latest(database_, select() + " WHERE source=? AND id=? ORDER BY valid_from DESC LIMIT 1");
    latest.bind(1, source);
    latest.bind(2, id);
    if (!latest.executeStep()) return std::nullopt;
    return held_of(latest, shape_.columns.size());
}

std::vector<HeldRow> HistoryTable::history(const std::string& source, std::int64_t id) const {
    SQLite::Statement all(database_, select() + " WHERE source=? AND id=? ORDER BY valid_from");
    all.bind(1, source);
    all.bind(2, id);
    std::vector<HeldRow> history;
    while (all.executeStep())
        history.push_back(held_of(all, shape_.columns.size()));
    return history;
}

void HistoryTable::visit(const std::string& source, bool latest_only,
                         const std::function<void(const HeldRow&)>& take, std::string_view where,
                         std::int64_t value) const {
    const std::string condition = where.empty() ? "" : fmt::format(" AND {}", where);
    SQLite::Statement all(database_,
                          select() + " WHERE source=?" + condition + " ORDER BY id, valid_from");
    all.bind(1, source);
    if (!where.empty()) all.bind(2, value);
    std::optional<HeldRow> waiting;
    while (all.executeStep()) {
        HeldRow held = held_of(all, shape_.columns.size());
        if (!latest_only) {
            take(held);
            continue;
        }
        if (waiting && waiting->row.id != held.row.id) take(*waiting);
        waiting = std::move(held);
    }
    if (waiting) take(*waiting);
}

std::int64_t HistoryTable::put(const std::string& source, std::span<const HistoryRow> rows,
                               std::int64_t seen_utc_s, const std::optional<IdRange>& all_of) {
    std::int64_t changes = 0;
    std::unordered_set<std::int64_t> seen;
    for (const HistoryRow& row : rows) {
        if (row.values.size() != shape_.columns.size())
            throw std::logic_error(fmt::format("a row of {} with {} values", shape_.table, row.values.size()));
        if (all_of) seen.insert(row.id);
        const auto known = latest(source, row.id);
        const bool open = known && !known->to_utc_s;
        if (open && known->row.values == row.values) continue;
        // Within one second, or after the clock went back, the word of that interval is put right.
        std::int64_t from = known ? std::max(seen_utc_s, known->to_utc_s.value_or(known->from_utc_s))
                                  : seen_utc_s;
        if (open) end(source, *known, from);
        begin(source, row, from);
        ++changes;
    }
    if (!all_of) return changes;
    SQLite::Statement standing(database_, fmt::format("SELECT id, valid_from FROM {} WHERE source=? AND id>? AND "
                                                      "id<=? AND valid_to IS NULL",
                                                      shape_.table));
    standing.bind(1, source);
    standing.bind(2, all_of->after);
    standing.bind(3, all_of->upto);
    std::vector<HeldRow> gone;
    while (standing.executeStep()) {
        HeldRow held;
        held.row.id = standing.getColumn(0).getInt64();
        held.from_utc_s = standing.getColumn(1).getInt64();
        if (!seen.contains(held.row.id)) gone.push_back(std::move(held));
    }
    for (const HeldRow& held : gone)
        end(source, held, std::max(seen_utc_s, held.from_utc_s));
    return changes + static_cast<std::int64_t>(gone.size());
}

void HistoryTable::end(const std::string& source, const HeldRow& held, std::int64_t seen_utc_s) {
    SQLite::Statement update(database_,
                             fmt::format("UPDATE {} SET valid_to=? WHERE source=? AND id=? AND valid_from=?",
                                         shape_.table));
    update.bind(1, seen_utc_s);
    update.bind(2, source);
    update.bind(3, held.row.id);
    update.bind(4, held.from_utc_s);
    update.exec();
}

void HistoryTable::begin(const std::string& source, const HistoryRow& row, std::int64_t from_utc_s) {
    std::string places;
    for (std::size_t i = 0; i < shape_.columns.size(); ++i)
        places += ",?";
    SQLite::Statement insert(database_,
                             fmt::format("INSERT OR REPLACE INTO {} (source, id, valid_from, valid_to, {}) VALUES "
                                         "(?,?,?,NULL{})",
                                         shape_.table, fmt::join(shape_.columns, ", "), places));
    insert.bind(1, source);
    insert.bind(2, row.id);
    insert.bind(3, from_utc_s);
    int index = 4;
    for (const std::string& value : row.values)
        insert.bind(index++, value);
    insert.exec();
}

}  // namespace assidu::node::archive
