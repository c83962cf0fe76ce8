#include "node/archive/sqlite_archive.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>

#include "config/limits.h"
#include "federation/sqlite_store.h"
#include "node/archive/archive_tables.h"
#include "node/archive/collection.h"
#include "node/archive/event_block.h"
#include "node/archive/id_set.h"
#include "node/nearly_sorted.h"

namespace assidu::node::archive {
namespace {

using config::ResourceFailure;
using federation::in_transaction;
using federation::translating_errors;

std::string_view blob(const SQLite::Column& column) {
    return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

std::optional<std::int64_t> maybe(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getInt64();
}

// In a batch.
using Position = std::uint32_t;

struct BlockKey {
    std::int64_t user_id, day;
    auto operator<=>(const BlockKey&) const = default;
};

BlockKey block_of(const StudentEvent& event) {
    return {event.user_id, utc_day(event.event.time_s)};
}

class SqliteArchive final : public Archive {
  public:
    explicit SqliteArchive(const std::filesystem::path& path)
        : database_(open_archive_file(path)), collection_(make_collection(database_, *this)) {
        translating_errors(database_, [&] { load_shapes(); });
    }

    config::Result<SourceKey> source(const std::string& name, const std::string& site_identifier) override {
        return translating_errors(database_, [&]() -> config::Result<SourceKey> {
            SQLite::Statement insert(
                database_, "INSERT INTO source (name, site_identifier) VALUES (?,?) ON CONFLICT DO NOTHING");
            insert.bind(1, name);
            insert.bind(2, site_identifier);
            insert.exec();
            SQLite::Statement select(database_, "SELECT key, site_identifier FROM source WHERE name=?");
            select.bind(1, name);
            select.executeStep();
            const SourceKey key = select.getColumn(0).getInt64();
            const std::string known = select.getColumn(1).getString();
            if (known == site_identifier || site_identifier.empty()) return key;
            if (!known.empty())
                return config::refuse(
                    fmt::format("source '{}' holds events of the Moodle '{}', not of '{}'; give the other "
                                "Moodle a source name of its own",
                                name, known, site_identifier));
            SQLite::Statement update(database_, "UPDATE source SET site_identifier=? WHERE key=?");
            update.bind(1, site_identifier);
            update.bind(2, key);
            update.exec();
            return key;
        });
    }

    ShapeKey intern(const EventShape& shape) override {
        const std::scoped_lock lock(shapes_mutex_);
        const auto [at, is_new] = shape_keys_.try_emplace(shape, static_cast<ShapeKey>(shapes_.size()));
        if (is_new) {
            if (shapes_.size() >= config::limits::kShapesMax) {
                shape_keys_.erase(at);
                throw ResourceFailure(
                    fmt::format("{}: more than {} kinds of events: the names in these files are free text",
                                database_.getFilename(), config::limits::kShapesMax));
            }
            shapes_.push_back(shape);
        }
        return at->second;
    }

    const std::vector<EventShape>& shapes() const override { return shapes_; }

    std::int64_t begin_intake(const Intake& intake) override {
        return translating_errors(database_, [&] {
            SQLite::Statement insert(
                database_,
                "INSERT INTO intake (source, path, kind, sha256, begun_utc_s, counts) VALUES "
                "(?,?,?,'',?,'{}')");
            insert.bind(1, intake.source);
            insert.bind(2, intake.path);
            insert.bind(3, intake.kind);
            insert.bind(4, intake.begun_utc_s);
            insert.exec();
            return database_.getLastInsertRowid();
        });
    }

    Appended append(
        SourceKey source, std::span<const StudentEvent> batch, std::int64_t intake,
        const std::function<std::map<std::string, std::int64_t>(const Appended&)>& counts) override {
        return translating_errors(database_, [&] {
            Appended appended;
            std::size_t shapes_saved = 0;
            in_transaction(database_, [&] {
                appended = {};
                shapes_saved = save_shapes();
                const std::vector<Position> fresh = sort_out(source, batch, appended);
                add_to_blocks(source, batch, fresh);
                grow_extent(source, batch, fresh);
                appended.added = static_cast<std::int64_t>(fresh.size());
                SQLite::Statement update(database_, "UPDATE intake SET counts=? WHERE key=?");
                update.bind(1, nlohmann::json(counts(appended)).dump());
                update.bind(2, intake);
                update.exec();
            });
            shapes_saved_ = shapes_saved;
            return appended;
        });
    }

    void end_intake(const Intake& intake) override {
        translating_errors(database_, [&] {
            SQLite::Statement update(database_,
                                     "UPDATE intake SET sha256=?, ended_utc_s=?, counts=? WHERE key=?");
            update.bind(1, intake.sha256);
            if (intake.ended_utc_s)
                update.bind(2, *intake.ended_utc_s);
            else
                update.bind(2);
            update.bind(3, nlohmann::json(intake.counts).dump());
            update.bind(4, intake.key);
            update.exec();
        });
    }

    std::vector<Intake> intakes(std::size_t count) const override {
        return translating_errors(database_, [&] {
            std::vector<Intake> found;
            SQLite::Statement select(
                database_,
                "SELECT key, source, path, kind, sha256, begun_utc_s, ended_utc_s, counts FROM intake "
                "ORDER BY key DESC LIMIT ?");
            select.bind(1, static_cast<std::int64_t>(count));
            while (select.executeStep()) {
                Intake intake;
                intake.key = select.getColumn(0).getInt64();
                intake.source = select.getColumn(1).getString();
                intake.path = select.getColumn(2).getString();
                intake.kind = select.getColumn(3).getString();
                intake.sha256 = select.getColumn(4).getString();
                intake.begun_utc_s = select.getColumn(5).getInt64();
                intake.ended_utc_s = maybe(select.getColumn(6));
                const auto json = nlohmann::json::parse(select.getColumn(7).getString(), nullptr,
                                                        /*allow_exceptions=*/false);
                for (const auto& [name, value] : json.items()) {
                    if (value.is_number_integer()) intake.counts[name] = value.get<std::int64_t>();
                }
                found.push_back(std::move(intake));
            }
            return found;
        });
    }

    std::vector<std::int64_t> users(SourceKey source) const override {
        return translating_errors(database_, [&] {
            std::vector<std::int64_t> found;
            // From user to user by the primary key: the blocks between are not read.
            SQLite::Statement select(
                database_,
                "WITH RECURSIVE u(id) AS (SELECT (SELECT min(user_id) FROM block WHERE source=?1) "
                "UNION ALL SELECT (SELECT min(user_id) FROM block WHERE source=?1 AND user_id>u.id) "
                "FROM u WHERE u.id IS NOT NULL) SELECT id FROM u WHERE id IS NOT NULL");
            select.bind(1, source);
            while (select.executeStep())
                found.push_back(select.getColumn(0).getInt64());
            return found;
        });
    }

    std::vector<Event> events(SourceKey source, std::int64_t user_id) const override {
        return translating_errors(database_, [&] {
            std::vector<Event> found;
            SQLite::Statement select(
                database_, "SELECT utc_day, events FROM block WHERE source=? AND user_id=? ORDER BY utc_day");
            select.bind(1, source);
            select.bind(2, user_id);
            while (select.executeStep())
                decode(source, {user_id, select.getColumn(0).getInt64()}, blob(select.getColumn(1)), found);
            fill_in_courses(source, found);
            return found;
        });
    }

    void events_backwards(SourceKey source, std::int64_t user_id,
                          const std::function<bool(std::vector<Event>&)>& wants_earlier) const override {
        translating_errors(database_, [&] {
            SQLite::Statement select(
                database_,
                "SELECT utc_day, events FROM block WHERE source=? AND user_id=? ORDER BY utc_day DESC");
            select.bind(1, source);
            select.bind(2, user_id);
            std::vector<Event> day;
            do {
                if (!select.executeStep()) return;
                day.clear();
                decode(source, {user_id, select.getColumn(0).getInt64()}, blob(select.getColumn(1)), day);
                fill_in_courses(source, day);
            } while (wants_earlier(day));
        });
    }

    Extent extent(SourceKey source) const override {
        return translating_errors(database_, [&] {
            SQLite::Statement select(
                database_, "SELECT events, first_utc_s, last_utc_s, last_id FROM source WHERE key=?");
            select.bind(1, source);
            if (!select.executeStep()) return Extent{};
            return Extent{select.getColumn(0).getInt64(), maybe(select.getColumn(1)),
                          maybe(select.getColumn(2)), maybe(select.getColumn(3))};
        });
    }

    void learn(SourceKey source, std::span<const ActivityFacts> facts, bool sure) override {
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                bool course_learnt = false;
                SQLite::Statement put(database_, "INSERT OR REPLACE INTO activity VALUES (?,?,?,?,?)");
                for (const ActivityFacts& fact : facts) {
                    const auto [known, known_sure] = stored_activity(source, fact.activity);
                    ActivityFacts merged = known.value_or(ActivityFacts{fact.activity, kCourseUnknown, ""});
                    const bool wins = sure || !known_sure;
                    if (fact.course != kCourseUnknown && (wins || merged.course == kCourseUnknown))
                        merged.course = fact.course;
                    if (!fact.type.empty() && (wins || merged.type.empty())) merged.type = fact.type;
                    if (known && known->course == merged.course && known->type == merged.type &&
                        known_sure >= sure)
                        continue;
                    course_learnt =
                        course_learnt || merged.course != (known ? known->course : kCourseUnknown);
                    put.bind(1, source);
                    put.bind(2, merged.activity);
                    put.bind(3, merged.course);
                    put.bind(4, merged.type);
                    put.bind(5, known_sure || sure ? 1 : 0);
                    put.exec();
                    put.reset();
                    mark_evidence_of(source, merged.activity);
                }
                activities_.clear();
                if (course_learnt && has_unknown_courses(source)) mark_all_dirty(source);
            });
        });
    }

    std::optional<ActivityFacts> activity(SourceKey source, std::int64_t activity) const override {
        return translating_errors(database_, [&]() -> std::optional<ActivityFacts> {
            const auto [at, is_new] = activities_.try_emplace({source, activity});
            if (is_new) at->second = stored_activity(source, activity).first;
            return at->second;
        });
    }

    void computing_for(SourceKey source, const std::string& totals) override {
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                SQLite::Statement update(
                    database_, "UPDATE source SET computing_for=?1 WHERE key=?2 AND computing_for<>?1");
                update.bind(1, totals);
                update.bind(2, source);
                if (update.exec() > 0) mark_all_dirty(source);
            });
        });
    }

    void mark_dirty(SourceKey source, std::span<const DirtyMark> marks) override {
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                DirtyMarker marker(database_, source);
                for (const DirtyMark& mark : marks)
                    marker.mark(mark);
            });
        });
    }

    std::vector<DirtyMark> dirty(SourceKey source) const override {
        return translating_errors(database_, [&] {
            std::vector<DirtyMark> found;
            SQLite::Statement select(database_,
                                     "SELECT user_id, from_utc_s FROM dirty WHERE source=? ORDER BY user_id");
            select.bind(1, source);
            while (select.executeStep())
                found.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64()});
            return found;
        });
    }

    void mark_clean(SourceKey source, std::span<const std::int64_t> users, std::int64_t as_of_s,
                    std::span<const DirtyMark> still) override {
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                SQLite::Statement erase(database_, "DELETE FROM dirty WHERE source=? AND user_id=?");
                erase.bind(1, source);
                for (const std::int64_t user : users) {
                    erase.bind(2, user);
                    erase.exec();
                    erase.reset();
                }
                DirtyMarker marker(database_, source);
                for (const DirtyMark& mark : still)
                    marker.mark(mark);
                SQLite::Statement note(database_, "UPDATE source SET clean_as_of_s=? WHERE key=?");
                note.bind(1, as_of_s);
                note.bind(2, source);
                note.exec();
            });
        });
    }

    std::optional<std::int64_t> clean_as_of(SourceKey source) const override {
        return translating_errors(database_, [&]() -> std::optional<std::int64_t> {
            SQLite::Statement select(database_, "SELECT clean_as_of_s FROM source WHERE key=?");
            select.bind(1, source);
            if (!select.executeStep()) return std::nullopt;
            return maybe(select.getColumn(0));
        });
    }

    Collection& collection() override { return *collection_; }

  private:
    void load_shapes() {
        SQLite::Statement select(
            database_,
            "SELECT key, eventname, component, action, target, origin, crud, edulevel, context_level, "
            "login_as, anonymous FROM shape ORDER BY key");
        while (select.executeStep()) {
            EventShape shape;
            shape.eventname = select.getColumn(1).getString();
            shape.component = select.getColumn(2).getString();
            shape.action = select.getColumn(3).getString();
            shape.target = select.getColumn(4).getString();
            shape.origin = select.getColumn(5).getString();
            const std::string crud = select.getColumn(6).getString();
            shape.crud = crud.empty() ? ' ' : crud.front();
            shape.edulevel = select.getColumn(7).getInt();
            shape.context_level = select.getColumn(8).getInt();
            shape.login_as = select.getColumn(9).getInt() != 0;
            shape.anonymous = select.getColumn(10).getInt() != 0;
            if (select.getColumn(0).getInt64() != static_cast<std::int64_t>(shapes_.size()))
                damaged("the dictionary");
            shape_keys_.emplace(shape, static_cast<ShapeKey>(shapes_.size()));
            shapes_.push_back(std::move(shape));
        }
        shapes_saved_ = shapes_.size();
    }

    std::size_t count_shapes() const {
        const std::scoped_lock lock(shapes_mutex_);
        return shapes_.size();
    }

    // How many are in the file then: all that were asked for before the call, and so all that the batch has.
    std::size_t save_shapes() {
        std::vector<EventShape> fresh;
        {
            const std::scoped_lock lock(shapes_mutex_);
            fresh.assign(shapes_.begin() + static_cast<std::ptrdiff_t>(shapes_saved_), shapes_.end());
        }
        SQLite::Statement insert(database_, "INSERT INTO shape VALUES (?,?,?,?,?,?,?,?,?,?,?)");
        std::size_t key = shapes_saved_;
        for (const EventShape& shape : fresh) {
            insert.bind(1, static_cast<std::int64_t>(key++));
            insert.bind(2, shape.eventname);
            insert.bind(3, shape.component);
            insert.bind(4, shape.action);
            insert.bind(5, shape.target);
            insert.bind(6, shape.origin);
            insert.bind(7, std::string(1, shape.crud));
            insert.bind(8, shape.edulevel);
            insert.bind(9, shape.context_level);
            insert.bind(10, shape.login_as ? 1 : 0);
            insert.bind(11, shape.anonymous ? 1 : 0);
            insert.exec();
            insert.reset();
        }
        return key;
    }

    // Positions of the events whose key is new, in the order of ids; the others are counted as duplicates or
    // conflicts. The ids of the new ones are in the set of ids when this returns.
    std::vector<Position> sort_out(SourceKey source, std::span<const StudentEvent> batch,
                                   Appended& appended) {
        std::vector<Position> by_id(batch.size());
        std::iota(by_id.begin(), by_id.end(), Position{0});
        // Of one id in the order of the batch.
        sort_nearly_sorted(by_id, [&](Position a, Position b) {
            return batch[a].event.id != batch[b].event.id ? batch[a].event.id < batch[b].event.id : a < b;
        });

        std::vector<Position> fresh, known;
        fresh.reserve(batch.size());
        std::optional<std::int64_t> chunk_number;
        IdChunk chunk;
        bool grown = false;
        const auto leave_chunk = [&] {
            if (chunk_number && grown) save_chunk(source, *chunk_number, chunk);
        };
        for (const Position i : by_id) {
            const std::int64_t id = batch[i].event.id;
            if (chunk_number != IdChunk::chunk_of(id)) {
                leave_chunk();
                chunk_number = IdChunk::chunk_of(id);
                chunk = load_chunk(source, *chunk_number);
                grown = false;
            }
            if (!fresh.empty() && batch[fresh.back()].event.id == id) {
                const StudentEvent& first = batch[fresh.back()];
                if (first.user_id == batch[i].user_id && is_same_row(first.event, batch[i].event))
                    ++appended.duplicates;
                else
                    appended.conflicts.push_back(i);
            } else if (chunk.add(id)) {
                grown = true;
                fresh.push_back(i);
            } else {
                known.push_back(i);
            }
        }
        leave_chunk();
        compare_known(source, batch, known, appended);
        std::ranges::sort(appended.conflicts);
        return fresh;
    }

    // The same row of the source, from two exports of which one may lack the columns that no number needs.
    bool is_same_row(const Event& a, const Event& b) const {
        if (a == b) return true;
        if (a.id != b.id || a.time_s != b.time_s || a.course != b.course || a.activity != b.activity)
            return false;
        const std::scoped_lock lock(shapes_mutex_);
        EventShape shape = shapes_.at(static_cast<std::size_t>(a.shape));
        const EventShape& other = shapes_.at(static_cast<std::size_t>(b.shape));
        shape.crud = other.crud;
        shape.edulevel = other.edulevel;
        return shape == other;
    }

    void compare_known(SourceKey source, std::span<const StudentEvent> batch, std::vector<Position>& known,
                       Appended& appended) {
        std::ranges::sort(known, {}, [&](Position i) { return batch[i]; });
        std::optional<BlockKey> key;
        std::vector<Event> events;
        BlockReader blocks(database_);
        for (const Position i : known) {
            if (key != block_of(batch[i])) {
                key = block_of(batch[i]);
                events.clear();
                load_block(blocks, source, *key, events);
            }
            if (std::ranges::binary_search(events, batch[i].event) ||
                std::ranges::any_of(events, [&](const Event& e) { return is_same_row(e, batch[i].event); }))
                ++appended.duplicates;
            else
                appended.conflicts.push_back(i);
        }
    }

    // `fresh` is in the order of ids.
    void add_to_blocks(SourceKey source, std::span<const StudentEvent> batch,
                       std::span<const Position> fresh) {
        SQLite::Statement put_new(database_, "INSERT OR IGNORE INTO block VALUES (?,?,?,?)");
        SQLite::Statement put(database_, "INSERT OR REPLACE INTO block VALUES (?,?,?,?)");
        DirtyMarker marker(database_, source);
        BlockReader blocks(database_);
        std::vector<Event> events;
        std::string bytes;
        const auto execute = [&](SQLite::Statement& statement, const BlockKey& key) {
            encode_block(key.day, events, bytes);
            statement.bind(1, source);
            statement.bind(2, key.user_id);
            statement.bind(3, key.day);
            statement.bindNoCopy(4, bytes.data(), static_cast<int>(bytes.size()));
            const int changed = statement.exec();
            statement.reset();
            return changed > 0;
        };
        for (const auto& [user_id, positions] : by_user(batch, fresh)) {
            marker.mark({user_id, batch[positions.front()].event.time_s});
            for (std::size_t at = 0; at < positions.size();) {
                const BlockKey key = block_of(batch[positions[at]]);
                events.clear();
                for (; at < positions.size() && block_of(batch[positions[at]]) == key; ++at)
                    events.push_back(batch[positions[at]].event);
                // Most days are new, and then there is nothing to look for.
                if (execute(put_new, key)) continue;
                load_block(blocks, source, key, events);
                std::ranges::sort(events);
                execute(put, key);
            }
        }
    }

    // The positions of each user, in the order of computation. `fresh` is in the order of ids.
    static std::map<std::int64_t, std::vector<Position>> by_user(std::span<const StudentEvent> batch,
                                                                 std::span<const Position> fresh) {
        std::unordered_map<std::int64_t, std::vector<Position>> users;
        for (const Position i : fresh)
            users[batch[i].user_id].push_back(i);
        std::map<std::int64_t, std::vector<Position>> ordered;
        const auto before = [&](Position a, Position b) {
            const Event &first = batch[a].event, &second = batch[b].event;
            return first.time_s != second.time_s ? first.time_s < second.time_s : first.id < second.id;
        };
        for (auto& [user_id, positions] : users) {
            sort_nearly_sorted(positions, before);
            ordered.emplace(user_id, std::move(positions));
        }
        return ordered;
    }

    void grow_extent(SourceKey source, std::span<const StudentEvent> batch, std::span<const Position> fresh) {
        if (fresh.empty()) return;
        std::int64_t first_s = INT64_MAX, last_s = INT64_MIN, last_id = INT64_MIN;
        bool unknown = false;
        for (const Position i : fresh) {
            const Event& event = batch[i].event;
            first_s = std::min(first_s, event.time_s);
            last_s = std::max(last_s, event.time_s);
            last_id = std::max(last_id, event.id);
            unknown = unknown || event.course == kCourseUnknown;
        }
        SQLite::Statement update(
            database_,
            "UPDATE source SET events=events+?2, first_utc_s=min(coalesce(first_utc_s,?3),?3), "
            "last_utc_s=max(coalesce(last_utc_s,?4),?4), last_id=max(coalesce(last_id,?5),?5), "
            "courses_unknown=max(courses_unknown,?6) WHERE key=?1");
        update.bind(1, source);
        update.bind(2, static_cast<std::int64_t>(fresh.size()));
        update.bind(3, first_s);
        update.bind(4, last_s);
        update.bind(5, last_id);
        update.bind(6, unknown ? 1 : 0);
        update.exec();
    }

    // Asks for one block after the other.
    struct BlockReader {
        explicit BlockReader(SQLite::Database& database)
            : select(database, "SELECT events FROM block WHERE source=? AND user_id=? AND utc_day=?") {}
        SQLite::Statement select;
    };

    // Appends the block's events, if there is one.
    void load_block(BlockReader& blocks, SourceKey source, BlockKey key, std::vector<Event>& events) const {
        blocks.select.bind(1, source);
        blocks.select.bind(2, key.user_id);
        blocks.select.bind(3, key.day);
        if (blocks.select.executeStep()) decode(source, key, blob(blocks.select.getColumn(0)), events);
        blocks.select.reset();
    }

    void decode(SourceKey source, BlockKey key, std::string_view bytes, std::vector<Event>& events) const {
        const std::size_t before = events.size();
        bool good = decode_block(key.day, bytes, events);
        const std::size_t known_shapes = count_shapes();
        for (std::size_t i = before; good && i < events.size(); ++i)
            good = static_cast<std::size_t>(events[i].shape) < known_shapes;
        if (!good)
            damaged(fmt::format("the events of source {}, user {}, day {}", source, key.user_id, key.day));
    }

    void fill_in_courses(SourceKey source, std::vector<Event>& events) const {
        for (Event& event : events) {
            if (event.course != kCourseUnknown || event.activity == 0) continue;
            if (const auto facts = activity(source, event.activity)) event.course = facts->course;
        }
    }

    IdChunk load_chunk(SourceKey source, std::int64_t number) const {
        SQLite::Statement select(database_, "SELECT ids FROM seen WHERE source=? AND chunk=?");
        select.bind(1, source);
        select.bind(2, number);
        if (!select.executeStep()) return {};
        auto chunk = IdChunk::parse(blob(select.getColumn(0)));
        if (!chunk) damaged(fmt::format("the ids of source {}, chunk {}", source, number));
        return std::move(*chunk);
    }

    void save_chunk(SourceKey source, std::int64_t number, IdChunk& chunk) {
        const std::string bytes = chunk.serialise();
        SQLite::Statement put(database_, "INSERT OR REPLACE INTO seen VALUES (?,?,?)");
        put.bind(1, source);
        put.bind(2, number);
        put.bindNoCopy(3, bytes.data(), static_cast<int>(bytes.size()));
        put.exec();
    }

    // What is stored of an activity, and whether a catalogue said it.
    std::pair<std::optional<ActivityFacts>, bool> stored_activity(SourceKey source,
                                                                  std::int64_t activity) const {
        SQLite::Statement select(database_,
                                 "SELECT course, type, sure FROM activity WHERE source=? AND activity=?");
        select.bind(1, source);
        select.bind(2, activity);
        if (!select.executeStep()) return {std::nullopt, false};
        return {ActivityFacts{activity, select.getColumn(0).getInt64(), select.getColumn(1).getString()},
                select.getColumn(2).getInt() != 0};
    }

    bool has_unknown_courses(SourceKey source) const {
        SQLite::Statement select(database_, "SELECT courses_unknown FROM source WHERE key=?");
        select.bind(1, source);
        return select.executeStep() && select.getColumn(0).getInt() != 0;
    }

    void mark_all_dirty(SourceKey source) {
        DirtyMarker marker(database_, source);
        for (const std::int64_t user : users(source))
            marker.mark({user, kFromTheBegin});
    }

    // What is known of an activity beside events is of its course and type, too.
    void mark_evidence_of(SourceKey source, std::int64_t activity) {
        SQLite::Statement users(
            database_,
            "SELECT user_id FROM completion WHERE source=?1 AND activity=?2 UNION SELECT user_id FROM "
            "declaration "
            "WHERE source=?1 AND activity=?2 UNION SELECT user_id FROM foreign_time WHERE source=?1 AND "
            "activity=?2");
        users.bind(1, source);
        users.bind(2, activity);
        std::vector<std::int64_t> touched;
        while (users.executeStep())
            touched.push_back(users.getColumn(0).getInt64());
        if (touched.empty()) return;
        DirtyMarker marker(database_, source);
        for (const std::int64_t user : touched)
            marker.mark({user, kFromTheBegin});
        SQLite::Statement grow(database_,
                               "UPDATE source SET evidence_revision=evidence_revision+1 WHERE key=?");
        grow.bind(1, source);
        grow.exec();
    }

    [[noreturn]] void damaged(const std::string& what) const {
        throw ResourceFailure(fmt::format("{}: it is damaged: {} cannot be read; restore it from a backup",
                                          database_.getFilename(), what));
    }

    mutable SQLite::Database database_;
    std::unique_ptr<Collection> collection_;
    // Of the dictionary, which is asked while a batch is being appended. Whoever reads shapes() asks when
    // none is.
    mutable std::mutex shapes_mutex_;
    std::vector<EventShape> shapes_;  // by key
    std::map<EventShape, ShapeKey> shape_keys_;
    std::size_t shapes_saved_ = 0;  // the first so many are in the file
    mutable std::map<std::pair<SourceKey, std::int64_t>, std::optional<ActivityFacts>> activities_;
};

}  // namespace

std::unique_ptr<Archive> open_sqlite_archive(const std::filesystem::path& path) {
    return std::make_unique<SqliteArchive>(path);
}

}  // namespace assidu::node::archive
