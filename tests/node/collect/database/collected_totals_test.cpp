// From the tables of a live Moodle to the totals that are declared: the whole way, by the program.
#include <nlohmann/json.hpp>

#include "config/scale.h"
#include "federation/ledger.h"
#include "node/attendance/compute.h"
#include "node/services/pool_member.h"
#include "tests/node/collect/database/collected_site.h"

namespace assidu::node::collect::database {
namespace {

using config::DatabaseDriver;
using tests::CollectedSite;
using tests::MoodleServer;
using Json = nlohmann::json;

constexpr std::int64_t kDay = 86'400, kCourse = 30, kOtherCourse = 40, kQuiz = 501;

class CollectedTotalsTest : public ::testing::TestWithParam<DatabaseDriver> {
  protected:
    static tests::MoodleTables::Row row(std::int64_t user, std::int64_t time_s, std::int64_t course) {
        tests::MoodleTables::Row row;
        row.user = user;
        row.time_s = time_s;
        row.course = course;
        row.context_instance = course;
        return row;
    }
    static tests::MoodleTables::Row quiz_row(std::int64_t user, std::int64_t time_s) {
        tests::MoodleTables::Row quiz = row(user, time_s, kCourse);
        quiz.eventname = "\\mod_quiz\\event\\course_module_viewed";
        quiz.component = "mod_quiz";
        quiz.target = "course_module";
        quiz.context_level = 70;
        quiz.context_instance = kQuiz;
        return quiz;
    }
    // sonate, for enrolled students alone, and a completed quiz is worth 20 minutes at least.
    static void use_scale(CollectedSite& site) {
        auto document = Json::parse(config::preset_document("sonate"));
        document.merge_patch(Json::parse(R"({"id": "mine",
            "filter": {"roles": {"include": ["etudiant"]}, "enrolment": "active"},
            "credits": {"completion": [{"match": {"modname": "quiz"}, "seconds": 1200, "mode": "floor"}]}})"));
        site.folder.write("node/mine.json", document.dump());
        std::string text = tests::contents_of(site.folder / "node/assidu.toml");
        const std::string sonate = "use = \"sonate\"";
        text.replace(text.find(sonate), sonate.size(), "use = \"mine.json\"");
        site.folder.write("node/assidu.toml", text);
    }
    static void fill(tests::MoodleTables& tables, std::int64_t completed_s) {
        tables.run("INSERT INTO {course_categories} (id, name, path) VALUES (2, 'Sciences', '/2')");
        tables.run(
            "INSERT INTO {course} (id, category, fullname, shortname, idnumber) VALUES (30, 2, 'A', 'a', "
            "'A'), "
            "(40, 2, 'B', 'b', 'B')");
        tables.run("INSERT INTO {modules} (id, name) VALUES (70, 'quiz')");
        tables.run(
            "INSERT INTO {course_modules} (id, course, module, instance, section) VALUES (501, 30, 70, 7, "
            "4)");
        tables.run(
            "INSERT INTO {enrol} (id, enrol, courseid, status) VALUES (5, 'manual', 30, 0), (6, 'manual', "
            "40, 0)");
        tables.run(
            "INSERT INTO {user_enrolments} (id, enrolid, userid, status, timestart, timeend, timecreated, "
            "timemodified) VALUES (1, 5, 10, 0, 0, 0, 1000, 1000), (2, 6, 10, 0, 0, 0, 1000, 1000), "
            "(3, 5, 11, 1, 0, 0, 1000, 1000), (4, 5, 12, 0, 0, 0, 1000, 1000)");
        tables.run(
            "INSERT INTO {context} (id, contextlevel, instanceid) VALUES (900, 50, 30), (901, 50, 40)");
        tables.run(
            "INSERT INTO {role} (id, shortname, archetype) VALUES (50, 'etudiant', 'student'), "
            "(51, 'tuteur', 'teacher')");
        tables.run(
            "INSERT INTO {role_assignments} (id, roleid, contextid, userid, timemodified) VALUES "
            "(90, 50, 900, 10, 600), (91, 51, 901, 10, 600), (92, 50, 900, 11, 600), (93, 51, 900, 12, 600)");
        tables.run(
            "INSERT INTO {course_modules_completion} (id, coursemoduleid, userid, completionstate, "
            "timemodified) "
            "VALUES (1, 501, 10, 1, " +
            std::to_string(completed_s) + ")");
    }
    MoodleServer& server() { return MoodleServer::shared(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(On, CollectedTotalsTest,
                         ::testing::Values(DatabaseDriver::mariadb, DatabaseDriver::postgresql),
                         [](const auto& driver) {
                             return driver.param == DatabaseDriver::mariadb ? "Mariadb" : "Postgresql";
                         });

TEST_P(CollectedTotalsTest, RolesEnrolmentsAndCompletionsOfTheMoodleDecideOverItsLog) {
    CollectedSite site(server());
    use_scale(site);
    const std::int64_t morning = site.now_s / kDay * kDay - 3 * kDay + 9 * 3'600;
    fill(site.tables, morning + 1'100);
    site.tables.add_row(row(10, morning, kCourse));
    site.tables.add_row(quiz_row(10, morning + 600));
    site.tables.add_row(row(10, morning + 900, kOtherCourse));  // where 10 is a tutor
    site.tables.add_row(row(10, morning + 1'000, kCourse));
    for (const std::int64_t other : {11, 12}) {  // one whose enrolment is suspended, and a tutor
        site.tables.add_row(row(other, morning, kCourse));
        site.tables.add_row(row(other, morning + 600, kCourse));
    }
    const auto collected = site.run({"collect", "--once"});
    ASSERT_EQ(collected.exit_code, 0) << collected.out << collected.err;

    Node node = site.open();
    std::vector<federation::LedgerRow> rows;
    node.ledger().rows({node.settings().node_id,
                        node.scale_identity().sha256,
                        {config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}},
                        std::nullopt},
                       [&](const federation::LedgerRow& found) { rows.push_back(found); });
    ASSERT_EQ(rows.size(), 1U) << collected.out;
    EXPECT_EQ(rows[0].course, kCourse);
    EXPECT_EQ(rows[0].measured_s, 600 + 400 + 900) << "the page of the other course begins and ends nothing";
    EXPECT_EQ(rows[0].credited_s, 1'200 - 400);
    EXPECT_EQ(rows[0].events, 3);
}

TEST_P(CollectedTotalsTest, DaysAreDeclaredAsFarAsTheLogWasReadAndNotAsFarAsItHasEvents) {
    CollectedSite site(server());
    const std::int64_t first = site.now_s - 6 * kDay;
    site.tables.add_row(row(10, first, kCourse));
    {
        Node node = site.open();
        EXPECT_EQ(services::declare(node, /*with_roster=*/false).value(), 0);
    }
    ASSERT_EQ(site.run({"collect", "--once"}).exit_code, 0);
    const auto last_declared = [&] {
        Node node = site.open();
        EXPECT_TRUE(services::declare(node, /*with_roster=*/false));
        const auto days =
            node.statements().stated_days(node.settings().node_id, node.scale_identity().sha256);
        return days.empty() ? config::CivilDay{0} : days.rbegin()->first;
    };
    const auto closed_by = [&](std::int64_t utc_s) {
        Node node = site.open();
        return config::CivilDay{node.calendar().day_of(utc_s - 3 * 3'600).number - 1};
    };
    // A pass that begins while this looks may be one day on.
    const config::CivilDay before = closed_by(site.now_s);
    const config::CivilDay last = last_declared();
    EXPECT_TRUE(last == before || last == next(before)) << config::iso_date(last);
}

}  // namespace
}  // namespace assidu::node::collect::database
