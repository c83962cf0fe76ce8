#include "node/archive/archive_tables.h"

#include <string_view>

#include "federation/sqlite_store.h"

namespace assidu::node::archive {
namespace {

// docs/formats/archive.md describes these tables.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE source (key INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, site_identifier TEXT NOT NULL,
  computing_for TEXT NOT NULL DEFAULT '', events INTEGER NOT NULL DEFAULT 0, first_utc_s INTEGER, last_utc_s INTEGER,
  last_id INTEGER, courses_unknown INTEGER NOT NULL DEFAULT 0);
CREATE TABLE shape (key INTEGER PRIMARY KEY, eventname TEXT NOT NULL, component TEXT NOT NULL, action TEXT NOT NULL,
  target TEXT NOT NULL, origin TEXT NOT NULL, crud TEXT NOT NULL, edulevel INTEGER NOT NULL,
  context_level INTEGER NOT NULL, login_as INTEGER NOT NULL, anonymous INTEGER NOT NULL);
CREATE TABLE block (source INTEGER NOT NULL, user_id INTEGER NOT NULL, utc_day INTEGER NOT NULL, events BLOB NOT NULL,
  PRIMARY KEY (source, user_id, utc_day)) WITHOUT ROWID;
CREATE TABLE seen (source INTEGER NOT NULL, chunk INTEGER NOT NULL, ids BLOB NOT NULL,
  PRIMARY KEY (source, chunk)) WITHOUT ROWID;
CREATE TABLE dirty (source INTEGER NOT NULL, user_id INTEGER NOT NULL, PRIMARY KEY (source, user_id)) WITHOUT ROWID;
CREATE TABLE activity (source INTEGER NOT NULL, activity INTEGER NOT NULL, course INTEGER NOT NULL, type TEXT NOT NULL,
  sure INTEGER NOT NULL, PRIMARY KEY (source, activity)) WITHOUT ROWID;
CREATE TABLE intake (key INTEGER PRIMARY KEY, source TEXT NOT NULL, path TEXT NOT NULL, kind TEXT NOT NULL,
  sha256 TEXT NOT NULL, begun_utc_s INTEGER NOT NULL, ended_utc_s INTEGER, counts TEXT NOT NULL);
)sql";
constexpr std::string_view kVersion2 = "ALTER TABLE source ADD COLUMN clean_as_of_s INTEGER;";
// From which instant on a student is not up to date. A mark of format 2 says nothing of it: from the begin.
constexpr std::string_view kVersion3 = R"sql(
ALTER TABLE dirty RENAME TO dirty_2;
CREATE TABLE dirty (source INTEGER NOT NULL, user_id INTEGER NOT NULL, from_utc_s INTEGER NOT NULL,
  PRIMARY KEY (source, user_id)) WITHOUT ROWID;
INSERT INTO dirty SELECT source, user_id, -9223372036854775807 - 1 FROM dirty_2;
DROP TABLE dirty_2;
)sql";
// Evidence that is no event.
constexpr std::string_view kVersion4 = R"sql(
CREATE TABLE completion (source INTEGER NOT NULL, user_id INTEGER NOT NULL, activity INTEGER NOT NULL,
  time_utc_s INTEGER NOT NULL, state INTEGER NOT NULL, PRIMARY KEY (source, user_id, activity, time_utc_s)) WITHOUT ROWID;
CREATE INDEX completion_of_activity ON completion (source, activity);
CREATE TABLE declaration (source INTEGER NOT NULL, origin TEXT NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL,
  begin_utc_s INTEGER NOT NULL, seconds INTEGER NOT NULL, course INTEGER NOT NULL, activity INTEGER NOT NULL,
  declared_utc_s INTEGER, validated INTEGER NOT NULL, PRIMARY KEY (source, origin, id)) WITHOUT ROWID;
CREATE INDEX declaration_of_user ON declaration (source, user_id);
CREATE INDEX declaration_of_activity ON declaration (source, activity);
CREATE TABLE foreign_time (source INTEGER NOT NULL, meter INTEGER NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL,
  time_utc_s INTEGER NOT NULL, seconds INTEGER NOT NULL, course INTEGER NOT NULL, activity INTEGER NOT NULL,
  PRIMARY KEY (source, meter, id)) WITHOUT ROWID;
CREATE INDEX foreign_time_of_user ON foreign_time (source, user_id);
CREATE INDEX foreign_time_of_activity ON foreign_time (source, activity);
CREATE TABLE enrolment (source INTEGER NOT NULL, enrolment INTEGER NOT NULL, since_utc_s INTEGER NOT NULL,
  user_id INTEGER NOT NULL, course INTEGER NOT NULL, said_utc_s INTEGER NOT NULL, active INTEGER NOT NULL,
  begin_utc_s INTEGER, end_utc_s INTEGER, PRIMARY KEY (source, enrolment, since_utc_s)) WITHOUT ROWID;
CREATE INDEX enrolment_of_user ON enrolment (source, user_id);
CREATE TABLE role (source INTEGER NOT NULL, assignment INTEGER NOT NULL, since_utc_s INTEGER NOT NULL,
  user_id INTEGER NOT NULL, role TEXT NOT NULL, context_level INTEGER NOT NULL, instance INTEGER NOT NULL,
  active INTEGER NOT NULL, PRIMARY KEY (source, assignment, since_utc_s)) WITHOUT ROWID;
CREATE INDEX role_of_user ON role (source, user_id);
CREATE TABLE course_place (source INTEGER NOT NULL, course INTEGER NOT NULL, categories TEXT, idnumber TEXT,
  PRIMARY KEY (source, course)) WITHOUT ROWID;
CREATE TABLE category (source INTEGER NOT NULL, category INTEGER NOT NULL, path TEXT NOT NULL,
  PRIMARY KEY (source, category)) WITHOUT ROWID;
CREATE TABLE activity_worth (source INTEGER NOT NULL, activity INTEGER NOT NULL, seconds INTEGER NOT NULL,
  PRIMARY KEY (source, activity)) WITHOUT ROWID;
CREATE TABLE exclusion (number INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, user_id INTEGER NOT NULL,
  from_utc_s INTEGER NOT NULL, to_utc_s INTEGER NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL,
  made_utc_s INTEGER NOT NULL);
CREATE INDEX exclusion_of_user ON exclusion (source, user_id);
CREATE TABLE exclusion_revoked (number INTEGER PRIMARY KEY REFERENCES exclusion, revoked_utc_s INTEGER NOT NULL,
  reason TEXT NOT NULL, author TEXT NOT NULL);
CREATE TABLE signed_day (key INTEGER PRIMARY KEY AUTOINCREMENT, source INTEGER NOT NULL, user_id INTEGER NOT NULL,
  day INTEGER NOT NULL, counts INTEGER NOT NULL, author TEXT NOT NULL, made_utc_s INTEGER NOT NULL,
  signature TEXT NOT NULL);
CREATE INDEX signed_day_of_user ON signed_day (source, user_id);
ALTER TABLE source ADD COLUMN evidence_revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE source ADD COLUMN evidence_computed INTEGER NOT NULL DEFAULT 0;
)sql";
// What the collector of a Moodle's database remembers.
constexpr std::string_view kVersion5 = R"sql(
CREATE TABLE collector (source INTEGER PRIMARY KEY, state TEXT NOT NULL);
CREATE TABLE collected (source INTEGER NOT NULL, chunk INTEGER NOT NULL, fate INTEGER NOT NULL, ids BLOB NOT NULL,
  PRIMARY KEY (source, chunk, fate)) WITHOUT ROWID;
CREATE TABLE collected_hour (source INTEGER NOT NULL, utc_hour INTEGER NOT NULL, fate INTEGER NOT NULL,
  rows INTEGER NOT NULL, min_id INTEGER NOT NULL, max_id INTEGER NOT NULL,
  PRIMARY KEY (source, utc_hour, fate)) WITHOUT ROWID;
CREATE TABLE quarantine (source INTEGER NOT NULL, id INTEGER NOT NULL, user_id INTEGER NOT NULL,
  time_s INTEGER NOT NULL, course INTEGER NOT NULL, activity INTEGER NOT NULL, shape INTEGER NOT NULL, twin INTEGER,
  PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE clone (source INTEGER NOT NULL, id INTEGER NOT NULL, PRIMARY KEY (source, id)) WITHOUT ROWID;
CREATE TABLE reclaim (source INTEGER NOT NULL, user_id INTEGER NOT NULL, up_to_id INTEGER NOT NULL,
  PRIMARY KEY (source, user_id)) WITHOUT ROWID;
)sql";
constexpr std::string_view kMigrations[] = {kVersion1, kVersion2, kVersion3, kVersion4, kVersion5};
constexpr federation::StoreFormat kFormat{"archive", 0x41736131 /* "Asa1" */, kMigrations};

}  // namespace

SQLite::Database open_archive_file(const std::filesystem::path& path) {
    return federation::open_store(path, kFormat);
}

DirtyMarker::DirtyMarker(SQLite::Database& database, SourceKey source)
    : put_(database,
           "INSERT INTO dirty (source, user_id, from_utc_s) VALUES (?,?,?) ON CONFLICT DO UPDATE SET "
           "from_utc_s=min(from_utc_s, excluded.from_utc_s)") {
    put_.bind(1, source);
}

void DirtyMarker::mark(const DirtyMark& mark) {
    put_.bind(2, mark.user_id);
    put_.bind(3, mark.from_s);
    put_.exec();
    put_.reset();
}

}  // namespace assidu::node::archive
