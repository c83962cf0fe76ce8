#include "federation/ledger_tables.h"

#include <fmt/format.h>

#include "config/refusal.h"
#include "federation/sqlite_store.h"
#include "federation/varint.h"

namespace assidu::federation {
namespace {

using config::ResourceFailure;

// Small integer keys stand for the node, scale and student of each row; the node's leads, as in every key of
// the project. docs/formats/ledger.md describes these tables.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE node (key INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
CREATE TABLE scale (key INTEGER PRIMARY KEY, sha256 TEXT NOT NULL UNIQUE, id TEXT NOT NULL, version INTEGER NOT NULL,
  document TEXT NOT NULL);
CREATE TABLE student (key INTEGER PRIMARY KEY, node INTEGER NOT NULL REFERENCES node, id BLOB NOT NULL,
  source TEXT NOT NULL, UNIQUE (node, id));
CREATE TABLE ledger_row (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  course INTEGER NOT NULL, measured_s INTEGER NOT NULL, credited_s INTEGER NOT NULL, events INTEGER NOT NULL,
  first_utc_s INTEGER, last_utc_s INTEGER, activities BLOB NOT NULL,
  PRIMARY KEY (node, scale, student, day, course)) WITHOUT ROWID;
CREATE TABLE session (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL,
  begin_utc_s INTEGER NOT NULL, ordinal INTEGER NOT NULL, end_utc_s INTEGER NOT NULL, events INTEGER NOT NULL,
  courses BLOB NOT NULL, PRIMARY KEY (node, scale, student, begin_utc_s, ordinal)) WITHOUT ROWID;
CREATE TABLE dropped (node INTEGER NOT NULL, scale INTEGER NOT NULL, student INTEGER NOT NULL, day INTEGER NOT NULL,
  reason TEXT NOT NULL, events INTEGER NOT NULL,
  PRIMARY KEY (node, scale, student, day, reason)) WITHOUT ROWID;
CREATE TABLE outage (node INTEGER NOT NULL, from_utc_s INTEGER NOT NULL, to_utc_s INTEGER NOT NULL, cause TEXT NOT NULL,
  PRIMARY KEY (node, from_utc_s, to_utc_s, cause)) WITHOUT ROWID;
CREATE TABLE freshness (node INTEGER NOT NULL, scale INTEGER NOT NULL, engine TEXT NOT NULL, as_of_utc_s INTEGER NOT NULL,
  archived_events INTEGER NOT NULL, last_event_utc_s INTEGER, last_event_id INTEGER,
  PRIMARY KEY (node, scale)) WITHOUT ROWID;
)sql";

// Statements, own and received, whole; which statement last spoke of a day and what it said; the secrets that
// salt a student's rows; members, and the messages of the last minutes.
constexpr std::string_view kVersion2 = R"sql(
CREATE TABLE statement (node INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
  bytes BLOB NOT NULL, receipt TEXT NOT NULL, PRIMARY KEY (node, number));
CREATE TABLE stated_day (node INTEGER NOT NULL, scale INTEGER NOT NULL, day INTEGER NOT NULL, number INTEGER NOT NULL,
  digest TEXT NOT NULL, PRIMARY KEY (node, scale, day)) WITHOUT ROWID;
CREATE TABLE row_secret (node INTEGER NOT NULL, holder TEXT NOT NULL, secret BLOB NOT NULL,
  PRIMARY KEY (node, holder)) WITHOUT ROWID;
CREATE TABLE member (id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, names TEXT NOT NULL, key BLOB NOT NULL,
  tls_fingerprint TEXT NOT NULL, invitation TEXT NOT NULL, since_utc_s INTEGER NOT NULL);
CREATE TABLE message (sender TEXT NOT NULL, id TEXT NOT NULL, received_utc_s INTEGER NOT NULL,
  PRIMARY KEY (sender, id)) WITHOUT ROWID;
CREATE TABLE refusal (sender TEXT NOT NULL, code TEXT NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (sender, code)) WITHOUT ROWID;
CREATE TABLE roster (node INTEGER NOT NULL, key TEXT NOT NULL, row TEXT NOT NULL, PRIMARY KEY (node, key)) WITHOUT ROWID;
)sql";
// What a member says it has made, and where it is reached.
constexpr std::string_view kVersion3 = R"sql(
ALTER TABLE member ADD COLUMN announced INTEGER NOT NULL DEFAULT 0;
ALTER TABLE member ADD COLUMN announced_digest TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN announced_utc_s INTEGER;
ALTER TABLE member ADD COLUMN url TEXT NOT NULL DEFAULT '';
)sql";
// Who was told names, and for what: appended to, never changed.
constexpr std::string_view kVersion4 = R"sql(
CREATE TABLE audit (key INTEGER PRIMARY KEY AUTOINCREMENT, utc_s INTEGER NOT NULL, actor TEXT NOT NULL, node TEXT NOT NULL,
  action TEXT NOT NULL, purpose TEXT NOT NULL, students INTEGER NOT NULL, others INTEGER NOT NULL, outcome TEXT NOT NULL);
)sql";
// Scales beside the node's own whose totals are of all its events; reports that were issued, and what of.
constexpr std::string_view kVersion5 = R"sql(
CREATE TABLE whole_scale (node INTEGER NOT NULL, scale INTEGER NOT NULL, PRIMARY KEY (node, scale)) WITHOUT ROWID;
CREATE TABLE report (key INTEGER PRIMARY KEY AUTOINCREMENT, issued_utc_s INTEGER NOT NULL, kind TEXT NOT NULL,
  node TEXT NOT NULL, student BLOB NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, scale TEXT NOT NULL,
  scale_name TEXT NOT NULL, rows_digest TEXT NOT NULL, superseded_utc_s INTEGER);
CREATE TABLE report_file (report INTEGER NOT NULL REFERENCES report, ordinal INTEGER NOT NULL, path TEXT NOT NULL,
  sha256 TEXT NOT NULL, PRIMARY KEY (report, ordinal)) WITHOUT ROWID;
)sql";
constexpr std::string_view kVersion6 = R"sql(
CREATE TABLE horizon (node INTEGER PRIMARY KEY REFERENCES node, computed_from_day INTEGER, computed_from_utc_s INTEGER,
  totals_from_day INTEGER);
)sql";
// What happened to chains of statements; own statements that the hub has others of; where this file lay when
// the hub last said what it has; keys that were handed over or revoked.
constexpr std::string_view kVersion7 = R"sql(
CREATE TABLE incident (key INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, kind TEXT NOT NULL,
  first_utc_s INTEGER NOT NULL, last_utc_s INTEGER NOT NULL, from_number INTEGER NOT NULL, to_number INTEGER NOT NULL,
  times INTEGER NOT NULL);
CREATE TABLE set_aside (node INTEGER NOT NULL, number INTEGER NOT NULL, digest TEXT NOT NULL, kind TEXT NOT NULL,
  bytes BLOB NOT NULL, receipt TEXT NOT NULL, utc_s INTEGER NOT NULL, PRIMARY KEY (node, number, digest));
CREATE TABLE place (only_one INTEGER PRIMARY KEY CHECK (only_one=1), place TEXT NOT NULL);
CREATE TABLE handover (node TEXT NOT NULL, ordinal INTEGER NOT NULL, old_key BLOB NOT NULL, new_key BLOB NOT NULL,
  last_number INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (node, ordinal)) WITHOUT ROWID;
CREATE TABLE revoked_key (key BLOB PRIMARY KEY, node TEXT NOT NULL, utc_s INTEGER NOT NULL, reason TEXT NOT NULL)
  WITHOUT ROWID;
)sql";
// Partners' words on each other's keys.
constexpr std::string_view kVersion8 = R"sql(
CREATE TABLE attestation (node TEXT NOT NULL, fingerprint TEXT NOT NULL, signer TEXT NOT NULL, key BLOB NOT NULL,
  issued_utc_s INTEGER NOT NULL, note TEXT NOT NULL, PRIMARY KEY (node, fingerprint, signer)) WITHOUT ROWID;
)sql";
// The rows that a hub received, by day instead of by student (federation/received_day.h). Those that it
// received before stay where they are until their day is stated again.
constexpr std::string_view kVersion9 = R"sql(
CREATE TABLE received_cells (node INTEGER NOT NULL, scale INTEGER NOT NULL, day INTEGER NOT NULL, cells BLOB NOT NULL,
  PRIMARY KEY (node, scale, day)) WITHOUT ROWID;
CREATE TABLE received_details (node INTEGER NOT NULL, scale INTEGER NOT NULL, day INTEGER NOT NULL,
  details BLOB NOT NULL, PRIMARY KEY (node, scale, day)) WITHOUT ROWID;
)sql";
constexpr std::string_view kMigrations[] = {kVersion1, kVersion2, kVersion3, kVersion4, kVersion5,
                                            kVersion6, kVersion7, kVersion8, kVersion9};
constexpr StoreFormat kFormat{"ledger", 0x41736c31 /* "Asl1" */, kMigrations};

[[noreturn]] void damaged(const char* what) {
    throw ResourceFailure(
        fmt::format("the ledger is damaged: {} cannot be read; restore it from a backup", what));
}

void bind_maybe(SQLite::Statement& statement, int index, const std::optional<std::int64_t>& value) {
    if (value)
        statement.bind(index, *value);
    else
        statement.bind(index);
}

}  // namespace

std::shared_ptr<SQLite::Database> open_ledger_file(const std::filesystem::path& path) {
    return std::make_shared<SQLite::Database>(open_store(path, kFormat));
}

std::int64_t key_of_node(Prepared& sql, const std::string& id) {
    {
        const auto select = sql("SELECT key FROM node WHERE id=?");
        select->bind(1, id);
        if (select->executeStep()) return select->getColumn(0).getInt64();
    }
    const auto insert = sql("INSERT INTO node (id) VALUES (?)");
    insert->bind(1, id);
    insert->exec();
    return sql.database().getLastInsertRowid();
}

std::int64_t key_of_node(SQLite::Database& database, const std::string& id) {
    Prepared sql(database);
    return key_of_node(sql, id);
}

std::int64_t key_of_scale(Prepared& sql, const ScaleIdentity& scale) {
    {
        const auto select = sql("SELECT key FROM scale WHERE sha256=?");
        select->bind(1, scale.sha256);
        if (select->executeStep()) return select->getColumn(0).getInt64();
    }
    const auto insert = sql("INSERT INTO scale (sha256, id, version, document) VALUES (?,?,?,?)");
    insert->bind(1, scale.sha256);
    insert->bind(2, scale.id);
    insert->bind(3, scale.version);
    insert->bind(4, scale.document);
    insert->exec();
    return sql.database().getLastInsertRowid();
}

std::int64_t key_of_scale(SQLite::Database& database, const ScaleIdentity& scale) {
    Prepared sql(database);
    return key_of_scale(sql, scale);
}

std::int64_t key_of_student(Prepared& sql, std::int64_t node, const StudentId& student,
                            const std::string& source) {
    const int size = static_cast<int>(student.bytes.size());
    {
        const auto select = sql("SELECT key FROM student WHERE node=? AND id=?");
        select->bind(1, node);
        select->bindNoCopy(2, student.bytes.data(), size);
        if (select->executeStep()) return select->getColumn(0).getInt64();
    }
    const auto insert = sql("INSERT INTO student (node, id, source) VALUES (?,?,?)");
    insert->bind(1, node);
    insert->bindNoCopy(2, student.bytes.data(), size);
    insert->bind(3, source);
    insert->exec();
    return sql.database().getLastInsertRowid();
}

RowInserter::RowInserter(Prepared& sql)
    : statement_(sql("INSERT INTO ledger_row VALUES (?,?,?,?,?,?,?,?,?,?,?)")) {}

void RowInserter::insert(std::int64_t node, std::int64_t scale, std::int64_t student, const LedgerRow& row) {
    const std::string activities = encode_activities(row.activities);
    statement_->bind(1, node);
    statement_->bind(2, scale);
    statement_->bind(3, student);
    statement_->bind(4, row.day.number);
    statement_->bind(5, row.course);
    statement_->bind(6, row.measured_s);
    statement_->bind(7, row.credited_s);
    statement_->bind(8, row.events);
    bind_maybe(*statement_, 9, row.first_utc_s);
    bind_maybe(*statement_, 10, row.last_utc_s);
    bind_blob(*statement_, 11, activities);
    statement_->exec();
    statement_->reset();
}

Horizon horizon_of(SQLite::Database& database, std::int64_t node) {
    SQLite::Statement select(
        database, "SELECT computed_from_day, computed_from_utc_s, totals_from_day FROM horizon WHERE node=?");
    select.bind(1, node);
    Horizon horizon;
    if (!select.executeStep()) return horizon;
    if (!select.getColumn(0).isNull()) {
        horizon.computed_from = config::CivilDay{select.getColumn(0).getInt()};
        horizon.computed_from_s = select.getColumn(1).getInt64();
    }
    if (!select.getColumn(2).isNull()) horizon.totals_from = config::CivilDay{select.getColumn(2).getInt()};
    return horizon;
}

void put_freshness(Prepared& sql, std::int64_t node, std::int64_t scale, const Freshness& freshness) {
    const auto put = sql("INSERT OR REPLACE INTO freshness VALUES (?,?,?,?,?,?,?)");
    put->bind(1, node);
    put->bind(2, scale);
    put->bind(3, freshness.engine);
    put->bind(4, freshness.as_of_utc_s);
    put->bind(5, freshness.archived_events);
    bind_maybe(*put, 6, freshness.last_event_utc_s);
    bind_maybe(*put, 7, freshness.last_event_id);
    put->exec();
}

std::string encode_courses(const std::vector<std::int64_t>& courses) {
    std::string bytes;
    std::int64_t before = 0;
    put_varint(bytes, courses.size());
    for (const std::int64_t course : courses) {
        put_signed_varint(bytes, course - before);
        before = course;
    }
    return bytes;
}

std::vector<std::int64_t> decode_courses(std::string_view bytes) {
    VarintReader reader(bytes);
    const std::uint64_t size = reader.get();
    if (size > bytes.size()) damaged("the courses of a session");
    std::vector<std::int64_t> courses(size);
    std::int64_t before = 0;
    for (std::int64_t& course : courses) {
        course = before + reader.get_signed();
        before = course;
    }
    if (!reader.done()) damaged("the courses of a session");
    return courses;
}

std::string encode_activities(const std::vector<ActivityShare>& activities) {
    std::string bytes;
    std::int64_t before = 0;
    put_varint(bytes, activities.size());
    for (const ActivityShare& share : activities) {
        put_signed_varint(bytes, share.activity - before);
        put_signed_varint(bytes, share.measured_s);
        put_signed_varint(bytes, share.credited_s);
        put_signed_varint(bytes, share.events);
        before = share.activity;
    }
    return bytes;
}

void read_activities(VarintReader& reader, std::size_t bytes_max, std::vector<ActivityShare>& activities) {
    const std::uint64_t size = reader.get();
    if (size > bytes_max) damaged("the activities of a row");
    activities.resize(size);
    std::int64_t before = 0;
    for (ActivityShare& share : activities) {
        share.activity = before + reader.get_signed();
        share.measured_s = reader.get_signed();
        share.credited_s = reader.get_signed();
        share.events = reader.get_signed();
        before = share.activity;
    }
}

std::vector<ActivityShare> decode_activities(std::string_view bytes) {
    VarintReader reader(bytes);
    std::vector<ActivityShare> activities;
    read_activities(reader, bytes.size(), activities);
    if (!reader.done()) damaged("the activities of a row");
    return activities;
}

StudentId student_id(const SQLite::Column& column) {
    StudentId student;
    const std::string_view bytes = blob(column);
    if (bytes.size() != student.bytes.size()) damaged("a student's id");
    for (std::size_t i = 0; i < bytes.size(); ++i)
        student.bytes[i] = static_cast<std::uint8_t>(bytes[i]);
    return student;
}

std::string_view blob(const SQLite::Column& column) {
    return {static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(column.getBytes())};
}

std::optional<std::int64_t> maybe(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getInt64();
}

void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes) {
    statement.bindNoCopy(index, bytes.data(), static_cast<int>(bytes.size()));
}

void bind_student(SQLite::Statement& statement, int index, const StudentId& student) {
    statement.bind(index, student.bytes.data(), static_cast<int>(student.bytes.size()));
}

}  // namespace assidu::federation
