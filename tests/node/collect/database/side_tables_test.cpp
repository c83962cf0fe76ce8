// The side tables of a Moodle, read from real servers.
#include "node/collect/database/side_tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "config/clock.h"
#include "node/collect/selection.h"
#include "node/directory.h"
#include "reports/text.h"
#include "tests/moodle_server.h"
#include "tests/temporary_folder.h"

namespace assidu::node::collect::database {
namespace {

using archive::HeldRow;
using archive::SideTable;
using config::DatabaseDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tests::MoodleServer;
using tests::MoodleTables;

constexpr std::int64_t kMonday = 1'772'438'400, kDay = 86'400;

class SideTablesTest : public ::testing::TestWithParam<DatabaseDriver> {
  protected:
    SideTablesTest() { make_node("students.institution", "Lyon"); }

    void make_node(const std::string& what, const std::string& value) {
        node.reset();
        std::filesystem::remove_all(folder / "node");
        config::Settings chosen;
        chosen.node_id = "lyon";
        chosen.name = "Lyon";
        chosen.wwwroot = "https://moodle.example";
        chosen.source_name = "moodle";
        chosen.scale = "sonate";
        chosen.language = "fr";
        if (what == "students.institution") chosen.students.institution = {value};
        if (what == "students.cohort") chosen.students.cohort = {value};
        if (what == "students.profile_field") chosen.students.profile_field["funded"] = {value};
        if (what == "everyone") chosen.students.everyone = true;
        const NodeFolder place{folder / "node"};
        if (const auto made = create_node(place, chosen, kMonday); !made)
            throw std::runtime_error(made.error().what);
        auto opened = Node::open(place, clock);
        if (!opened) throw std::runtime_error(opened.error().what);
        node.emplace(std::move(*opened));
    }
    // Few rows a page: every table takes several.
    void connect(const std::string& database_name, const std::string& prefix, std::int64_t page_rows = 2) {
        settings.server = server().reader(database_name);
        settings.prefix = prefix;
        settings.page_rows = page_rows;
        settings.rows_per_second = 0;
        auto opened = MoodleDatabase::of(settings, "/", {});
        if (!opened) throw std::runtime_error(opened.error().what);
        database.emplace(std::move(*opened));
    }
    SideRead read() {
        SideTables reader(*node, *database, {}, [] { return true; });
        const auto done = reader.read_due();
        if (!done) throw std::runtime_error(done.error().what);
        return *done;
    }
    SideRead read_at(std::int64_t utc_s) {
        clock.set(utc_s);
        return read();
    }
    std::vector<HeldRow> rows(SideTable table) const {
        std::vector<HeldRow> found;
        node->catalogue().rows("moodle", table, [&](const HeldRow& row) { found.push_back(row); });
        return found;
    }
    std::optional<archive::PersonRecord> person(std::int64_t id) const {
        return node->catalogue().person("moodle", id);
    }
    MoodleServer& server() { return MoodleServer::shared(GetParam()); }

    tests::TemporaryFolder folder;
    config::FixedClock clock{kMonday};
    std::optional<Node> node;
    config::DatabaseSettings settings;
    std::optional<MoodleDatabase> database;
};

INSTANTIATE_TEST_SUITE_P(On, SideTablesTest,
                         ::testing::Values(DatabaseDriver::mariadb, DatabaseDriver::postgresql),
                         [](const auto& driver) {
                             return driver.param == DatabaseDriver::mariadb ? "Mariadb" : "Postgresql";
                         });

TEST_P(SideTablesTest, OfPeopleOfOthersOnlyThatTheyAre) {
    MoodleTables tables(server(), "m_");
    for (std::int64_t id = 10; id < 17; ++id)
        tables.add_user({id, "user" + std::to_string(id), id % 2 == 0 ? "Lyon" : "Nantes"});
    tables.run("INSERT INTO {enrol} (id, enrol, courseid) VALUES (5, 'manual', 3)");
    tables.run(
        "INSERT INTO {user_enrolments} (id, enrolid, userid, timestart) VALUES (1, 5, 10, 100), (2, 5, 11, "
        "100)");
    connect(tables.name(), "m_");
    read();
    EXPECT_EQ(person(10)->username, "user10");
    EXPECT_FALSE(person(10)->of_others);
    EXPECT_TRUE(person(11)->of_others);
    EXPECT_EQ(person(11)->username + person(11)->email + person(11)->lastname, "");
    const auto enrolments = rows(SideTable::enrolment);
    ASSERT_EQ(enrolments.size(), 1U);
    EXPECT_THAT(enrolments[0].row.values, ElementsAre("5", "10", "0", "100", "0", "0"));
}

TEST_P(SideTablesTest, ADeletedStudentKeepsTheirNameAndTheSecondReadingWritesNothing) {
    MoodleTables tables(server(), "m_");
    tables.add_user({10, "gael", "Lyon"});
    connect(tables.name(), "m_");
    EXPECT_GT(read().changed, 0);
    EXPECT_EQ(read_at(kMonday + 60).rows, 0) << "nothing is due";
    EXPECT_EQ(read_at(kMonday + kDay).changed, 0) << "and an unchanged table changes nothing";
    tables.run(
        "UPDATE {user} SET deleted=1, username='gael@example.org.1795233961', email='d41d8', idnumber='' "
        "WHERE id=10");
    EXPECT_EQ(read_at(kMonday + 2 * kDay).changed, 1);
    EXPECT_EQ(person(10)->username, "gael");
    EXPECT_TRUE(person(10)->deleted);
    EXPECT_FALSE(person(10)->of_others);
}

TEST_P(SideTablesTest, ARenamedCourseAndADeletedActivityKeepWhatTheyWereCalled) {
    MoodleTables tables(server(), "m_");
    tables.run(
        "INSERT INTO {course} (id, category, fullname, shortname, idnumber) VALUES (30, 2, 'Algèbre', 'ALG', "
        "'A1')");
    tables.run("INSERT INTO {modules} (id, name) VALUES (70, 'quiz'), (71, 'page'), (72, 'gone')");
    tables.run("INSERT INTO {quiz} (id, course, name) VALUES (7, 30, 'Test 1')");
    tables.run("INSERT INTO {page} (id, course, name) VALUES (7, 30, 'Leçon')");
    tables.run(
        "INSERT INTO {course_modules} (id, course, module, instance, section) VALUES (501, 30, 70, 7, 4), "
        "(502, 30, 71, 7, 4), (503, 30, 72, 1, 4)");
    connect(tables.name(), "m_");
    read();
    EXPECT_EQ(node->catalogue().activity("moodle", 501)->name, "Test 1");
    EXPECT_EQ(node->catalogue().activity("moodle", 502)->name, "Leçon");
    EXPECT_EQ(node->catalogue().activity("moodle", 503)->name, "") << "its type's table is not there";
    EXPECT_EQ(node->archive().activity(node->source(), 501)->course, 30) << "the archive knows whose it is";
    tables.run("UPDATE {course} SET fullname='Algèbre 1' WHERE id=30");
    tables.run("DELETE FROM {course_modules} WHERE id=501");
    read_at(kMonday + kDay);
    EXPECT_EQ(node->catalogue().course_history("moodle", 30).size(), 2U);
    const NodeDirectory then(*node, kMonday + 100), now(*node);
    EXPECT_EQ(then.course("moodle", 30)->fullname, "Algèbre");
    EXPECT_EQ(now.course("moodle", 30)->fullname, "Algèbre 1");
    EXPECT_TRUE(now.activity("moodle", 501)->gone);
    EXPECT_EQ(reports::activity_name(reports::Language::fr, 501, now.activity("moodle", 501)),
              "(supprimé) Test 1");
    EXPECT_EQ(reports::activity_name(reports::Language::en, 501, now.activity("moodle", 501)),
              "(deleted) Test 1");
}

TEST_P(SideTablesTest, AnEndedEnrolmentAndALeftGroupKeepTheirTime) {
    MoodleTables tables(server(), "m_");
    tables.add_user({10, "elodie", "Lyon"});
    tables.run("INSERT INTO {groups} (id, courseid, name) VALUES (8, 30, 'Groupe A')");
    tables.run("INSERT INTO {groups_members} (id, groupid, userid, timeadded) VALUES (80, 8, 10, 500)");
    tables.run("INSERT INTO {context} (id, contextlevel, instanceid) VALUES (900, 50, 30), (901, 70, 501)");
    tables.run("INSERT INTO {role} (id, shortname, archetype) VALUES (50, 'student', 'student')");
    tables.run(
        "INSERT INTO {role_assignments} (id, roleid, contextid, userid, timemodified) VALUES "
        "(90, 50, 900, 10, 600), (91, 50, 901, 10, 600)");
    tables.run(
        "INSERT INTO {grade_items} (id, courseid, itemname, itemtype, grademax) VALUES (60, 30, 'Test', "
        "'mod', 20)");
    tables.run(
        "INSERT INTO {grade_grades} (id, itemid, userid, finalgrade, rawgrademax) VALUES (61, 60, 10, 14.5, "
        "20), "
        "(62, 60, 10, NULL, 20)");
    connect(tables.name(), "m_");
    read();
    tables.run("DELETE FROM {groups_members}");
    tables.run("DELETE FROM {role_assignments}");
    read_at(kMonday + kDay);
    ASSERT_EQ(rows(SideTable::group_member).size(), 1U);
    EXPECT_EQ(rows(SideTable::group_member)[0].from_utc_s, kMonday);
    EXPECT_EQ(rows(SideTable::group_member)[0].to_utc_s, kMonday + kDay);
    ASSERT_EQ(rows(SideTable::role_assignment).size(), 1U) << "a role in a module is nobody's concern";
    EXPECT_THAT(rows(SideTable::role_assignment)[0].row.values, ElementsAre("50", "50", "30", "10", "600"));
    EXPECT_EQ(rows(SideTable::role_assignment)[0].to_utc_s, kMonday + kDay);
    EXPECT_EQ(rows(SideTable::grade)[0].row.values[2], "14.50000") << "as the database wrote it";
    EXPECT_EQ(rows(SideTable::grade)[1].row.values[2], "") << "no grade is not 0";
}

TEST_P(SideTablesTest, SelectionByCohortAndByProfileFieldIsJudgedOnFreshPeople) {
    MoodleTables tables(server(), "m_");
    tables.add_user({10, "elodie", "x"});
    tables.add_user({11, "lea", "x"});
    tables.run(
        "INSERT INTO {cohort} (id, contextid, name, idnumber) VALUES (4, 1, 'Sonate 2026', 'sonate-2026')");
    tables.run("INSERT INTO {cohort_members} (id, cohortid, userid, timeadded) VALUES (1, 4, 10, 5)");
    tables.run(
        "INSERT INTO {user_info_field} (id, shortname, name, datatype) VALUES (3, 'Funded', 'Funded', "
        "'text')");
    tables.run("INSERT INTO {user_info_data} (id, userid, fieldid, data) VALUES (1, 11, 3, 'yes')");
    connect(tables.name(), "m_");
    for (const auto& [what, value, ours] :
         {std::tuple("students.cohort", "sonate-2026", 10), std::tuple("students.cohort", "Sonate 2026", 10),
          std::tuple("students.profile_field", "yes", 11)}) {
        make_node(what, value);
        read();
        const Selector selector(*node);
        EXPECT_EQ(person(10)->of_others, ours != 10) << what;
        EXPECT_EQ(person(11)->of_others, ours != 11) << what;
    }
    // Somebody joins, and a page of the log names them before an hour has passed.
    make_node("students.cohort", "sonate-2026");
    read();
    tables.run("INSERT INTO {cohort_members} (id, cohortid, userid, timeadded) VALUES (2, 4, 11, 6)");
    tables.add_user({12, "nouvelle", "x"});
    SideTables reader(*node, *database, {}, [] { return true; });
    const std::vector<std::int64_t> seen{11, 12, 999};
    ASSERT_TRUE(reader.refresh_people(seen));
    EXPECT_EQ(Selector(*node).of(11), Selected::yes);
    EXPECT_EQ(Selector(*node).of(12), Selected::not_selected);
    EXPECT_EQ(Selector(*node).of(999), Selected::unknown);
    EXPECT_EQ(Selector(*node).of(10), Selected::yes) << "whom nobody asked for stands";
}

TEST_P(SideTablesTest, WhoWasErasedIsNotReadAgain) {
    MoodleTables tables(server(), "m_");
    tables.add_user({10, "elodie", "Lyon"});
    connect(tables.name(), "m_");
    read();
    node->catalogue().erase_person("moodle", 10, node->erasure_tag(10), kMonday);
    read_at(kMonday + kDay);
    EXPECT_EQ(person(10)->username + person(10)->name_tag, "");
    EXPECT_EQ(Selector(*node).of(10), Selected::erased);
}

TEST_P(SideTablesTest, AReadingThatIsInterruptedIsDueAgainAndClosesNothingItDidNotRead) {
    MoodleTables tables(server(), "m_");
    for (std::int64_t id = 10; id < 20; ++id)
        tables.add_user({id, "user" + std::to_string(id), "Lyon"});
    connect(tables.name(), "m_");
    read();
    clock.set(kMonday + kDay);
    int pages = 0;
    SideTables reader(*node, *database, {}, [&] { return ++pages <= 2; });
    ASSERT_TRUE(reader.read_due());
    EXPECT_EQ(node->catalogue().person_history("moodle", 19).back().to_utc_s, std::nullopt);
    EXPECT_GT(read().rows, 0) << "what was not read to its end is still due";
}

// The real dumps, where the environment says where they lie.
TEST_P(SideTablesTest, GaelAndDcdOfARealMoodleAreDeletedAndKnownByTheirRealNames) {
    const char* const dumps = std::getenv("ASSIDU_MOODLE_DUMPS");
    if (dumps == nullptr) GTEST_SKIP() << "ASSIDU_MOODLE_DUMPS names no folder of dumps";
    const bool mariadb = GetParam() == DatabaseDriver::mariadb;
    const std::string name = server().make_database();
    const std::string dump =
        std::string(dumps) + (mariadb ? "/moodle-mariadb.sql.gz" : "/moodle-postgres.sql.gz");
    const auto admin = server().administrator(name);
    const std::string client = mariadb
                                   ? "mariadb --socket=" + admin.socket + " -u " + admin.user + " " + name
                                   : "psql -q -h " + admin.socket + " -p " + std::to_string(server().port()) +
                                         " -U " + admin.user + " " + name;
    const std::string grant = mariadb ? "GRANT SELECT ON " + name + ".* TO assidu@'%'"
                                      : "GRANT SELECT ON ALL TABLES IN SCHEMA public TO assidu";
    ASSERT_EQ(std::system(("zcat " + dump + " | " + client + " >/dev/null").c_str()), 0);
    ASSERT_EQ(std::system(("echo \"" + grant + "\" | " + client + " >/dev/null").c_str()), 0);
    make_node("everyone", "");
    connect(name, "mdl_", 100);
    EXPECT_EQ(read().broken, 0);
    int deleted = 0, courses = 0;
    node->catalogue().people("moodle", [&](const archive::PersonRecord& one) {
        if (!one.deleted) return;
        ++deleted;
        EXPECT_EQ(one.username, "") << "a scrambled name is no name";
        EXPECT_NE(one.lastname, "");
    });
    EXPECT_EQ(deleted, 2);
    for (std::int64_t id = 1; id < 100; ++id)
        courses += node->catalogue().course("moodle", id) ? 1 : 0;
    EXPECT_EQ(courses, mariadb ? 8 : 5);
    EXPECT_EQ(rows(SideTable::cohort).size(), 2U);
    EXPECT_EQ(rows(SideTable::enrolment).size(), mariadb ? 38U : 29U);
    EXPECT_EQ(rows(SideTable::grade).size(), 15U);
    EXPECT_EQ(read_at(kMonday + kDay).changed, 0);
}

}  // namespace
}  // namespace assidu::node::collect::database
