#include "node/archive/collection.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "federation/sqlite_store.h"
#include "node/archive/collector_state.h"
#include "node/archive/event_block.h"
#include "node/archive/id_set.h"

namespace assidu::node::archive {
namespace {

using federation::in_transaction;
using federation::translating_errors;

constexpr std::int64_t kHourSeconds = 3'600, kHoursADay = 24;
constexpr std::array<std::string_view, kFates> kFateNames{
    "archived",       "nobody",   "guest",       "excluded", "not_selected",
    "unknown_person", "rejected", "quarantined", "conflict", "erased"};

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
    return a / b - (a % b < 0 ? 1 : 0);
}

std::string_view blob(const SQLite::Column& column) {
    return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

class SqliteCollection final : public Collection {
  public:
    SqliteCollection(SQLite::Database& database, Archive& archive) : database_(database), archive_(archive) {}

    CollectorState state(SourceKey source) const override {
        return translating_errors(database_, [&] {
            SQLite::Statement select(database_, "SELECT state FROM collector WHERE source=?");
            select.bind(1, source);
            if (!select.executeStep()) return CollectorState{};
            auto state = collector_state_of(select.getColumn(0).getString());
            if (!state) damaged("the state of the collector");
            return std::move(*state);
        });
    }

    void put_state(SourceKey source, const CollectorState& state) override {
        translating_errors(database_, [&] { write_state(source, state); });
    }

    std::vector<std::optional<Fate>> fates(SourceKey source,
                                           std::span<const std::int64_t> ids) const override {
        return translating_errors(database_, [&] {
            std::vector<std::optional<Fate>> found;
            found.reserve(ids.size());
            std::map<std::int64_t, Chunk> chunks;
            for (const std::int64_t id : ids)
                found.push_back(chunk_of(chunks, source, id).fate_of(id));
            return found;
        });
    }

    std::int64_t first_missing(SourceKey source, std::int64_t after, std::int64_t up_to) const override {
        return translating_errors(database_, [&] {
            for (std::int64_t first = after + 1; first <= up_to;) {
                const std::int64_t last = std::min(up_to, last_of_chunk(first));
                if (const auto missing = united(source, first).first_missing(first, last)) return *missing;
                first = last + 1;
            }
            return std::max(up_to, after) + 1;
        });
    }

    std::int64_t count_missing(SourceKey source, std::int64_t after, std::int64_t up_to) const override {
        return translating_errors(database_, [&] {
            if (up_to <= after) return std::int64_t{0};
            // From chunk to chunk that is there: between two of them may lie more ids than anybody can count.
            std::int64_t missing = up_to - after;
            SQLite::Statement select(
                database_, "SELECT DISTINCT chunk FROM collected WHERE source=? AND chunk BETWEEN ? AND ?");
            select.bind(1, source);
            select.bind(2, IdChunk::chunk_of(after + 1));
            select.bind(3, IdChunk::chunk_of(up_to));
            while (select.executeStep()) {
                const std::int64_t begin = select.getColumn(0).getInt64() << IdChunk::kBits;
                const std::int64_t first = std::max(after + 1, begin);
                missing -= united(source, begin).count(first, std::min(up_to, last_of_chunk(begin)));
            }
            return missing;
        });
    }

    std::int64_t count(SourceKey source, Fate fate) const override {
        return translating_errors(database_, [&] {
            SQLite::Statement select(
                database_, "SELECT coalesce(sum(rows),0) FROM collected_hour WHERE source=? AND fate=?");
            select.bind(1, source);
            select.bind(2, static_cast<int>(fate));
            select.executeStep();
            return select.getColumn(0).getInt64();
        });
    }

    Appended take(
        SourceKey source, const CollectedPage& page, std::int64_t intake,
        const std::function<std::map<std::string, std::int64_t>(const Appended&)>& counts) override {
        return archive_.append(source, page.events, intake, [&](const Appended& appended) {
            std::vector<CollectedRow> rows = page.rows;
            for (const std::size_t at : appended.conflicts) {
                const Event& event = page.events[at].event;
                rows.push_back({event.id, event.time_s, Fate::conflict});
            }
            note(source, rows);
            keep(source, page);
            write_state(source, page.state);
            return counts(appended);
        });
    }

    std::optional<std::int64_t> twin(SourceKey source, const StudentEvent& event) const override {
        return translating_errors(database_, [&]() -> std::optional<std::int64_t> {
            const std::int64_t day = utc_day(event.event.time_s);
            SQLite::Statement select(database_,
                                     "SELECT events FROM block WHERE source=? AND user_id=? AND utc_day=?");
            select.bind(1, source);
            select.bind(2, event.user_id);
            select.bind(3, day);
            if (!select.executeStep()) return std::nullopt;
            std::vector<Event> events;
            if (!decode_block(day, blob(select.getColumn(0)), events)) damaged("a block of events");
            const auto& shapes = archive_.shapes();
            const auto name = [&](ShapeKey key) -> const std::string& {
                return shapes.at(static_cast<std::size_t>(key)).eventname;
            };
            const auto found = std::ranges::find_if(events, [&](const Event& other) {
                return other.time_s == event.event.time_s && other.course != event.event.course &&
                       other.id < event.event.id && name(other.shape) == name(event.event.shape);
            });
            if (found == events.end()) return std::nullopt;
            return found->id;
        });
    }

    std::map<std::int64_t, HourOfSource> hours(SourceKey source, std::int64_t from_hour,
                                               std::int64_t to_hour) const override {
        return translating_errors(database_, [&] {
            std::map<std::int64_t, HourOfSource> found;
            SQLite::Statement select(
                database_,
                "SELECT utc_hour, sum(rows), min(min_id), max(max_id) FROM collected_hour WHERE source=? AND "
                "utc_hour>=? AND utc_hour<? GROUP BY utc_hour");
            select.bind(1, source);
            select.bind(2, from_hour);
            select.bind(3, to_hour);
            while (select.executeStep())
                found[select.getColumn(0).getInt64()] = {select.getColumn(1).getInt64(),
                                                         select.getColumn(2).getInt64(),
                                                         select.getColumn(3).getInt64()};
            return found;
        });
    }

    std::map<std::int64_t, std::array<std::int64_t, kFates>> days(SourceKey source) const override {
        return translating_errors(database_, [&] {
            std::map<std::int64_t, std::array<std::int64_t, kFates>> found;
            SQLite::Statement select(database_,
                                     "SELECT utc_hour, fate, rows FROM collected_hour WHERE source=?");
            select.bind(1, source);
            while (select.executeStep()) {
                const auto fate = static_cast<std::size_t>(select.getColumn(1).getInt64());
                if (fate < kFates)
                    found[floor_div(select.getColumn(0).getInt64(), kHoursADay)].at(fate) +=
                        select.getColumn(2).getInt64();
            }
            return found;
        });
    }

    void reclaim(SourceKey source, std::span<const std::int64_t> users) override {
        if (users.empty()) return;
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                // Whatever was looked for before, it is looked for again from the begin.
                SQLite::Statement put(database_, "INSERT OR REPLACE INTO reclaim VALUES (?,?,0)");
                for (const std::int64_t user : users) {
                    put.bind(1, source);
                    put.bind(2, user);
                    put.exec();
                    put.reset();
                }
            });
        });
    }

    std::map<std::int64_t, std::int64_t> reclaims(SourceKey source) const override {
        return translating_errors(database_, [&] {
            std::map<std::int64_t, std::int64_t> found;
            SQLite::Statement select(database_, "SELECT user_id, up_to_id FROM reclaim WHERE source=?");
            select.bind(1, source);
            while (select.executeStep())
                found[select.getColumn(0).getInt64()] = select.getColumn(1).getInt64();
            return found;
        });
    }

    void reclaimed(SourceKey source, std::int64_t user_id, std::optional<std::int64_t> up_to_id) override {
        translating_errors(database_, [&] {
            SQLite::Statement change(
                database_, up_to_id ? "UPDATE reclaim SET up_to_id=?3 WHERE source=?1 AND user_id=?2"
                                    : "DELETE FROM reclaim WHERE source=?1 AND user_id=?2");
            change.bind(1, source);
            change.bind(2, user_id);
            if (up_to_id) change.bind(3, *up_to_id);
            change.exec();
        });
    }

    std::vector<QuarantinedRow> quarantine(SourceKey source, std::int64_t after_id,
                                           std::size_t most) const override {
        return translating_errors(database_, [&] {
            std::vector<QuarantinedRow> found;
            SQLite::Statement select(database_,
                                     "SELECT id, user_id, time_s, course, activity, shape, twin FROM "
                                     "quarantine WHERE source=? AND "
                                     "id>? ORDER BY id LIMIT ?");
            select.bind(1, source);
            select.bind(2, after_id);
            select.bind(3, static_cast<std::int64_t>(most));
            while (select.executeStep()) {
                QuarantinedRow row;
                row.event.user_id = select.getColumn(1).getInt64();
                row.event.event = {select.getColumn(2).getInt64(), select.getColumn(0).getInt64(),
                                   select.getColumn(3).getInt64(), select.getColumn(4).getInt64(),
                                   static_cast<ShapeKey>(select.getColumn(5).getInt64())};
                if (!select.getColumn(6).isNull()) row.twin = select.getColumn(6).getInt64();
                found.push_back(row);
            }
            return found;
        });
    }

  private:
    // The fates of the ids of one chunk.
    struct Chunk {
        std::array<IdChunk, kFates> ids;
        std::array<bool, kFates> changed{};

        [[nodiscard]] std::optional<Fate> fate_of(std::int64_t id) const {
            for (std::size_t fate = 0; fate < kFates; ++fate) {
                if (ids.at(fate).contains(id)) return static_cast<Fate>(fate);
            }
            return std::nullopt;
        }
    };

    static std::int64_t last_of_chunk(std::int64_t id) {
        return ((IdChunk::chunk_of(id) + 1) << IdChunk::kBits) - 1;
    }

    Chunk load(SourceKey source, std::int64_t number) const {
        Chunk chunk;
        SQLite::Statement select(database_, "SELECT fate, ids FROM collected WHERE source=? AND chunk=?");
        select.bind(1, source);
        select.bind(2, number);
        while (select.executeStep()) {
            const auto fate = static_cast<std::size_t>(select.getColumn(0).getInt64());
            auto ids = IdChunk::parse(blob(select.getColumn(1)));
            if (fate >= kFates || !ids) damaged("the ids that were collected");
            chunk.ids.at(fate) = std::move(*ids);
        }
        return chunk;
    }

    Chunk& chunk_of(std::map<std::int64_t, Chunk>& chunks, SourceKey source, std::int64_t id) const {
        const std::int64_t number = IdChunk::chunk_of(id);
        const auto found = chunks.find(number);
        return found != chunks.end() ? found->second
                                     : chunks.emplace(number, load(source, number)).first->second;
    }

    IdChunk united(SourceKey source, std::int64_t id) const {
        Chunk chunk = load(source, IdChunk::chunk_of(id));
        for (std::size_t fate = 1; fate < kFates; ++fate)
            chunk.ids.front().unite(chunk.ids.at(fate));
        return std::move(chunk.ids.front());
    }

    void write_state(SourceKey source, const CollectorState& state) {
        SQLite::Statement put(database_, "INSERT OR REPLACE INTO collector VALUES (?,?)");
        put.bind(1, source);
        put.bind(2, json_of(state));
        put.exec();
    }

    // Gives rows their fate, or another than they had, and counts them under it.
    void note(SourceKey source, std::span<const CollectedRow> rows) {
        struct Change {
            std::int64_t rows = 0, min_id = INT64_MAX, max_id = INT64_MIN;
        };
        std::map<std::int64_t, Chunk> chunks;
        std::map<std::pair<std::int64_t, std::size_t>, Change> changes;
        bool moved = false;
        for (const CollectedRow& row : rows) {
            Chunk& chunk = chunk_of(chunks, source, row.id);
            const std::int64_t hour = floor_div(row.time_s, kHourSeconds);
            const auto fate = static_cast<std::size_t>(row.fate);
            if (const auto before = chunk.fate_of(row.id)) {
                const auto old = static_cast<std::size_t>(*before);
                if (old == fate) continue;
                chunk.ids.at(old).remove(row.id);
                chunk.changed.at(old) = true;
                --changes[{hour, old}].rows;
                moved = true;
            }
            chunk.ids.at(fate).add(row.id);
            chunk.changed.at(fate) = true;
            Change& change = changes[{hour, fate}];
            ++change.rows;
            change.min_id = std::min(change.min_id, row.id);
            change.max_id = std::max(change.max_id, row.id);
        }
        for (auto& [number, chunk] : chunks)
            save(source, number, chunk);
        SQLite::Statement put(
            database_,
            "INSERT INTO collected_hour VALUES (?1,?2,?3,?4,?5,?6) ON CONFLICT DO UPDATE SET rows=rows+?4, "
            "min_id=min(min_id,?5), max_id=max(max_id,?6)");
        for (const auto& [key, change] : changes) {
            put.bind(1, source);
            put.bind(2, key.first);
            put.bind(3, static_cast<std::int64_t>(key.second));
            put.bind(4, change.rows);
            put.bind(5, change.min_id);
            put.bind(6, change.max_id);
            put.exec();
            put.reset();
        }
        if (moved) database_.exec("DELETE FROM collected_hour WHERE rows=0");
    }

    void save(SourceKey source, std::int64_t number, Chunk& chunk) {
        SQLite::Statement put(database_, "INSERT OR REPLACE INTO collected VALUES (?,?,?,?)");
        for (std::size_t fate = 0; fate < kFates; ++fate) {
            if (!chunk.changed.at(fate)) continue;
            const std::string bytes = chunk.ids.at(fate).serialise();
            put.bind(1, source);
            put.bind(2, number);
            put.bind(3, static_cast<std::int64_t>(fate));
            put.bindNoCopy(4, bytes.data(), static_cast<int>(bytes.size()));
            put.exec();
            put.reset();
        }
    }

    // What goes into quarantine, what comes out of it, and what is flagged.
    void keep(SourceKey source, const CollectedPage& page) {
        SQLite::Statement put(database_, "INSERT OR REPLACE INTO quarantine VALUES (?,?,?,?,?,?,?,?)");
        for (const QuarantinedRow& row : page.quarantined) {
            const Event& event = row.event.event;
            put.bind(1, source);
            put.bind(2, event.id);
            put.bind(3, row.event.user_id);
            put.bind(4, event.time_s);
            put.bind(5, event.course);
            put.bind(6, event.activity);
            put.bind(7, static_cast<std::int64_t>(event.shape));
            if (row.twin)
                put.bind(8, *row.twin);
            else
                put.bind(8);
            put.exec();
            put.reset();
        }
        SQLite::Statement free(database_, "DELETE FROM quarantine WHERE source=? AND id=?");
        for (const StudentEvent& event : page.events) {
            free.bind(1, source);
            free.bind(2, event.event.id);
            free.exec();
            free.reset();
        }
        SQLite::Statement flag(database_, "INSERT OR IGNORE INTO clone VALUES (?,?)");
        for (const std::int64_t id : page.clones) {
            flag.bind(1, source);
            flag.bind(2, id);
            flag.exec();
            flag.reset();
        }
    }

    [[noreturn]] void damaged(const std::string& what) const {
        throw config::ResourceFailure(fmt::format(
            "{}: it is damaged: {} cannot be read; restore it from a backup", database_.getFilename(), what));
    }

    SQLite::Database& database_;
    Archive& archive_;
};

}  // namespace

std::string_view name_of(Fate fate) {
    return kFateNames.at(static_cast<std::size_t>(fate));
}

std::unique_ptr<Collection> make_collection(SQLite::Database& database, Archive& archive) {
    return std::make_unique<SqliteCollection>(database, archive);
}

}  // namespace assidu::node::archive
