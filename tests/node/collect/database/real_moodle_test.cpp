// Databases of real Moodles are not ours to give away: they are read where ASSIDU_REAL_MOODLE names a folder
// with the dumps moodle-mariadb.sql.gz and moodle-postgres.sql.gz, and the time reports that SONATE's plugin
// made of them where ASSIDU_REAL_TIME_REPORTS names a folder of theirs.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

#include "config/scale.h"
#include "node/attendance/legacy/time_report.h"
#include "tests/node/collect/database/collected_site.h"

namespace assidu::tests {
namespace {

using config::DatabaseDriver;
namespace legacy = node::attendance::legacy;

class RealMoodle : public ::testing::TestWithParam<DatabaseDriver> {
  protected:
    void SetUp() override {
        const char* const dumps = std::getenv("ASSIDU_REAL_MOODLE");
        if (dumps == nullptr) GTEST_SKIP() << "ASSIDU_REAL_MOODLE names no folder of real dumps";
        server = std::make_unique<MoodleServer>(GetParam());
        name = server->make_database();
        const config::DatabaseServer admin = server->administrator(name);
        const bool mariadb = GetParam() == DatabaseDriver::mariadb;
        const std::string load =
            mariadb
                ? fmt::format(
                      "(echo 'SET GLOBAL innodb_file_per_table=ON;'; gunzip -c '{}/moodle-mariadb.sql.gz') | "
                      "mariadb --no-defaults -S '{}' -u root {}",
                      dumps, admin.socket, name)
                : fmt::format(
                      "gunzip -c '{}/moodle-postgres.sql.gz' | psql -q -h '{}' -p {} -U postgres {} "
                      ">/dev/null",
                      dumps, admin.socket, admin.port, name);
        ASSERT_EQ(std::system(load.c_str()), 0) << load;
        node::collect::database::SqlAccess access;
        access.server = admin;
        access.read_only = false;
        auto connection = node::collect::database::SqlConnection::open(access);
        ASSERT_TRUE(connection) << connection.error().what;
        const auto granted = (*connection)
                                 ->read(mariadb ? "GRANT SELECT ON " + name + ".* TO assidu@'%'"
                                                : "GRANT SELECT ON ALL TABLES IN SCHEMA public TO assidu",
                                        {}, [](const node::collect::database::SqlRow&) {});
        ASSERT_TRUE(granted) << granted.error().what;
        const auto read =
            (*connection)
                ->read("SELECT id FROM mdl_course", {},
                       [&](const node::collect::database::SqlRow& row) { courses.insert(*row.whole(0)); });
        ASSERT_TRUE(read);
        const auto people = (*connection)
                                ->read("SELECT id, username FROM mdl_user", {},
                                       [&](const node::collect::database::SqlRow& row) {
                                           users[std::string(row.bytes(1))] = *row.whole(0);
                                       });
        ASSERT_TRUE(people);
        ASSERT_EQ(
            assidu({"init", "--dir", folder / "node", "--name", "Lyon", "--wwwroot", "https://m.example.org"})
                .exit_code,
            0);
        // Its rows were made at once, of days long before: none of them is late.
        std::ofstream(folder / "node/assidu.toml", std::ios::app)
            << server->settings_toml(name) << "late_days = 36525\n";
    }

    std::unique_ptr<MoodleServer> server;
    std::string name;
    TemporaryFolder folder;
    std::set<std::int64_t> courses;
    std::map<std::string, std::int64_t> users;
};

INSTANTIATE_TEST_SUITE_P(On, RealMoodle,
                         ::testing::Values(DatabaseDriver::mariadb, DatabaseDriver::postgresql),
                         [](const auto& driver) {
                             return driver.param == DatabaseDriver::mariadb ? "Mariadb" : "Postgresql";
                         });

// The rows of an archived student as the plugin's SQL saw them.
std::vector<legacy::Row> rows_of(const node::Node& node, std::int64_t user) {
    std::vector<legacy::Row> rows;
    for (const node::Event& event : node.archive().events(node.source(), user)) {
        const node::EventShape& shape = node.archive().shapes().at(static_cast<std::size_t>(event.shape));
        legacy::Row row;
        row.id = event.id;
        row.time_s = event.time_s;
        row.user = user;
        row.login_as = shape.login_as;
        row.course = event.course;
        row.context_level = shape.context_level;
        row.context_instance = event.activity;
        row.component = shape.component;
        row.action = shape.action;
        row.target = shape.target;
        if (!shape.origin.empty()) row.origin = shape.origin;
        rows.push_back(std::move(row));
    }
    return rows;
}

// "26/03/2026","02:34:27" lines of a CSV of the plugin.
std::vector<std::pair<std::string, std::string>> days_of(const std::string& csv) {
    std::vector<std::pair<std::string, std::string>> days;
    static const std::regex kDay("\"([0-9]{2}/[0-9]{2}/[0-9]{4})\",\"([0-9:]+)\"");
    for (auto at = std::sregex_iterator(csv.begin(), csv.end(), kDay); at != std::sregex_iterator(); ++at)
        days.emplace_back((*at)[1], (*at)[2]);
    return days;
}

TEST_P(RealMoodle, GivesTheTimeReportsThatThePluginGave) {
    const char* const reports = std::getenv("ASSIDU_REAL_TIME_REPORTS");
    if (reports == nullptr) GTEST_SKIP() << "ASSIDU_REAL_TIME_REPORTS names no folder of time reports";
    const Finished collected = assidu({"--dir", folder / "node", "collect", "--once", "--no-compute"});
    ASSERT_EQ(collected.exit_code, 0) << collected.out << collected.err;
    std::cout << collected.out;
    config::SystemClock clock;
    auto node = node::Node::open(node::NodeFolder{folder / "node"}, clock);
    ASSERT_TRUE(node);
    static const std::regex kName(
        "([a-z]+)__([0-9-]+)_([0-9-]+)__i([0-9]+)_b([0-9]+)__([a-z_+]+)__db(Europe-Paris)\\.csv");
    int compared = 0;
    for (const auto& entry : std::filesystem::directory_iterator(reports)) {
        std::smatch match;
        const std::string file = entry.path().filename();
        if (!std::regex_match(file, match, kName)) continue;
        SCOPED_TRACE(file);
        legacy::TimeReportRules rules;
        rules.idle_s = std::stoll(match[4]);
        rules.borrowed_s = std::stoll(match[5]);
        if (match[6] != "all") {
            std::istringstream targets(match[6]);
            for (std::string target; std::getline(targets, target, '+');)
                rules.targets.push_back(target);
        }
        const auto calendar = config::CivilCalendar::of("Europe/Paris");
        ASSERT_TRUE(calendar);
        // The plugin's form gives days as UTC midnights.
        const auto midnight = [&](const std::string& day) {
            return std::int64_t{config::parse_iso_date(day)->number} * 86'400;
        };
        const std::vector<legacy::Row> rows = rows_of(*node, users.at(match[1]));
        const auto days = legacy::time_report(
            rules, {rows, users.at(match[1]), {midnight(match[2]), midnight(match[3])}, courses}, *calendar);
        std::vector<std::pair<std::string, std::string>> printed;
        for (const auto& [day, seconds] : days) {
            const std::string iso = config::iso_date(day);
            printed.emplace_back(iso.substr(8, 2) + "/" + iso.substr(5, 2) + "/" + iso.substr(0, 4),
                                 legacy::time_report_duration(rules, seconds));
        }
        EXPECT_EQ(printed, days_of(contents_of(entry.path())));
        ++compared;
    }
    EXPECT_GT(compared, 5);
    std::cout << compared << " time reports compared\n";
}

}  // namespace
}  // namespace assidu::tests
