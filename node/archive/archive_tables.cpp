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
constexpr std::string_view kVersion4;
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
