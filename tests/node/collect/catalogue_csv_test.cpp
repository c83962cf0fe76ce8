#include "node/collect/catalogue_csv.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/node/collect/reading.h"

namespace assidu::node::collect {
namespace {

using testing::PiecesSource;

template <class T>
struct Catalogue {
    std::vector<T> entries;
    std::vector<testing::Rejected> rejected;
    std::string refused;
};

template <class T, class Reader>
Catalogue<T> read(Reader reader, const std::string& bytes, char delimiter = ',') {
    Catalogue<T> all;
    PiecesSource source(bytes, 5);
    const auto done = reader(
        source, delimiter, [&](T& entry, std::uint64_t) { all.entries.push_back(std::move(entry)); },
        [&](std::uint64_t line, std::string_view reason, std::string_view record) {
            all.rejected.push_back({line, std::string(reason), std::string(record)});
        },
        CatalogueGoesOn());
    if (!done) all.refused = done.error().what;
    return all;
}

config::Result<void> read_all_people(ByteSource& source, char delimiter,
                                     const CatalogueTake<archive::PersonRecord>& take,
                                     const CatalogueReject& reject, const CatalogueGoesOn& goes_on) {
    return read_people(source, delimiter, {}, take, reject, goes_on);
}

TEST(CatalogueCsv, ReadsPeopleWithAllThatASelectionMayAskFor) {
    const auto all = read<archive::PersonRecord>(
        read_all_people,
        "ID;username;firstname;lastname;email;idnumber;institution;department;auth;mnethostid;mnethost;"
        "suspended;deleted;"
        "cohorts;cohort1;cohort2;profile_field_ine;profile_field_x;theme\n"
        "7; anna ;Anna;\"Gr\xe9goire; Blanc\";a@example.org;NULL;Lyon;Arts;mnet;3;https://m.example;1;0;\"a; "
        "b;;a\";c;;"
        "123;;dark\n",
        ';');
    EXPECT_EQ(all.refused, "");
    ASSERT_EQ(all.entries.size(), 1U) << all.rejected.at(0).reason;
    const archive::PersonRecord& anna = all.entries[0];
    EXPECT_EQ(anna.user_id, 7);
    EXPECT_EQ(anna.username, "anna");
    EXPECT_EQ(anna.lastname, "Gr\xc3\xa9goire; Blanc") << "Windows-1252 was read as such";
    EXPECT_EQ(anna.idnumber, "");
    EXPECT_EQ(anna.institution, "Lyon");
    EXPECT_EQ(anna.department, "Arts");
    EXPECT_EQ(anna.auth, "mnet");
    EXPECT_EQ(anna.mnet_host, "https://m.example") << "the name of a host says more than its number";
    EXPECT_TRUE(anna.suspended);
    EXPECT_FALSE(anna.deleted);
    EXPECT_EQ(anna.cohorts, (std::vector<std::string>{"a", "b", "c"}));
    EXPECT_EQ(anna.profile_fields, (std::map<std::string, std::string>{{"ine", "123"}}));
}

TEST(CatalogueCsv, ABrokenPersonIsRejectedNamingTheColumn) {
    const auto all = read<archive::PersonRecord>(
        read_all_people,
        "id,username,lastname,suspended,mnethostid\n"
        "0,a,b,0,\nx,a,b,0,\n,a,b,0,\n1,,b,0,\n1,a,b,yes,\n1,a,b,0,-1\n1,a\n2,c,d,,\n");
    ASSERT_EQ(all.rejected.size(), 7U);
    EXPECT_EQ(all.rejected[0].reason, "id is not a number from 1: '0'");
    EXPECT_EQ(all.rejected[1].reason, "id is not a number from 1: 'x'");
    EXPECT_EQ(all.rejected[2].reason, "id is empty");
    EXPECT_EQ(all.rejected[3].reason, "username is empty");
    EXPECT_EQ(all.rejected[4].reason, "suspended is not 0 or 1: 'yes'");
    EXPECT_EQ(all.rejected[5].reason, "mnethostid is not a number from 1: '-1'");
    EXPECT_EQ(all.rejected[6].reason, "the record has 2 fields, the header has 5");
    EXPECT_EQ(all.rejected[6].line, 8U);
    EXPECT_EQ(all.rejected[6].record, "1,a");
    EXPECT_EQ(all.entries.size(), 1U);
}

TEST(CatalogueCsv, ReadsCoursesAndActivities) {
    const auto courses =
        read<archive::CourseRecord>(read_courses, "fullname,id,shortname\n\"Algebra, 1\",3,ALG1\n");
    ASSERT_EQ(courses.entries.size(), 1U);
    EXPECT_EQ(courses.entries[0].fullname, "Algebra, 1");
    EXPECT_EQ(courses.entries[0].shortname, "ALG1");
    const auto activities =
        read<archive::ActivityRecord>(read_activities, "cmid,courseid,modname\n55,3,quiz\n56,3,\n57,,quiz\n");
    ASSERT_EQ(activities.entries.size(), 1U);
    EXPECT_EQ(activities.entries[0].activity, 55);
    EXPECT_EQ(activities.entries[0].course, 3);
    EXPECT_EQ(activities.entries[0].type, "quiz");
    EXPECT_EQ(activities.entries[0].name, "");
    EXPECT_EQ(activities.rejected.at(0).reason, "modname is empty");
    EXPECT_EQ(activities.rejected.at(1).reason, "course is empty");
}

TEST(CatalogueCsv, AnAliasStandsInOnlyWhereTheColumnIsMissing) {
    const auto all = read<archive::ActivityRecord>(read_activities, "cmid,id,course,modname\n99,55,3,quiz\n");
    ASSERT_EQ(all.entries.size(), 1U);
    EXPECT_EQ(all.entries[0].activity, 55);
}

TEST(CatalogueCsv, AMissingOrDoubledColumnIsRefusedByName) {
    EXPECT_EQ(read<archive::PersonRecord>(read_all_people, "id,lastname\n").refused,
              "test.csv: people need a column username");
    EXPECT_EQ(read<archive::PersonRecord>(read_all_people, "id,username\n").refused,
              "test.csv: people need a column firstname or lastname");
    EXPECT_EQ(read<archive::CourseRecord>(read_courses, "id,fullname,\n").refused,
              "test.csv: courses need a column shortname");
    EXPECT_EQ(read<archive::ActivityRecord>(read_activities, "id,course,modname,ID\n").refused,
              "test.csv: the column 'id' stands twice");
    EXPECT_EQ(read<archive::CourseRecord>(read_courses, "").refused, "test.csv: is empty");
}

}  // namespace
}  // namespace assidu::node::collect
