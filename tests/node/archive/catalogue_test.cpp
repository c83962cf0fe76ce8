#include "node/archive/catalogue.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <random>

#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::node::archive {
namespace {

using tests::TemporaryFolder;

PersonRecord elodie() {
    PersonRecord person;
    person.user_id = 42;
    person.username = "elodie";
    person.firstname = "Élodie";
    person.lastname = "L'Étang, \"née\" Roux";
    person.email = "elodie@univ.example";
    person.institution = "Université de Lyon";
    person.cohorts = {"sonate-2026", "a;b"};
    person.profile_fields = {{"funded", "yes"}};
    return person;
}

// As a Moodle has a person whose account was deleted.
PersonRecord scrambled() {
    PersonRecord person;
    person.user_id = 42;
    person.username = "elodie@univ.example.1774000000";
    person.firstname = "Élodie";
    person.lastname = "Roux";
    person.email = "d41d8cd98f00b204e9800998ecf8427e";
    person.deleted = true;
    return person;
}

std::vector<HeldRow> all_rows(const Catalogue& catalogue, SideTable table) {
    std::vector<HeldRow> rows;
    catalogue.rows("moodle", table, [&](const HeldRow& row) { rows.push_back(row); });
    return rows;
}

TEST(Catalogue, GivesBackWhatWasPutInAndTheLatestReplacesTheOne) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    PersonRecord person = elodie();
    catalogue->put("moodle", std::vector{person}, 1000);
    EXPECT_EQ(catalogue->person("moodle", 42), person);
    person.lastname = "Roux";
    catalogue->put("moodle", std::vector{person}, 2000);
    EXPECT_EQ(catalogue->person("moodle", 42), person);
    EXPECT_EQ(catalogue->person("other", 42), std::nullopt);
    EXPECT_EQ(catalogue->count_people("moodle"), 1);
}

TEST(Catalogue, AMarriedStudentKeepsTheNameTheyHadThen) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    PersonRecord person = elodie();
    catalogue->put("moodle", std::vector{person}, 1000);
    person.lastname = "Durand";
    person.username = "elodie.durand";
    catalogue->put("moodle", std::vector{person}, 2000);
    const auto history = catalogue->person_history("moodle", 42);
    ASSERT_EQ(history.size(), 2u);
    EXPECT_EQ(history[0].from_utc_s, 1000);
    EXPECT_EQ(history[0].to_utc_s, 2000);
    EXPECT_EQ(history[1].to_utc_s, std::nullopt);
    EXPECT_EQ(held_at(history, 1999)->record.username, "elodie");
    EXPECT_EQ(held_at(history, 2000)->record.username, "elodie.durand");
    EXPECT_EQ(held_at(history, 0)->record.username, "elodie") << "before it was first seen";
}

TEST(Catalogue, ADeletedPersonKeepsTheIdentityTheyHad) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    catalogue->put("moodle", std::vector{elodie()}, 1000);
    catalogue->put("moodle", std::vector{scrambled()}, 2000);
    catalogue->put("moodle", std::vector{scrambled()}, 3000);
    PersonRecord expected = elodie();
    expected.deleted = true;
    EXPECT_EQ(catalogue->person("moodle", 42), expected);
    EXPECT_EQ(catalogue->person_history("moodle", 42).size(), 2u);
}

TEST(Catalogue, OfOneDeletedBeforeTheyWereEverSeenNoScrambledNameIsKept) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    catalogue->put("moodle", std::vector{scrambled()}, 1000);
    const auto person = catalogue->person("moodle", 42);
    ASSERT_TRUE(person);
    EXPECT_EQ(person->lastname, "Roux");
    EXPECT_EQ(person->username + person->email + person->idnumber, "");
}

TEST(Catalogue, KnowsCoursesAndActivities) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    const CourseRecord course{10, "Mathématiques", "MATH", "M1", 3, 1'700'000'000, 0};
    const ActivityRecord activity{501, 10, "quiz", "Test 1", "T1", 77};
    catalogue->put("moodle", std::vector{course}, 1000);
    catalogue->put("moodle", std::vector{activity}, 1000);
    EXPECT_EQ(catalogue->course("moodle", 10), course);
    EXPECT_EQ(catalogue->activity("moodle", 501), activity);
    EXPECT_FALSE(catalogue->course("moodle", 11));
    EXPECT_FALSE(catalogue->activity("moodle", 10));
}

TEST(Catalogue, WhatIsMissingOfAWholeRangeIsGoneAndKeepsItsName) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    const CourseRecord algebra{10, "Algebra", "", ""}, latin{20, "Latin", "", ""}, far{900, "Far", "", ""};
    catalogue->put("moodle", std::vector{algebra, latin, far}, 1000, IdRange{});
    // A page of the ids up to 500: it says nothing of course 900.
    EXPECT_EQ(catalogue->put("moodle", std::vector{latin}, 2000, IdRange{0, 500}), 1);
    EXPECT_EQ(catalogue->course_history("moodle", 10).back().to_utc_s, 2000);
    EXPECT_EQ(catalogue->course("moodle", 10)->fullname, "Algebra");
    EXPECT_EQ(catalogue->course_history("moodle", 900).back().to_utc_s, std::nullopt);
    // It comes back, as after a restore from the recycle bin.
    catalogue->put("moodle", std::vector{algebra}, 3000);
    const auto history = catalogue->course_history("moodle", 10);
    ASSERT_EQ(history.size(), 2u);
    EXPECT_EQ(history[1].from_utc_s, 3000);
}

TEST(Catalogue, SayingTheSameAgainWritesNothing) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    const std::vector<HistoryRow> enrolments{{1, {"5", "42", "0", "1700000000", "0", "1699999999"}}};
    const std::vector courses{CourseRecord{10, "Algebra", "", ""}};
    const auto put = [&](std::int64_t now) {
        return catalogue->put("moodle", std::vector{elodie()}, now, IdRange{}) +
               catalogue->put("moodle", courses, now, IdRange{}) +
               catalogue->put("moodle", SideTable::enrolment, enrolments, now, IdRange{});
    };
    EXPECT_EQ(put(1000), 3);
    const auto wal = folder / "c.sqlite-wal";
    const auto size = std::filesystem::file_size(wal);
    for (std::int64_t now = 2000; now < 2050; ++now)
        EXPECT_EQ(put(now), 0);
    EXPECT_EQ(std::filesystem::file_size(wal), size);
}

TEST(Catalogue, AnEndedEnrolmentKeepsItsHistoryAndAGradeItsDigits) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    const HistoryRow active{1, {"5", "42", "0", "1700000000", "0", "1699999999"}};
    const HistoryRow grade{7, {"3", "42", "14.50000", "20.00000", "0", "0", "0", "1700000001"}};
    catalogue->put("moodle", SideTable::enrolment, std::vector{active}, 1000, IdRange{});
    catalogue->put("moodle", SideTable::grade, std::vector{grade}, 1000, IdRange{});
    catalogue->put("moodle", SideTable::enrolment, std::vector<HistoryRow>{}, 2000, IdRange{});
    const auto enrolments = all_rows(*catalogue, SideTable::enrolment);
    ASSERT_EQ(enrolments.size(), 1u);
    EXPECT_EQ(enrolments[0].row, active);
    EXPECT_EQ(enrolments[0].to_utc_s, 2000);
    EXPECT_EQ(all_rows(*catalogue, SideTable::grade)[0].row, grade) << "14.50000 is not 14.5";
}

TEST(Catalogue, EverySideTableTakesItsColumns) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    for (const SideTable table : kSideTables) {
        const HistoryRow row{9, std::vector<std::string>(shape_of(table).columns.size(), "3")};
        EXPECT_EQ(catalogue->put("moodle", table, std::vector{row}, 1000), 1) << shape_of(table).table;
        EXPECT_EQ(all_rows(*catalogue, table)[0].row, row) << shape_of(table).table;
    }
}

TEST(Catalogue, AClockThatGoesBackMakesNoIntervalThatEndsBeforeItBegins) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    std::mt19937_64 dice(tests::test_seed());
    for (int step = 0; step < 200; ++step) {
        std::vector<CourseRecord> courses;
        for (std::int64_t id = 1; id <= 3; ++id) {
            if (dice() % 3 != 0) courses.push_back({id, std::to_string(dice() % 2), "", ""});
        }
        catalogue->put("moodle", courses, static_cast<std::int64_t>(1000 + dice() % 50), IdRange{});
        for (std::int64_t id = 1; id <= 3; ++id) {
            std::int64_t end = 0;
            const auto history = catalogue->course_history("moodle", id);
            for (const auto& held : history) {
                EXPECT_GE(held.from_utc_s, end);
                if (&held != &history.back()) {
                    ASSERT_TRUE(held.to_utc_s);
                }
                end = held.to_utc_s.value_or(INT64_MAX);
                EXPECT_GE(end, held.from_utc_s);
            }
        }
    }
}

// Frozen: never to be changed along with the program.
constexpr const char* kFormat1 = R"sql(
CREATE TABLE person (source TEXT NOT NULL, user_id INTEGER NOT NULL, username TEXT NOT NULL, idnumber TEXT NOT NULL,
  firstname TEXT NOT NULL, lastname TEXT NOT NULL, email TEXT NOT NULL, institution TEXT NOT NULL, department TEXT NOT NULL,
  auth TEXT NOT NULL, mnet_host TEXT NOT NULL, suspended INTEGER NOT NULL, deleted INTEGER NOT NULL, cohorts TEXT NOT NULL,
  profile_fields TEXT NOT NULL, of_others INTEGER NOT NULL, name_tag TEXT NOT NULL, PRIMARY KEY (source, user_id)) WITHOUT ROWID;
CREATE TABLE course (source TEXT NOT NULL, course INTEGER NOT NULL, fullname TEXT NOT NULL, shortname TEXT NOT NULL,
  idnumber TEXT NOT NULL, PRIMARY KEY (source, course)) WITHOUT ROWID;
CREATE TABLE activity (source TEXT NOT NULL, activity INTEGER NOT NULL, course INTEGER NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, activity)) WITHOUT ROWID;
INSERT INTO person VALUES ('moodle', 42, 'elodie', 'E1', 'Élodie', 'Roux', 'elodie@univ.example', 'Lyon', 'DAEU', 'cas', 'h',
  1, 0, '["sonate-2026"]', '{"funded":"yes"}', 0, 'tag');
INSERT INTO person VALUES ('moodle', 43, '', '', '', '', '', '', '', '', '', 0, 0, '[]', '{}', 1, 'tag2');
INSERT INTO course VALUES ('moodle', 10, 'Mathématiques', 'MATH', 'M1');
INSERT INTO activity VALUES ('moodle', 501, 10, 'quiz', 'Test 1', 'T1');
PRAGMA application_id=1098081073;
PRAGMA user_version=1;
)sql";

TEST(CatalogueMigration, Format1KeepsEverybodyAndEverything) {
    const TemporaryFolder folder;
    const auto path = folder / "c.sqlite";
    SQLite::Database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(kFormat1);
    const auto catalogue = open_sqlite_catalogue(path);
    PersonRecord person = elodie();
    person.idnumber = "E1";
    person.lastname = "Roux";
    person.institution = "Lyon";
    person.department = "DAEU";
    person.auth = "cas";
    person.mnet_host = "h";
    person.suspended = true;
    person.cohorts = {"sonate-2026"};
    person.name_tag = "tag";
    const auto history = catalogue->person_history("moodle", 42);
    ASSERT_EQ(history.size(), 1u);
    EXPECT_EQ(history[0].record, person);
    EXPECT_EQ(history[0].from_utc_s, 0) << "format 1 did not say since when";
    EXPECT_TRUE(catalogue->person("moodle", 43)->of_others);
    EXPECT_EQ(catalogue->course("moodle", 10), (CourseRecord{10, "Mathématiques", "MATH", "M1"}));
    EXPECT_EQ(catalogue->activity("moodle", 501), (ActivityRecord{501, 10, "quiz", "Test 1", "T1"}));
    // And goes on as any other.
    person.lastname = "Durand";
    catalogue->put("moodle", std::vector{person}, 5000);
    EXPECT_EQ(held_at(catalogue->person_history("moodle", 42), 4999)->record.lastname, "Roux");
}

}  // namespace
}  // namespace assidu::node::archive
