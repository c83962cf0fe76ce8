// A live Moodle's tables fill the evidence store, read from real servers.
#include "node/collect/database/moodle_evidence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "config/clock.h"
#include "config/scale.h"
#include "node/collect/database/side_tables.h"
#include "tests/moodle_server.h"
#include "tests/temporary_folder.h"

namespace assidu::node::collect::database {
namespace {

using config::DatabaseDriver;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using tests::MoodleServer;
using tests::MoodleTables;

constexpr std::int64_t kMonday = 1'772'438'400, kDay = 86'400;

class MoodleEvidenceTest : public ::testing::TestWithParam<DatabaseDriver> {
  protected:
    MoodleEvidenceTest() {
        config::Settings chosen;
        chosen.node_id = "lyon";
        chosen.name = "Lyon";
        chosen.wwwroot = "https://moodle.example";
        chosen.source_name = "moodle";
        chosen.scale = "sonate";
        chosen.language = "fr";
        chosen.students.institution = {"Lyon"};
        if (const auto made = create_node(place(), chosen, kMonday); !made)
            throw std::runtime_error(made.error().what);
        open();
    }
    void open() {
        auto opened = Node::open(place(), clock);
        if (!opened) throw std::runtime_error(opened.error().what);
        node.emplace(std::move(*opened));
    }
    [[nodiscard]] NodeFolder place() const { return NodeFolder{folder / "node"}; }
    // sonate with changes, from now on.
    void use_scale(const std::string& changes) {
        auto document = nlohmann::json::parse(config::preset_document("sonate"));
        document.merge_patch(nlohmann::json::parse(changes));
        document["id"] = "mine";
        node.reset();
        folder.write("node/mine.json", document.dump());
        std::string text = tests::contents_of(folder / "node/assidu.toml");
        const std::string sonate = "use = \"sonate\"";
        text.replace(text.find(sonate), sonate.size(), "use = \"mine.json\"");
        folder.write("node/assidu.toml", text);
        open();
    }
    void connect(const std::string& database_name, const std::string& prefix) {
        settings.server = server().reader(database_name);
        settings.prefix = prefix;
        settings.page_rows = 2;  // every table takes several pages
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
    [[nodiscard]] archive::StudentEvidence evidence(std::int64_t user) const {
        return node->evidence().of(node->source(), user);
    }
    MoodleServer& server() { return MoodleServer::shared(GetParam()); }

    tests::TemporaryFolder folder;
    config::FixedClock clock{kMonday};
    std::optional<Node> node;
    config::DatabaseSettings settings;
    std::optional<MoodleDatabase> database;
};

INSTANTIATE_TEST_SUITE_P(On, MoodleEvidenceTest,
                         ::testing::Values(DatabaseDriver::mariadb, DatabaseDriver::postgresql),
                         [](const auto& driver) {
                             return driver.param == DatabaseDriver::mariadb ? "Mariadb" : "Postgresql";
                         });

// A student in a course of a category, with a quiz they completed.
void fill_evidence(MoodleTables& tables) {
    tables.add_user({10, "elodie", "Lyon"});
    tables.add_user({11, "lea", "Nantes"});
    tables.run(
        "INSERT INTO {course_categories} (id, name, path) VALUES (2, 'Sciences', '/2'), (3, 'Maths', "
        "'/2/3'), "
        "(4, 'broken', '2;4')");
    tables.run(
        "INSERT INTO {course} (id, category, fullname, shortname, idnumber) VALUES (30, 3, 'A', 'a', "
        "'MATH1')");
    tables.run("INSERT INTO {modules} (id, name) VALUES (70, 'quiz')");
    tables.run(
        "INSERT INTO {course_modules} (id, course, module, instance, section) VALUES (501, 30, 70, 7, 4), "
        "(502, 30, 70, 8, 4), (503, 30, 70, 9, 4)");
    tables.run("INSERT INTO {enrol} (id, enrol, courseid, status) VALUES (5, 'manual', 30, 0)");
    tables.run(
        "INSERT INTO {user_enrolments} (id, enrolid, userid, status, timestart, timeend, timecreated, "
        "timemodified) "
        "VALUES (1, 5, 10, 0, 0, 0, 1000, 2000), (2, 5, 11, 0, 0, 0, 1000, 1000)");
    tables.run("INSERT INTO {context} (id, contextlevel, instanceid) VALUES (900, 50, 30), (901, 40, 3)");
    tables.run("INSERT INTO {role} (id, shortname, archetype) VALUES (50, 'etudiant', 'student')");
    tables.run(
        "INSERT INTO {role_assignments} (id, roleid, contextid, userid, timemodified) VALUES "
        "(90, 50, 900, 10, 600), (91, 50, 901, 10, 700), (92, 50, 900, 11, 600)");
    tables.run(
        "INSERT INTO {course_modules_completion} (id, coursemoduleid, userid, completionstate, timemodified) "
        "VALUES (1, 501, 10, 1, 1500), (2, 502, 10, 0, 0), (3, 501, 11, 1, 1500), (4, 502, 11, 1, 1500), "
        "(5, 503, 10, 7, 1500)");
}

TEST_P(MoodleEvidenceTest, WhatAScaleAsksForStandsInTheEvidenceStoreAndReadingAgainWritesNothing) {
    MoodleTables tables(server(), "m_");
    fill_evidence(tables);
    connect(tables.name(), "m_");
    const SideRead first = read();
    EXPECT_GT(first.evidence, 0);
    EXPECT_GE(first.broken, 1) << "a completion of state 7";
    const archive::StudentEvidence known = evidence(10);
    EXPECT_THAT(known.completions, ElementsAre(archive::CompletionRecord{10, 501, 1500, 1},
                                               archive::CompletionRecord{10, 502, 0, 0}));
    EXPECT_THAT(known.enrolments, ElementsAre(archive::EnrolmentState{1, 10, 30, 1000, 2000, true, {}, {}}));
    EXPECT_THAT(known.roles, ElementsAre(archive::RoleState{90, 10, "etudiant", 50, 30, 600, true},
                                         archive::RoleState{91, 10, "etudiant", 40, 3, 700, true}));
    const archive::StudentEvidence others = evidence(11);
    EXPECT_TRUE(others.completions.empty() && others.enrolments.empty() && others.roles.empty());
    const auto places = node->evidence().courses(node->source());
    const auto place = std::ranges::find(places, 30, &archive::CoursePlace::course);
    ASSERT_NE(place, places.end());
    EXPECT_EQ(*place, (archive::CoursePlace{30, {{2, 3}}, "MATH1"}));
    const std::int64_t revision = node->evidence().revision(node->source());
    EXPECT_EQ(read_at(kMonday + 2 * kDay).evidence, 0);
    EXPECT_EQ(node->evidence().revision(node->source()), revision);
}

TEST_P(MoodleEvidenceTest, EnrolmentsAndRolesChangeWhenTheMoodleSaysSoAndEndWhenTheyAreSeenGone) {
    MoodleTables tables(server(), "m_");
    fill_evidence(tables);
    connect(tables.name(), "m_");
    read();
    tables.run("UPDATE {user_enrolments} SET status=1, timemodified=1772440000 WHERE id=1");
    read_at(kMonday + kDay);
    EXPECT_THAT(evidence(10).enrolments,
                ElementsAre(archive::EnrolmentState{1, 10, 30, 1000, 2000, true, {}, {}},
                            archive::EnrolmentState{1, 10, 30, 1772440000, 1772440000, false, {}, {}}));
    tables.run(
        "UPDATE {user_enrolments} SET status=0, timeend=1780000000, timemodified=1772600000 WHERE id=1");
    read_at(kMonday + 2 * kDay);
    ASSERT_EQ(evidence(10).enrolments.size(), 3U);
    EXPECT_EQ(evidence(10).enrolments[2],
              (archive::EnrolmentState{1, 10, 30, 1772600000, 1772600000, true, {}, 1780000000}));
    // The method is switched off: of no row, so when it was seen.
    tables.run("UPDATE {enrol} SET status=1");
    read_at(kMonday + 3 * kDay);
    ASSERT_EQ(evidence(10).enrolments.size(), 4U);
    EXPECT_EQ(evidence(10).enrolments[3].since_s, kMonday + 3 * kDay);
    EXPECT_FALSE(evidence(10).enrolments[3].active);
    tables.run("UPDATE {enrol} SET status=0");
    read_at(kMonday + 4 * kDay);
    tables.run("DELETE FROM {user_enrolments} WHERE id=1");
    tables.run("DELETE FROM {role_assignments} WHERE id=90");
    read_at(kMonday + 5 * kDay);
    ASSERT_EQ(evidence(10).enrolments.size(), 6U);
    EXPECT_TRUE(evidence(10).enrolments[4].active);
    EXPECT_EQ(evidence(10).enrolments[5].since_s, kMonday + 5 * kDay);
    EXPECT_FALSE(evidence(10).enrolments[5].active);
    const auto roles = evidence(10).roles;
    ASSERT_EQ(roles.size(), 3U);
    EXPECT_EQ(roles[1], (archive::RoleState{90, 10, "etudiant", 50, 30, kMonday + 5 * kDay, false}));
    EXPECT_TRUE(roles[2].active);
    EXPECT_EQ(read_at(kMonday + 6 * kDay).evidence, 0);
}

TEST_P(MoodleEvidenceTest, ACompletionOfAnActiveCourseComesWithinTheHourAndEveryOtherWithinTheDay) {
    MoodleTables tables(server(), "m_");
    fill_evidence(tables);
    connect(tables.name(), "m_");
    read();
    EventShape shape;
    shape.eventname = "\\core\\event\\course_viewed";
    shape.component = "core", shape.action = "viewed", shape.target = "course";
    const archive::StudentEvent event{10, {kMonday + 3'650, 1, 30, 0, node->archive().intern(shape)}};
    archive::Intake intake;
    intake.source = "moodle";
    intake.key = node->archive().begin_intake(intake);
    tables.run(
        "UPDATE {course_modules_completion} SET completionstate=2, timemodified=1772442060 WHERE id=1");
    read_at(kMonday + 3'700);
    EXPECT_EQ(evidence(10).completions.size(), 2U) << "nobody was in the course";
    node->archive().append(node->source(), std::span(&event, 1), intake.key,
                           [](const archive::Appended&) { return std::map<std::string, std::int64_t>{}; });
    read_at(kMonday + 2 * 3'700);
    ASSERT_EQ(evidence(10).completions.size(), 3U);
    EXPECT_EQ(evidence(10).completions[1], (archive::CompletionRecord{10, 501, 1772442060, 2}));
    tables.run(
        "UPDATE {course_modules_completion} SET completionstate=3, timemodified=1772450000 WHERE id=2");
    read_at(kMonday + 12 * 3'600);
    EXPECT_EQ(evidence(10).completions.size(), 3U) << "nobody was in the course since";
    read_at(kMonday + kDay);
    EXPECT_EQ(evidence(10).completions.size(), 4U);
}

TEST_P(MoodleEvidenceTest, WhatTheScaleDoesNotLookAtMarksNobody) {
    MoodleTables tables(server(), "m_");
    fill_evidence(tables);
    connect(tables.name(), "m_");
    read();
    EXPECT_THAT(node->archive().dirty(node->source()), IsEmpty()) << "sonate asks for none of it";
    EXPECT_GT(node->evidence().revision(node->source()), 0) << "but totals under other scales are old";
}

TEST_P(MoodleEvidenceTest, WhatTheScaleLooksAtMarksWhomItTouches) {
    MoodleTables tables(server(), "m_");
    fill_evidence(tables);
    connect(tables.name(), "m_");
    use_scale(R"({"filter": {"roles": {"include": ["etudiant"]}, "enrolment": "active"}})");
    read();
    EXPECT_THAT(node->archive().dirty(node->source()),
                ElementsAre(archive::DirtyMark{10, archive::kFromTheBegin}));
}

}  // namespace
}  // namespace assidu::node::collect::database
