// The evidence store on the archive's SQLite file. Format: docs/formats/archive.md.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "federation/sqlite_store.h"
#include "node/archive/archive_tables.h"
#include "node/archive/evidence_store.h"

namespace assidu::node::archive {
namespace {

using federation::in_transaction;
using federation::translating_errors;

std::optional<std::int64_t> maybe(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getInt64();
}

void bind_maybe(SQLite::Statement& statement, int index, const std::optional<std::int64_t>& value) {
    if (value)
        statement.bind(index, *value);
    else
        statement.bind(index);
}

void bind_maybe(SQLite::Statement& statement, int index, const std::optional<std::string>& value) {
    if (value)
        statement.bind(index, *value);
    else
        statement.bind(index);
}

// Whole numbers in a JSON list; a list that somebody else wrote is no list.
std::optional<std::vector<std::int64_t>> categories_of(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    const auto list = nlohmann::json::parse(column.getString(), nullptr, /*allow_exceptions=*/false);
    std::vector<std::int64_t> categories;
    if (!list.is_array()) return categories;
    for (const auto& category : list) {
        if (category.is_number_integer()) categories.push_back(category.get<std::int64_t>());
    }
    return categories;
}

// Columns in the order of the tables, from the key on.
EnrolmentState enrolment_of(SQLite::Statement& row) {
    return {row.getColumn(0).getInt64(), row.getColumn(2).getInt64(), row.getColumn(3).getInt64(),
            row.getColumn(1).getInt64(), row.getColumn(4).getInt64(), row.getColumn(5).getInt() != 0,
            maybe(row.getColumn(6)),     maybe(row.getColumn(7))};
}
RoleState role_of(SQLite::Statement& row) {
    return {row.getColumn(0).getInt64(),   row.getColumn(2).getInt64(), row.getColumn(3).getString(),
            row.getColumn(4).getInt(),     row.getColumn(5).getInt64(), row.getColumn(1).getInt64(),
            row.getColumn(6).getInt() != 0};
}

// Whom a transaction touched.
class Change {
  public:
    void touch(std::int64_t user) {
        ++records_;
        users_.insert(user);
    }
    // Of a record that was somebody else's before.
    void touch(std::int64_t user, std::optional<std::int64_t> before) {
        touch(user);
        if (before) users_.insert(*before);
    }
    void touch_everybody() {
        ++records_;
        everybody_ = true;
    }
    [[nodiscard]] std::int64_t records() const { return records_; }
    [[nodiscard]] bool everybody() const { return everybody_; }
    [[nodiscard]] const std::set<std::int64_t>& users() const { return users_; }

  private:
    std::int64_t records_ = 0;
    bool everybody_ = false;
    std::set<std::int64_t> users_;
};

class SqliteEvidence final : public EvidenceStore {
  public:
    explicit SqliteEvidence(const std::filesystem::path& path) : database_(open_archive_file(path)) {}

    std::int64_t put(SourceKey source, std::span<const CompletionRecord> records) override {
        return put_all(source, records, [&](Change& change) {
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO completion (source, user_id, activity, time_utc_s, state) VALUES (?,?,?,?,?) ON "
                "CONFLICT DO UPDATE SET state=excluded.state WHERE excluded.state>state");
            return [this, source, statement, &change](const CompletionRecord& record) {
                bind_all(*statement, source, record.user_id, record.activity, record.time_s, record.state);
                if (executed(*statement)) change.touch(record.user_id);
            };
        });
    }

    std::int64_t put(SourceKey source, std::span<const DeclarationRecord> records) override {
        return put_all(source, records, [&](Change& change) {
            auto owner = std::make_shared<SQLite::Statement>(
                database_, "SELECT user_id FROM declaration WHERE source=? AND origin=? AND id=?");
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO declaration (source, origin, id, user_id, begin_utc_s, seconds, course, "
                "activity, "
                "declared_utc_s, validated) VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                "user_id=excluded.user_id, begin_utc_s=excluded.begin_utc_s, seconds=excluded.seconds, "
                "course=excluded.course, activity=excluded.activity, declared_utc_s=excluded.declared_utc_s, "
                "validated=excluded.validated WHERE (user_id, begin_utc_s, seconds, course, activity, "
                "declared_utc_s, validated) IS NOT (excluded.user_id, excluded.begin_utc_s, "
                "excluded.seconds, "
                "excluded.course, excluded.activity, excluded.declared_utc_s, excluded.validated)");
            return [this, source, owner, statement, &change](const DeclarationRecord& record) {
                bind_all(*owner, source, record.table, record.row);
                const auto before = first(*owner);
                bind_all(*statement, source, record.table, record.row, record.user_id, record.begin_s,
                         record.seconds, record.course, record.activity);
                bind_maybe(*statement, 9, record.declared_s);
                statement->bind(10, record.validated ? 1 : 0);
                if (executed(*statement)) change.touch(record.user_id, before);
            };
        });
    }

    std::int64_t put(SourceKey source, std::span<const ForeignRecord> records) override {
        return put_all(source, records, [&](Change& change) {
            auto owner = std::make_shared<SQLite::Statement>(
                database_, "SELECT user_id FROM foreign_time WHERE source=? AND meter=? AND id=?");
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO foreign_time (source, meter, id, user_id, time_utc_s, seconds, course, "
                "activity) "
                "VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET user_id=excluded.user_id, "
                "time_utc_s=excluded.time_utc_s, seconds=excluded.seconds, course=excluded.course, "
                "activity=excluded.activity WHERE (excluded.time_utc_s, excluded.seconds, excluded.user_id, "
                "excluded.course, excluded.activity) > (time_utc_s, seconds, user_id, course, activity)");
            return [this, source, owner, statement, &change](const ForeignRecord& record) {
                const int meter = static_cast<int>(record.meter);
                bind_all(*owner, source, meter, record.row);
                const auto before = first(*owner);
                bind_all(*statement, source, meter, record.row, record.user_id, record.time_s, record.seconds,
                         record.course, record.activity);
                if (executed(*statement)) change.touch(record.user_id, before);
            };
        });
    }

    std::int64_t put(SourceKey source, std::span<const EnrolmentState> records) override {
        return put_all(source, records, [&](Change& change) {
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO enrolment (source, enrolment, since_utc_s, user_id, course, said_utc_s, active, "
                "begin_utc_s, end_utc_s) VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET "
                "user_id=excluded.user_id, course=excluded.course, said_utc_s=excluded.said_utc_s, "
                "active=excluded.active, begin_utc_s=excluded.begin_utc_s, end_utc_s=excluded.end_utc_s "
                "WHERE "
                "excluded.said_utc_s<=said_utc_s AND (user_id, course, said_utc_s, active, begin_utc_s, "
                "end_utc_s) IS NOT (excluded.user_id, excluded.course, excluded.said_utc_s, excluded.active, "
                "excluded.begin_utc_s, excluded.end_utc_s)");
            return [this, source, statement, &change](const EnrolmentState& record) {
                bind_all(*statement, source, record.enrolment, record.since_s, record.user_id, record.course,
                         record.said_s, record.active ? 1 : 0);
                bind_maybe(*statement, 8, record.begin_s);
                bind_maybe(*statement, 9, record.end_s);
                if (executed(*statement)) change.touch(record.user_id);
            };
        });
    }

    std::int64_t put(SourceKey source, std::span<const RoleState> records) override {
        return put_all(source, records, [&](Change& change) {
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO role (source, assignment, since_utc_s, user_id, role, context_level, instance, "
                "active) VALUES (?,?,?,?,?,?,?,?) ON CONFLICT DO UPDATE SET user_id=excluded.user_id, "
                "role=excluded.role, context_level=excluded.context_level, instance=excluded.instance, "
                "active=excluded.active WHERE (user_id, role, context_level, instance, active) IS NOT "
                "(excluded.user_id, excluded.role, excluded.context_level, excluded.instance, "
                "excluded.active)");
            return [this, source, statement, &change](const RoleState& record) {
                bind_all(*statement, source, record.assignment, record.since_s, record.user_id, record.role,
                         record.context_level, record.instance, record.active ? 1 : 0);
                if (executed(*statement)) change.touch(record.user_id);
            };
        });
    }

    std::int64_t put(SourceKey source, std::span<const CoursePlace> records) override {
        return put_all(source, records, [&](Change& change) {
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO course_place (source, course, categories, idnumber) VALUES (?,?,?,?) ON "
                "CONFLICT "
                "DO UPDATE SET categories=coalesce(excluded.categories, categories), "
                "idnumber=coalesce(excluded.idnumber, idnumber) WHERE (categories, idnumber) IS NOT "
                "(coalesce(excluded.categories, categories), coalesce(excluded.idnumber, idnumber))");
            return [this, source, statement, &change](const CoursePlace& record) {
                bind_all(*statement, source, record.course);
                std::optional<std::string> categories;
                if (record.categories) categories = nlohmann::json(*record.categories).dump();
                bind_maybe(*statement, 3, categories);
                bind_maybe(*statement, 4, record.idnumber);
                if (executed(*statement)) change.touch_everybody();
            };
        });
    }

    std::int64_t put(SourceKey source, std::span<const CategoryPath> records) override {
        return put_all(source, records, [&](Change& change) {
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO category (source, category, path) VALUES (?,?,?) ON CONFLICT DO UPDATE SET "
                "path=excluded.path WHERE path<>excluded.path");
            return [this, source, statement, &change](const CategoryPath& record) {
                bind_all(*statement, source, record.category, nlohmann::json(record.path).dump());
                if (executed(*statement)) change.touch_everybody();
            };
        });
    }

    std::int64_t put(SourceKey source, std::span<const ActivityWorth> records) override {
        return put_all(source, records, [&](Change& change) {
            auto statement = std::make_shared<SQLite::Statement>(
                database_,
                "INSERT INTO activity_worth (source, activity, seconds) VALUES (?,?,?) ON CONFLICT DO UPDATE "
                "SET seconds=excluded.seconds WHERE seconds<>excluded.seconds");
            return [this, source, statement, &change](const ActivityWorth& record) {
                bind_all(*statement, source, record.activity, record.seconds);
                if (executed(*statement)) change.touch_everybody();
            };
        });
    }

    std::int64_t exclude(SourceKey source, const Exclusion& exclusion) override {
        return changing(source, [&](Change& change) {
            SQLite::Statement known(
                database_,
                "SELECT number FROM exclusion WHERE source=? AND user_id=? AND from_utc_s=? AND to_utc_s=? "
                "AND "
                "reason=? AND author=? AND number NOT IN (SELECT number FROM exclusion_revoked)");
            bind_all(known, source, exclusion.user_id, exclusion.from_s, exclusion.to_s, exclusion.reason,
                     exclusion.author);
            if (const auto number = first(known)) return *number;
            SQLite::Statement insert(database_,
                                     "INSERT INTO exclusion (source, user_id, from_utc_s, to_utc_s, reason, "
                                     "author, made_utc_s) VALUES (?,?,?,?,?,?,?)");
            bind_all(insert, source, exclusion.user_id, exclusion.from_s, exclusion.to_s, exclusion.reason,
                     exclusion.author, exclusion.made_s);
            insert.exec();
            change.touch(exclusion.user_id);
            return static_cast<std::int64_t>(database_.getLastInsertRowid());
        });
    }

    config::Result<void> revoke(SourceKey source, std::int64_t number, const std::string& reason,
                                const std::string& author, std::int64_t now_s) override {
        return changing(source, [&](Change& change) -> config::Result<void> {
            SQLite::Statement known(database_, "SELECT user_id FROM exclusion WHERE source=? AND number=?");
            bind_all(known, source, number);
            const auto user = first(known);
            if (!user) return config::refuse(fmt::format("there is no exclusion {}", number));
            SQLite::Statement insert(database_,
                                     "INSERT INTO exclusion_revoked (number, revoked_utc_s, reason, author) "
                                     "VALUES (?,?,?,?) ON CONFLICT DO NOTHING");
            bind_all(insert, number, now_s, reason, author);
            if (!executed(insert))
                return config::refuse(fmt::format("exclusion {} is revoked already", number));
            change.touch(*user);
            return {};
        });
    }

    void put_days(SourceKey source, std::span<const DayRecord> records) override {
        changing(source, [&](Change& change) {
            SQLite::Statement latest(database_,
                                     "SELECT counts FROM signed_day WHERE source=? AND user_id=? AND day=? "
                                     "ORDER BY key DESC LIMIT 1");
            SQLite::Statement insert(
                database_,
                "INSERT INTO signed_day (source, user_id, day, counts, author, made_utc_s, signature) VALUES "
                "(?,?,?,?,?,?,?)");
            for (const DayRecord& record : records) {
                bind_all(latest, source, record.user_id, record.day.number);
                const auto counts = first(latest);
                // What holds already needs no further record.
                if (counts.value_or(0) == (record.counts ? 1 : 0)) continue;
                bind_all(insert, source, record.user_id, record.day.number, record.counts ? 1 : 0,
                         record.author, record.made_s, record.signature);
                executed(insert);
                change.touch(record.user_id);
            }
            return 0;
        });
    }

    StudentEvidence of(SourceKey source, std::int64_t user_id) const override {
        return translating_errors(database_, [&] {
            StudentEvidence found;
            read_entries(source, user_id, found);
            read_states(source, user_id, found);
            found.exclusions = read_exclusions(source, user_id);
            SQLite::Statement days(database_,
                                   "SELECT day, counts, author, made_utc_s, signature FROM signed_day WHERE "
                                   "source=? AND user_id=? ORDER BY key");
            bind_all(days, source, user_id);
            while (days.executeStep())
                found.days.push_back({user_id, config::CivilDay{days.getColumn(0).getInt()},
                                      days.getColumn(1).getInt() != 0, days.getColumn(2).getString(),
                                      days.getColumn(3).getInt64(), days.getColumn(4).getString()});
            return found;
        });
    }

    // SQLite takes the other columns from the row of the maximum.
    std::vector<EnrolmentState> latest_enrolments(SourceKey source, std::int64_t after,
                                                  std::int64_t upto) const override {
        return latest<EnrolmentState>(
            "SELECT enrolment, max(since_utc_s), user_id, course, said_utc_s, active, begin_utc_s, end_utc_s "
            "FROM "
            "enrolment WHERE source=? AND enrolment>? AND enrolment<=? GROUP BY enrolment ORDER BY enrolment",
            enrolment_of, source, after, upto);
    }
    std::vector<RoleState> latest_roles(SourceKey source, std::int64_t after,
                                        std::int64_t upto) const override {
        return latest<RoleState>(
            "SELECT assignment, max(since_utc_s), user_id, role, context_level, instance, active FROM role "
            "WHERE "
            "source=? AND assignment>? AND assignment<=? GROUP BY assignment ORDER BY assignment",
            role_of, source, after, upto);
    }

    std::vector<Exclusion> exclusions(SourceKey source) const override {
        return translating_errors(database_, [&] { return read_exclusions(source, std::nullopt); });
    }

    std::vector<CoursePlace> courses(SourceKey source) const override {
        return translating_errors(database_, [&] {
            std::map<std::int64_t, std::vector<std::int64_t>> paths;
            SQLite::Statement categories(database_, "SELECT category, path FROM category WHERE source=?");
            categories.bind(1, source);
            while (categories.executeStep())
                paths[categories.getColumn(0).getInt64()] =
                    categories_of(categories.getColumn(1)).value_or(std::vector<std::int64_t>{});
            std::vector<CoursePlace> found;
            SQLite::Statement select(
                database_,
                "SELECT course, categories, idnumber FROM course_place WHERE source=? ORDER BY course");
            select.bind(1, source);
            while (select.executeStep()) {
                CoursePlace place{select.getColumn(0).getInt64(), categories_of(select.getColumn(1)), {}};
                if (place.categories && !place.categories->empty()) {
                    const auto path = paths.find(place.categories->back());
                    if (path != paths.end()) place.categories = path->second;
                }
                if (!select.getColumn(2).isNull()) place.idnumber = select.getColumn(2).getString();
                found.push_back(std::move(place));
            }
            return found;
        });
    }

    std::vector<ActivityWorth> worths(SourceKey source) const override {
        return translating_errors(database_, [&] {
            std::vector<ActivityWorth> found;
            SQLite::Statement select(
                database_, "SELECT activity, seconds FROM activity_worth WHERE source=? ORDER BY activity");
            select.bind(1, source);
            while (select.executeStep())
                found.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64()});
            return found;
        });
    }

    std::vector<std::int64_t> users(SourceKey source) const override {
        return translating_errors(database_, [&] {
            std::vector<std::int64_t> found;
            SQLite::Statement select(
                database_,
                "SELECT user_id FROM completion WHERE source=?1 UNION SELECT user_id FROM "
                "declaration WHERE source=?1 UNION SELECT user_id FROM foreign_time WHERE "
                "source=?1 ORDER BY user_id");
            select.bind(1, source);
            while (select.executeStep())
                found.push_back(select.getColumn(0).getInt64());
            return found;
        });
    }

    EvidenceExtent extent(SourceKey source) const override {
        return translating_errors(database_, [&] {
            const auto count = [&](const char* table) {
                SQLite::Statement select(database_,
                                         fmt::format("SELECT count(*) FROM {} WHERE source=?", table));
                select.bind(1, source);
                return first(select).value_or(0);
            };
            return EvidenceExtent{count("completion"),     count("declaration"), count("foreign_time"),
                                  count("enrolment"),      count("role"),        count("course_place"),
                                  count("activity_worth"), count("exclusion"),   count("signed_day")};
        });
    }

    std::int64_t revision(SourceKey source) const override { return number_of(source, "evidence_revision"); }
    std::int64_t computed_revision(SourceKey source) const override {
        return number_of(source, "evidence_computed");
    }
    void mark_computed(SourceKey source, std::int64_t revision) override {
        translating_errors(database_, [&] {
            SQLite::Statement update(
                database_, "UPDATE source SET evidence_computed=? WHERE key=? AND evidence_computed<>?1");
            bind_all(update, revision, source);
            update.exec();
        });
    }

    void without_marks(const std::function<void()>& work) override {
        const std::unique_ptr<bool, void (*)(bool*)> restored(&marking_,
                                                              [](bool* marking) { *marking = true; });
        marking_ = false;
        work();
    }

  private:
    // `work(change)` in one transaction, with the marks of whom it touched.
    template <class Work>
    auto changing(SourceKey source, Work work) -> decltype(work(std::declval<Change&>())) {
        return translating_errors(database_, [&] {
            std::optional<decltype(work(std::declval<Change&>()))> result;
            in_transaction(database_, [&] {
                Change change;
                result.emplace(work(change));
                if (change.records() > 0) mark(source, change);
            });
            return *std::move(result);
        });
    }

    // `prepare(change)` gives what puts one record.
    template <class Record, class Prepare>
    std::int64_t put_all(SourceKey source, std::span<const Record> records, Prepare prepare) {
        return changing(source, [&](Change& change) {
            const auto put_one = prepare(change);
            for (const Record& record : records)
                put_one(record);
            return change.records();
        });
    }

    void mark(SourceKey source, const Change& change) {
        SQLite::Statement grow(database_,
                               "UPDATE source SET evidence_revision=evidence_revision+1 WHERE key=?");
        grow.bind(1, source);
        grow.exec();
        if (!marking_) return;
        std::set<std::int64_t> touched = change.users();
        if (change.everybody()) {
            for (const std::int64_t user : everybody(source))
                touched.insert(user);
        }
        // From the begin: a completion changes a credit of whatever day the one before was of, and a course
        // its whole past.
        DirtyMarker marker(database_, source);
        for (const std::int64_t user : touched)
            marker.mark({user, kFromTheBegin});
    }

    std::vector<std::int64_t> everybody(SourceKey source) const {
        std::vector<std::int64_t> found;
        SQLite::Statement select(
            database_,
            "WITH RECURSIVE u(id) AS (SELECT (SELECT min(user_id) FROM block WHERE source=?1) UNION ALL "
            "SELECT "
            "(SELECT min(user_id) FROM block WHERE source=?1 AND user_id>u.id) FROM u WHERE u.id IS NOT "
            "NULL) "
            "SELECT id FROM u WHERE id IS NOT NULL UNION SELECT user_id FROM completion WHERE source=?1 "
            "UNION "
            "SELECT user_id FROM declaration WHERE source=?1 UNION SELECT user_id FROM foreign_time WHERE "
            "source=?1");
        select.bind(1, source);
        while (select.executeStep())
            found.push_back(select.getColumn(0).getInt64());
        return found;
    }

    void read_entries(SourceKey source, std::int64_t user_id, StudentEvidence& found) const {
        SQLite::Statement completions(database_,
                                      "SELECT activity, time_utc_s, state FROM completion WHERE source=? AND "
                                      "user_id=? ORDER BY activity, "
                                      "time_utc_s");
        bind_all(completions, source, user_id);
        while (completions.executeStep())
            found.completions.push_back({user_id, completions.getColumn(0).getInt64(),
                                         completions.getColumn(1).getInt64(),
                                         completions.getColumn(2).getInt()});
        SQLite::Statement declarations(
            database_,
            "SELECT origin, id, begin_utc_s, seconds, course, activity, declared_utc_s, validated FROM "
            "declaration WHERE source=? AND user_id=? ORDER BY begin_utc_s, origin, id");
        bind_all(declarations, source, user_id);
        while (declarations.executeStep())
            found.declarations.push_back(
                {declarations.getColumn(0).getString(), declarations.getColumn(1).getInt64(), user_id,
                 declarations.getColumn(2).getInt64(), declarations.getColumn(3).getInt64(),
                 declarations.getColumn(4).getInt64(), declarations.getColumn(5).getInt64(),
                 maybe(declarations.getColumn(6)), declarations.getColumn(7).getInt() != 0});
        SQLite::Statement foreign(
            database_,
            "SELECT meter, id, time_utc_s, seconds, course, activity FROM foreign_time WHERE source=? AND "
            "user_id=? ORDER BY time_utc_s, meter, id");
        bind_all(foreign, source, user_id);
        while (foreign.executeStep())
            found.foreign.push_back({foreign.getColumn(0).getInt() == 0 ? ForeignRecord::Meter::scorm
                                                                        : ForeignRecord::Meter::timestat,
                                     foreign.getColumn(1).getInt64(), user_id,
                                     foreign.getColumn(2).getInt64(), foreign.getColumn(3).getInt64(),
                                     foreign.getColumn(4).getInt64(), foreign.getColumn(5).getInt64()});
    }

    template <class State>
    std::vector<State> latest(const char* sql, State (*state_of)(SQLite::Statement&), SourceKey source,
                              std::int64_t after, std::int64_t upto) const {
        return translating_errors(database_, [&] {
            std::vector<State> found;
            SQLite::Statement select(database_, sql);
            bind_all(select, source, after, upto);
            while (select.executeStep())
                found.push_back(state_of(select));
            return found;
        });
    }

    void read_states(SourceKey source, std::int64_t user_id, StudentEvidence& found) const {
        SQLite::Statement enrolments(
            database_,
            "SELECT enrolment, since_utc_s, user_id, course, said_utc_s, active, begin_utc_s, end_utc_s FROM "
            "enrolment WHERE source=? AND user_id=? ORDER BY enrolment, since_utc_s");
        bind_all(enrolments, source, user_id);
        while (enrolments.executeStep())
            found.enrolments.push_back(enrolment_of(enrolments));
        SQLite::Statement roles(
            database_,
            "SELECT assignment, since_utc_s, user_id, role, context_level, instance, active FROM role WHERE "
            "source=? AND user_id=? ORDER BY assignment, since_utc_s");
        bind_all(roles, source, user_id);
        while (roles.executeStep())
            found.roles.push_back(role_of(roles));
    }

    std::vector<Exclusion> read_exclusions(SourceKey source, std::optional<std::int64_t> user_id) const {
        std::vector<Exclusion> found;
        SQLite::Statement select(
            database_,
            "SELECT e.number, e.user_id, e.from_utc_s, e.to_utc_s, e.reason, e.author, e.made_utc_s, "
            "r.revoked_utc_s, r.reason, r.author FROM exclusion e LEFT JOIN exclusion_revoked r USING "
            "(number) "
            "WHERE e.source=?1 AND (?2 IS NULL OR e.user_id=?2) ORDER BY e.number");
        select.bind(1, source);
        bind_maybe(select, 2, user_id);
        while (select.executeStep()) {
            Exclusion one;
            one.number = select.getColumn(0).getInt64();
            one.user_id = select.getColumn(1).getInt64();
            one.from_s = select.getColumn(2).getInt64();
            one.to_s = select.getColumn(3).getInt64();
            one.reason = select.getColumn(4).getString();
            one.author = select.getColumn(5).getString();
            one.made_s = select.getColumn(6).getInt64();
            one.revoked_s = maybe(select.getColumn(7));
            one.revoked_reason = select.getColumn(8).getString();
            one.revoked_author = select.getColumn(9).getString();
            found.push_back(std::move(one));
        }
        return found;
    }

    std::int64_t number_of(SourceKey source, const char* column) const {
        return translating_errors(database_, [&] {
            SQLite::Statement select(database_, fmt::format("SELECT {} FROM source WHERE key=?", column));
            select.bind(1, source);
            return first(select).value_or(0);
        });
    }

    template <class... Values>
    static void bind_all(SQLite::Statement& statement, const Values&... values) {
        int index = 0;
        (statement.bind(++index, values), ...);
    }
    // Whether it changed a row; it may be bound again.
    static bool executed(SQLite::Statement& statement) {
        const int changed = statement.exec();
        statement.reset();
        return changed > 0;
    }
    // The first number of the first row, if there is one; it may be bound again.
    static std::optional<std::int64_t> first(SQLite::Statement& statement) {
        std::optional<std::int64_t> found;
        if (statement.executeStep()) found = statement.getColumn(0).getInt64();
        statement.reset();
        return found;
    }

    mutable SQLite::Database database_;
    bool marking_ = true;
};

}  // namespace

std::unique_ptr<EvidenceStore> open_sqlite_evidence(const std::filesystem::path& path) {
    return std::make_unique<SqliteEvidence>(path);
}

}  // namespace assidu::node::archive
