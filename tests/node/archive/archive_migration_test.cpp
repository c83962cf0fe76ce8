// Archive files of earlier formats, made with the SQL of their time: what stood in them must still be there.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include "node/archive/collection.h"
#include "node/archive/sqlite_archive.h"
#include "tests/temporary_folder.h"

namespace assidu::node::archive {
namespace {

// Frozen: never to be changed along with the program. The block is the example of docs/formats/archive.md.
constexpr const char* kFormat1 = R"sql(
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
INSERT INTO source VALUES (1, 'moodle', '', 'scale A', 2, 1772438400, 1772438490, 1003, 0);
INSERT INTO shape VALUES (0, '\core\event\course_viewed', 'core', 'viewed', 'course', 'web', 'r', 2, 50, 0, 0);
INSERT INTO shape VALUES (1, '\mod_quiz\event\x', 'mod_quiz', 'viewed', 'x', 'web', 'r', 2, 70, 0, 0);
INSERT INTO block VALUES (1, 7, 20514, x'010280e1015ad00f060001140000ea07894e9339');
INSERT INTO dirty VALUES (1, 7);
PRAGMA application_id=1098080561;
PRAGMA user_version=1;
)sql";
constexpr const char* kFormat2 = R"sql(
ALTER TABLE source ADD COLUMN clean_as_of_s INTEGER;
UPDATE source SET clean_as_of_s=1772440000;
PRAGMA user_version=2;
)sql";

class ArchiveMigration : public ::testing::Test {
  protected:
    void make(std::initializer_list<const char*> scripts) const {
        SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        for (const char* script : scripts)
            database.exec(script);
    }
    tests::TemporaryFolder folder;
    std::string path = (folder / "archive.sqlite").string();
};

TEST_F(ArchiveMigration, ADirtyMarkOfFormat2IsOfEverything) {
    make({kFormat1, kFormat2});
    const auto archive = open_sqlite_archive(path);
    const SourceKey source = archive->source("moodle", "").value();
    EXPECT_EQ(archive->dirty(source), (std::vector<DirtyMark>{{7, kFromTheBegin}}));
    EXPECT_EQ(archive->clean_as_of(source), 1'772'440'000);
    ASSERT_EQ(archive->events(source, 7).size(), 2U);
    EXPECT_EQ(archive->events(source, 7).back().activity, 501);
    archive->computing_for(source, "scale A");
    archive->mark_clean(source, std::vector<std::int64_t>{7}, 1'772'450'000);
    EXPECT_TRUE(archive->dirty(source).empty());
}

TEST_F(ArchiveMigration, AFileOfFormat1IsBroughtForward) {
    make({kFormat1});
    const auto archive = open_sqlite_archive(path);
    const SourceKey source = archive->source("moodle", "").value();
    EXPECT_EQ(archive->dirty(source), (std::vector<DirtyMark>{{7, kFromTheBegin}}));
    EXPECT_FALSE(archive->clean_as_of(source));
    EXPECT_EQ(archive->events(source, 7).front().time_s, 1'772'438'400 + 0);
}

TEST_F(ArchiveMigration, AFileOfFormat2TakesWhatTheCollectorRemembers) {
    make({kFormat1, kFormat2});
    const auto archive = open_sqlite_archive(path);
    const SourceKey source = archive->source("moodle", "").value();
    Collection& collection = archive->collection();
    EXPECT_EQ(collection.state(source).read_id, 0);
    CollectedPage page;
    page.events = {{7, {1'772'438'500, 1100, 10, 0, 0}}, {7, {1'772'438'600, 1101, 10, 0, 0}}};
    page.rows = {{1100, 1'772'438'500, Fate::archived},
                 {1101, 1'772'438'600, Fate::archived},
                 {1102, 1'772'438'600, Fate::guest}};
    page.state.read_id = 1102;
    page.state.pass = CollectorPass{1, 2, 3, 4, false, 5};
    page.state.marks = {{1, 2, 3}};
    page.state.remembered = {{1102, 5, 1}};
    const auto counts = [](const Appended&) { return std::map<std::string, std::int64_t>{}; };
    EXPECT_EQ(collection.take(source, page, 1, counts).added, 2);
    EXPECT_EQ(collection.take(source, page, 1, counts).duplicates, 2) << "and not twice";
    EXPECT_EQ(collection.state(source).pass->to_id, 4);
    EXPECT_EQ(collection.state(source).marks.at(0).node_utc_s, 3);
    const std::vector<std::int64_t> ids{1099, 1100, 1101, 1102, 70'000};
    EXPECT_EQ(collection.fates(source, ids),
              (std::vector<std::optional<Fate>>{{}, Fate::archived, Fate::archived, Fate::guest, {}}));
    EXPECT_EQ(collection.first_missing(source, 1099, 2000), 1103);
    EXPECT_EQ(collection.first_missing(source, 0, 2000), 1);
    EXPECT_EQ(collection.count_missing(source, 0, 70'000), 70'000 - 3);
    // The guest's row is a student's after all.
    page.events = {{8, {1'772'438'600, 1102, 10, 0, 0}}};
    page.rows = {{1102, 1'772'438'600, Fate::archived}};
    EXPECT_EQ(collection.take(source, page, 1, counts).added, 1);
    EXPECT_EQ(collection.count(source, Fate::guest), 0);
    EXPECT_EQ(collection.count(source, Fate::archived), 3);
}

}  // namespace
}  // namespace assidu::node::archive
