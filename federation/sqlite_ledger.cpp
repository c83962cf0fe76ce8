#include "federation/sqlite_ledger.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "config/digest.h"
#include "config/refusal.h"
#include "federation/ledger_tables.h"
#include "federation/received_rows.h"
#include "federation/sqlite_store.h"
#include "federation/statement_row.h"

namespace assidu::federation {
namespace {

using config::CivilDay;

// Puts students' totals in the place of others by writing what differs: of a student of many months, the last
// day. Its statements are prepared once for all students.
class TotalsWriter {
  public:
    TotalsWriter(Prepared& sql, std::int64_t node, std::int64_t scale)
        : TotalsWriter(sql, sql.database(), node, scale) {}

    void replace(std::int64_t student, const StudentLedger& totals) {
        replace_rows(student, totals);
        replace_sessions(student, totals);
        replace_dropped(student, totals);
    }

  private:
    TotalsWriter(Prepared& sql, SQLite::Database& database, std::int64_t node, std::int64_t scale)
        : node_(node),
          scale_(scale),
          horizon_(horizon_of(database, node)),
          first_day_(horizon_.computed_from.value_or(CivilDay{INT32_MIN})),
          first_s_(horizon_.computed_from ? horizon_.computed_from_s : INT64_MIN),
          rows_(
              database,
              "SELECT day, course, measured_s, credited_s, events, first_utc_s, last_utc_s, activities FROM "
              "ledger_row WHERE node=? AND scale=? AND student=? AND day>=? ORDER BY day, course"),
          row_erase_(database,
                     "DELETE FROM ledger_row WHERE node=? AND scale=? AND student=? AND day=? AND course=?"),
          row_insert_(sql),
          sessions_(
              database,
              "SELECT begin_utc_s, ordinal, end_utc_s, events, courses FROM session "
              "WHERE node=? AND scale=? AND student=? AND begin_utc_s>=? ORDER BY begin_utc_s, ordinal"),
          session_erase_(database,
                         "DELETE FROM session WHERE node=? AND scale=? AND student=? AND begin_utc_s=? AND "
                         "ordinal=?"),
          session_insert_(database, "INSERT INTO session VALUES (?,?,?,?,?,?,?,?)"),
          dropped_(
              database,
              "SELECT day, reason, events FROM dropped WHERE node=? AND scale=? AND student=? AND day>=? "
              "ORDER BY day, reason"),
          dropped_erase_(database,
                         "DELETE FROM dropped WHERE node=? AND scale=? AND student=? AND day=? AND reason=?"),
          dropped_insert_(database, "INSERT INTO dropped VALUES (?,?,?,?,?,?)") {}

    // What is there, its last column as it is stored: bytes are compared, so that damaged ones are only
    // different.
    struct StoredRow : LedgerRow {
        std::string encoded;
    };
    struct KeyedSession {
        std::int64_t ordinal = 0;
        SessionRow session;
        std::string encoded;
        auto key() const { return std::pair(session.begin_utc_s, ordinal); }
    };

    // From which day and instant on the totals of a student change: behind the horizon, and behind what they
    // leave alone.
    [[nodiscard]] CivilDay first_day(const StudentLedger& totals) const {
        return totals.since ? std::max(first_day_, totals.since->day) : first_day_;
    }
    [[nodiscard]] std::int64_t first_s(const StudentLedger& totals) const {
        return totals.since ? std::max(first_s_, totals.since->begin_utc_s) : first_s_;
    }

    // Binds what every statement begins with.
    void begin(SQLite::Statement& statement, std::int64_t student) const {
        statement.reset();
        statement.bind(1, node_);
        statement.bind(2, scale_);
        statement.bind(3, student);
    }

    // Walks over what is there and what is to be, both ascending by key: erases what only the one has,
    // inserts what only the other has; of one key, both if they differ.
    template <class Stored, class Row, class Key, class Erase, class Insert>
    static void settle(const std::vector<Stored>& there, const std::vector<Row>& wanted, Key key, Erase erase,
                       Insert insert) {
        auto old = there.begin();
        for (const Row& row : wanted) {
            for (; old != there.end() && key(*old) < key(row); ++old)
                erase(*old);
            if (old != there.end() && key(*old) == key(row)) {
                const Stored& before = *old++;
                if (same(before, row)) continue;
                erase(before);
            }
            insert(row);
        }
        for (; old != there.end(); ++old)
            erase(*old);
    }
    static bool same(const StoredRow& a, const LedgerRow& b) {
        return a.measured_s == b.measured_s && a.credited_s == b.credited_s && a.events == b.events &&
               a.first_utc_s == b.first_utc_s && a.last_utc_s == b.last_utc_s &&
               a.encoded == encode_activities(b.activities);
    }
    static bool same(const KeyedSession& a, const KeyedSession& b) {
        return a.session.end_utc_s == b.session.end_utc_s && a.session.events == b.session.events &&
               a.encoded == b.encoded;
    }

    static bool same(const DroppedEvents& a, const DroppedEvents& b) { return a.events == b.events; }

    void replace_rows(std::int64_t student, const StudentLedger& totals) {
        std::vector<StoredRow> there;
        begin(rows_, student);
        rows_.bind(4, first_day(totals).number);
        while (rows_.executeStep()) {
            StoredRow& row = there.emplace_back();
            row.day = CivilDay{rows_.getColumn(0).getInt()};
            row.course = rows_.getColumn(1).getInt64();
            row.measured_s = rows_.getColumn(2).getInt64();
            row.credited_s = rows_.getColumn(3).getInt64();
            row.events = rows_.getColumn(4).getInt64();
            row.first_utc_s = maybe(rows_.getColumn(5));
            row.last_utc_s = maybe(rows_.getColumn(6));
            row.encoded = blob(rows_.getColumn(7));
        }
        rows_.reset();
        const auto key = [](const LedgerRow& row) { return std::pair(row.day, row.course); };
        const auto erase = [&](const LedgerRow& row) {
            begin(row_erase_, student);
            row_erase_.bind(4, row.day.number);
            row_erase_.bind(5, row.course);
            row_erase_.exec();
        };
        const auto insert = [&](const LedgerRow& row) { row_insert_.insert(node_, scale_, student, row); };
        const auto in_order = [&](const LedgerRow& a, const LedgerRow& b) { return key(a) < key(b); };
        if (!horizon_.computed_from && std::ranges::is_sorted(totals.rows, in_order)) {
            settle(there, totals.rows, key, erase, insert);
            return;
        }
        std::vector<LedgerRow> wanted = totals.rows;
        std::erase_if(wanted, [&](const LedgerRow& row) { return row.day < first_day(totals); });
        std::ranges::sort(wanted, in_order);
        settle(there, wanted, key, erase, insert);
    }

    void replace_sessions(std::int64_t student, const StudentLedger& totals) {
        std::vector<KeyedSession> there, wanted;
        begin(sessions_, student);
        sessions_.bind(4, first_s(totals));
        while (sessions_.executeStep())
            there.push_back({sessions_.getColumn(1).getInt64(),
                             {totals.student,
                              sessions_.getColumn(0).getInt64(),
                              sessions_.getColumn(2).getInt64(),
                              sessions_.getColumn(3).getInt64(),
                              {}},
                             std::string(blob(sessions_.getColumn(4)))});
        sessions_.reset();
        // Logins of one second open sessions of one begin: the ordinal keeps them apart.
        wanted.reserve(totals.sessions.size());
        for (const SessionRow& session : totals.sessions) {
            if (session.begin_utc_s < first_s(totals)) continue;
            const bool again = !wanted.empty() && wanted.back().session.begin_utc_s == session.begin_utc_s;
            wanted.push_back(
                {again ? wanted.back().ordinal + 1 : 0, session, encode_courses(session.courses)});
        }
        settle(
            there, wanted, [](const KeyedSession& session) { return session.key(); },
            [&](const KeyedSession& session) {
                begin(session_erase_, student);
                session_erase_.bind(4, session.session.begin_utc_s);
                session_erase_.bind(5, session.ordinal);
                session_erase_.exec();
            },
            [&](const KeyedSession& session) {
                begin(session_insert_, student);
                session_insert_.bind(4, session.session.begin_utc_s);
                session_insert_.bind(5, session.ordinal);
                session_insert_.bind(6, session.session.end_utc_s);
                session_insert_.bind(7, session.session.events);
                bind_blob(session_insert_, 8, session.encoded);
                session_insert_.exec();
            });
    }

    void replace_dropped(std::int64_t student, const StudentLedger& totals) {
        std::vector<DroppedEvents> there, wanted = totals.dropped;
        begin(dropped_, student);
        dropped_.bind(4, first_day(totals).number);
        while (dropped_.executeStep())
            there.push_back({totals.student, CivilDay{dropped_.getColumn(0).getInt()},
                             dropped_.getColumn(1).getString(), dropped_.getColumn(2).getInt64()});
        dropped_.reset();
        const auto key = [](const DroppedEvents& dropped) {
            return std::pair<CivilDay, std::string_view>(dropped.day, dropped.reason);
        };
        std::erase_if(wanted, [&](const DroppedEvents& dropped) { return dropped.day < first_day(totals); });
        std::ranges::sort(wanted, {}, key);
        settle(
            there, wanted, key,
            [&](const DroppedEvents& dropped) {
                begin(dropped_erase_, student);
                dropped_erase_.bind(4, dropped.day.number);
                dropped_erase_.bind(5, dropped.reason);
                dropped_erase_.exec();
            },
            [&](const DroppedEvents& dropped) {
                begin(dropped_insert_, student);
                dropped_insert_.bind(4, dropped.day.number);
                dropped_insert_.bind(5, dropped.reason);
                dropped_insert_.bind(6, dropped.events);
                dropped_insert_.exec();
            });
    }

    std::int64_t node_, scale_;
    const Horizon horizon_;
    const CivilDay first_day_;  // from which on totals may change
    const std::int64_t first_s_;
    SQLite::Statement rows_, row_erase_;
    RowInserter row_insert_;
    SQLite::Statement sessions_, session_erase_, session_insert_, dropped_, dropped_erase_, dropped_insert_;
};

class SqliteLedger final : public Ledger {
  public:
    explicit SqliteLedger(std::shared_ptr<SQLite::Database> database) : database_(std::move(database)) {}

    void replace(const std::string& node, const ScaleIdentity& scale, std::span<const StudentLedger> students,
                 const Freshness& freshness) override {
        translating_errors(*database_, [&] {
            in_transaction(*database_, [&] {
                Prepared sql(*database_);
                const std::int64_t node_key = key_of_node(sql, node);
                const std::int64_t scale_key = key_of_scale(sql, scale);
                TotalsWriter writer(sql, node_key, scale_key);
                for (const StudentLedger& student : students)
                    writer.replace(key_of_student(sql, node_key, student.student, student.source), student);
                put_freshness(sql, node_key, scale_key, freshness);
            });
        });
    }

    void set_whole(const std::string& node, const ScaleIdentity& scale, bool whole) override {
        translating_errors(*database_, [&] {
            in_transaction(*database_, [&] {
                SQLite::Statement change(*database_,
                                         whole ? "INSERT OR IGNORE INTO whole_scale VALUES (?,?)"
                                               : "DELETE FROM whole_scale WHERE node=? AND scale=?");
                change.bind(1, key_of_node(*database_, node));
                change.bind(2, key_of_scale(*database_, scale));
                change.exec();
            });
        });
    }

    void forget_whole(const std::string& node) override {
        translating_errors(*database_, [&] {
            in_transaction(*database_, [&] {
                SQLite::Statement erase(
                    *database_, "DELETE FROM whole_scale WHERE node=(SELECT key FROM node WHERE id=?)");
                erase.bind(1, node);
                erase.exec();
            });
        });
    }

    bool is_whole(const std::string& node, const std::string& scale_sha256) const override {
        return translating_errors(*database_, [&] {
            SQLite::Statement select(
                *database_,
                "SELECT 1 FROM whole_scale WHERE node=(SELECT key FROM node WHERE id=?) AND "
                "scale=(SELECT key FROM scale WHERE sha256=?)");
            select.bind(1, node);
            select.bind(2, scale_sha256);
            return select.executeStep();
        });
    }

    std::optional<std::string> other_document(const std::string& node,
                                              const ScaleIdentity& scale) const override {
        return translating_errors(*database_, [&]() -> std::optional<std::string> {
            SQLite::Statement select(
                *database_,
                "SELECT sha256 FROM scale s WHERE id=?1 AND version=?2 AND sha256<>?3 AND ("
                "EXISTS (SELECT 1 FROM freshness f JOIN node n ON f.node=n.key WHERE n.id=?4 AND "
                "f.scale=s.key) OR "
                "EXISTS (SELECT 1 FROM stated_day d JOIN node n ON d.node=n.key WHERE n.id=?4 AND "
                "d.scale=s.key))");
            select.bind(1, scale.id);
            select.bind(2, scale.version);
            select.bind(3, scale.sha256);
            select.bind(4, node);
            if (!select.executeStep()) return std::nullopt;
            return select.getColumn(0).getString();
        });
    }

    Horizon horizon(const std::string& node) const override {
        return translating_errors(*database_, [&] {
            SQLite::Statement select(*database_, "SELECT key FROM node WHERE id=?");
            select.bind(1, node);
            return select.executeStep() ? horizon_of(*database_, select.getColumn(0).getInt64()) : Horizon{};
        });
    }

    void add_outage(const std::string& node, const Outage& outage) override {
        translating_errors(*database_, [&] {
            in_transaction(*database_, [&] {
                SQLite::Statement insert(*database_, "INSERT OR IGNORE INTO outage VALUES (?,?,?,?)");
                insert.bind(1, key_of_node(*database_, node));
                insert.bind(2, outage.from_utc_s);
                insert.bind(3, outage.to_utc_s);
                insert.bind(4, outage.cause);
                insert.exec();
            });
        });
    }

    void rows(const LedgerQuery& query, const std::function<void(const LedgerRow&)>& visit) const override {
        translating_errors(*database_, [&] {
            SQLite::Statement select(
                *database_,
                fmt::format(
                    "SELECT s.id, r.day, r.course, r.measured_s, r.credited_s, r.events, r.first_utc_s, "
                    "r.last_utc_s, r.activities FROM student s JOIN ledger_row r "
                    "ON r.node=s.node AND r.scale=(SELECT key FROM scale WHERE sha256=?2) AND "
                    "r.student=s.key "
                    "WHERE s.node=(SELECT key FROM node WHERE id=?1) AND r.day BETWEEN ?3 AND ?4{} "
                    "ORDER BY s.id, r.day, r.course",
                    query.student ? " AND s.id=?5" : ""));
            bind_query(select, query, query.period.from.number, query.period.to.number);
            ReceivedRows received(*database_, query);
            bool has_received = received.next();
            LedgerRow row;
            while (select.executeStep()) {
                row.student = student_id(select.getColumn(0));
                row.day = CivilDay{select.getColumn(1).getInt()};
                row.course = select.getColumn(2).getInt64();
                row.measured_s = select.getColumn(3).getInt64();
                row.credited_s = select.getColumn(4).getInt64();
                row.events = select.getColumn(5).getInt64();
                row.first_utc_s = maybe(select.getColumn(6));
                row.last_utc_s = maybe(select.getColumn(7));
                row.activities = decode_activities(blob(select.getColumn(8)));
                for (; has_received && is_before(received.row(), row); has_received = received.next())
                    visit(received.row());
                visit(row);
            }
            for (; has_received; has_received = received.next())
                visit(received.row());
        });
    }

    bool days(const LedgerQuery& query, const std::function<void(const DaySums&)>& visit) const override {
        return translating_errors(*database_, [&] { return received_days(*database_, query, visit); });
    }

    void sessions(const LedgerQuery& query, std::int64_t from_utc_s, std::int64_t to_utc_s,
                  const std::function<void(const SessionRow&)>& visit) const override {
        translating_errors(*database_, [&] {
            SQLite::Statement select(
                *database_,
                fmt::format("SELECT s.id, t.begin_utc_s, t.end_utc_s, t.events, t.courses FROM "
                            "student s JOIN session t "
                            "ON t.node=s.node AND t.scale=(SELECT key FROM scale WHERE sha256=?2) "
                            "AND t.student=s.key "
                            "WHERE s.node=(SELECT key FROM node WHERE id=?1) AND (t.end_utc_s>?3 "
                            "OR t.begin_utc_s>=?3) AND t.begin_utc_s<?4{} "
                            "ORDER BY s.id, t.begin_utc_s, t.ordinal",
                            query.student ? " AND s.id=?5" : ""));
            bind_query(select, query, from_utc_s, to_utc_s);
            SessionRow session;
            while (select.executeStep()) {
                session.student = student_id(select.getColumn(0));
                session.begin_utc_s = select.getColumn(1).getInt64();
                session.end_utc_s = select.getColumn(2).getInt64();
                session.events = select.getColumn(3).getInt64();
                session.courses = decode_courses(blob(select.getColumn(4)));
                visit(session);
            }
        });
    }

    std::map<std::string, std::int64_t> dropped(const LedgerQuery& query) const override {
        return translating_errors(*database_, [&] {
            std::map<std::string, std::int64_t> counts;
            SQLite::Statement select(
                *database_,
                fmt::format("SELECT d.reason, sum(d.events) FROM student s JOIN dropped d "
                            "ON d.node=s.node AND d.scale=(SELECT key FROM scale WHERE sha256=?2) AND "
                            "d.student=s.key "
                            "WHERE s.node=(SELECT key FROM node WHERE id=?1) AND d.day BETWEEN ?3 AND ?4{} "
                            "GROUP BY d.reason",
                            query.student ? " AND s.id=?5" : ""));
            bind_query(select, query, query.period.from.number, query.period.to.number);
            while (select.executeStep())
                counts[select.getColumn(0).getString()] = select.getColumn(1).getInt64();
            return counts;
        });
    }

    std::vector<std::pair<StudentId, std::string>> students(const std::string& node,
                                                            const std::string& scale_sha256) const override {
        return translating_errors(*database_, [&] {
            std::vector<std::pair<StudentId, std::string>> found;
            SQLite::Statement select(
                *database_,
                "SELECT id, source FROM student s WHERE node=(SELECT key FROM node WHERE id=?1) AND ("
                "EXISTS (SELECT 1 FROM ledger_row r WHERE r.node=s.node AND r.scale=(SELECT key FROM scale "
                "WHERE sha256=?2) "
                "AND r.student=s.key) OR "
                "EXISTS (SELECT 1 FROM dropped d WHERE d.node=s.node AND d.scale=(SELECT key FROM scale "
                "WHERE sha256=?2) "
                "AND d.student=s.key)) ORDER BY id");
            select.bind(1, node);
            select.bind(2, scale_sha256);
            while (select.executeStep())
                found.emplace_back(student_id(select.getColumn(0)), select.getColumn(1).getString());
            const std::vector<std::int64_t> received = received_students(*database_, node, scale_sha256);
            if (received.empty()) return found;
            Prepared sql(*database_);
            for (const std::int64_t key : received) {
                const auto student = sql("SELECT id, source FROM student WHERE key=?");
                student->bind(1, key);
                if (student->executeStep())
                    found.emplace_back(student_id(student->getColumn(0)), student->getColumn(1).getString());
            }
            std::ranges::sort(found);
            found.erase(std::unique(found.begin(), found.end()), found.end());
            return found;
        });
    }

    std::vector<Outage> outages(const std::string& node, std::int64_t from_utc_s,
                                std::int64_t to_utc_s) const override {
        return translating_errors(*database_, [&] {
            std::vector<Outage> found;
            SQLite::Statement select(
                *database_,
                "SELECT from_utc_s, to_utc_s, cause FROM outage WHERE node=(SELECT key FROM node "
                "WHERE id=?1) AND to_utc_s>?2 AND from_utc_s<?3 ORDER BY 1, 2, 3");
            select.bind(1, node);
            select.bind(2, from_utc_s);
            select.bind(3, to_utc_s);
            while (select.executeStep())
                found.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64(),
                                 select.getColumn(2).getString()});
            return found;
        });
    }

    std::optional<Freshness> freshness(const std::string& node,
                                       const std::string& scale_sha256) const override {
        return translating_errors(*database_, [&]() -> std::optional<Freshness> {
            SQLite::Statement select(
                *database_,
                "SELECT engine, as_of_utc_s, archived_events, last_event_utc_s, last_event_id FROM "
                "freshness WHERE node=(SELECT key FROM node WHERE id=?1) AND scale=(SELECT key FROM "
                "scale WHERE sha256=?2)");
            select.bind(1, node);
            select.bind(2, scale_sha256);
            if (!select.executeStep()) return std::nullopt;
            return Freshness{select.getColumn(0).getString(), select.getColumn(1).getInt64(),
                             select.getColumn(2).getInt64(), maybe(select.getColumn(3)),
                             maybe(select.getColumn(4))};
        });
    }

    std::string digest(const std::string& node, const std::string& scale_sha256) const override {
        constexpr Period kAlways{CivilDay{INT32_MIN}, CivilDay{INT32_MAX}};
        const LedgerQuery query{node, scale_sha256, kAlways, std::nullopt};
        config::Sha256Stream stream;
        std::string line;
        rows(query, [&](const LedgerRow& row) {
            line = fmt::format("row {} {} {} {} {} {}", to_string(row.student), row.day.number, row.course,
                               row.measured_s, row.credited_s, row.events);
            for (const auto& instant : {row.first_utc_s, row.last_utc_s})
                line += instant ? fmt::format(" {}", *instant) : " -";
            for (const ActivityShare& share : row.activities)
                line += fmt::format(" {}:{}:{}:{}", share.activity, share.measured_s, share.credited_s,
                                    share.events);
            stream.update(line + "\n");
        });
        sessions(query, INT64_MIN, INT64_MAX, [&](const SessionRow& session) {
            stream.update(fmt::format("session {} {} {} {} {}\n", to_string(session.student),
                                      session.begin_utc_s, session.end_utc_s, session.events,
                                      fmt::join(session.courses, ",")));
        });
        digest_dropped(query, stream);
        return config::hex(stream.finish());
    }

  private:
    static void bind_query(SQLite::Statement& select, const LedgerQuery& query, std::int64_t from,
                           std::int64_t to) {
        select.bind(1, query.node);
        select.bind(2, query.scale_sha256);
        select.bind(3, from);
        select.bind(4, to);
        if (query.student)
            bind_student(select, 5, *query.student);
    }

    void digest_dropped(const LedgerQuery& query, config::Sha256Stream& stream) const {
        translating_errors(*database_, [&] {
            SQLite::Statement select(
                *database_,
                "SELECT s.id, d.day, d.reason, d.events FROM student s JOIN dropped d ON "
                "d.node=s.node AND d.student=s.key AND d.scale=(SELECT key FROM scale WHERE "
                "sha256=?2) WHERE s.node=(SELECT key FROM node WHERE id=?1) ORDER BY 1, 2, 3");
            select.bind(1, query.node);
            select.bind(2, query.scale_sha256);
            while (select.executeStep())
                stream.update(fmt::format("dropped {} {} {} {}\n", to_string(student_id(select.getColumn(0))),
                                          select.getColumn(1).getInt(), select.getColumn(2).getString(),
                                          select.getColumn(3).getInt64()));
        });
    }

    std::shared_ptr<SQLite::Database> database_;
};

}  // namespace

std::unique_ptr<Ledger> sqlite_ledger(std::shared_ptr<SQLite::Database> file) {
    return std::make_unique<SqliteLedger>(std::move(file));
}

std::unique_ptr<Ledger> open_sqlite_ledger(const std::filesystem::path& path) {
    return sqlite_ledger(open_ledger_file(path));
}

}  // namespace assidu::federation
