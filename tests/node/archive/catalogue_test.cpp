#include "node/archive/catalogue.h"

#include <gtest/gtest.h>

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

TEST(Catalogue, GivesBackWhatWasPutInAndTheLatestReplacesTheOne) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    PersonRecord person = elodie();
    catalogue->put("moodle", std::vector{person});
    EXPECT_EQ(catalogue->person("moodle", 42), person);
    person.lastname = "Roux";
    catalogue->put("moodle", std::vector{person});
    EXPECT_EQ(catalogue->person("moodle", 42), person);
    EXPECT_EQ(catalogue->person("other", 42), std::nullopt);
    EXPECT_EQ(catalogue->count_people("moodle"), 1);
}

TEST(Catalogue, ADeletedPersonKeepsTheIdentityTheyHad) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    catalogue->put("moodle", std::vector{elodie()});
    PersonRecord scrambled;
    scrambled.user_id = 42;
    scrambled.username = "elodie@univ.example.1774000000";
    scrambled.email = "d41d8cd98f00b204e9800998ecf8427e";
    scrambled.deleted = true;
    catalogue->put("moodle", std::vector{scrambled});
    const auto person = catalogue->person("moodle", 42);
    ASSERT_TRUE(person);
    EXPECT_EQ(person->username, "elodie");
    EXPECT_EQ(person->institution, "Université de Lyon");
    EXPECT_TRUE(person->deleted);
}

TEST(Catalogue, KnowsCoursesAndActivities) {
    const TemporaryFolder folder;
    const auto catalogue = open_sqlite_catalogue(folder / "c.sqlite");
    catalogue->put("moodle", std::vector{CourseRecord{10, "Mathématiques", "MATH", "M1"}});
    catalogue->put("moodle", std::vector{ActivityRecord{501, 10, "quiz", "Test 1", "T1"}});
    EXPECT_EQ(catalogue->course("moodle", 10)->fullname, "Mathématiques");
    EXPECT_EQ(catalogue->activity("moodle", 501)->type, "quiz");
    EXPECT_FALSE(catalogue->course("moodle", 11));
    EXPECT_FALSE(catalogue->activity("moodle", 10));
}

}  // namespace
}  // namespace assidu::node::archive
