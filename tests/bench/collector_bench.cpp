// How fast a backlog leaves a Moodle's database, against the database's own client reading the same columns
// to /dev/null in the same run:
//   assidu-bench-collector [ROWS]
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <fstream>

#include "tests/moodle_server.h"
#include "tests/process.h"
#include "tests/temporary_folder.h"

namespace {

using namespace assidu;
using config::DatabaseDriver;

constexpr const char* kColumns =
    "id, eventname, component, action, target, contextlevel, contextinstanceid, userid, courseid, "
    "timecreated, origin, "
    "realuserid, anonymous, crud, edulevel";

double seconds_of(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void fill(tests::MoodleTables& tables, std::int64_t rows) {
    const bool mariadb = tables.server().driver() == DatabaseDriver::mariadb;
    for (std::int64_t user = 10; user < 1010; ++user)
        tables.add_user({user, fmt::format("student{}", user), "Lyon"});
    // A thousand students, in order of time but for a minute, thirty courses, eight shapes.
    const std::string number = mariadb ? "seq" : "n";
    tables.run(fmt::format(
        "INSERT INTO {{logstore_standard_log}} (eventname, component, action, target, crud, edulevel, "
        "contextid, "
        "contextlevel, contextinstanceid, userid, courseid, anonymous, timecreated, origin, ip, other) "
        "SELECT "
        "CASE {0} % 4 WHEN 0 THEN 'event_a' WHEN 1 THEN 'event_b' WHEN 2 THEN 'event_c' ELSE 'event_d' END, "
        "'mod_quiz', "
        "'viewed', 'course_module', 'r', 2, 1, 70, {0} % 500 + 1, 10 + ({0} * 7919) % 1000, {0} % 30 + 2, 0, "
        "1760000000 + {0} / 2 - {0} % 60, CASE {0} % 9 WHEN 0 THEN 'ws' ELSE 'web' END, '192.0.2.1', "
        "'viewedid 12345, and some payload of about a hundred bytes, as it is usual in this column of the "
        "log' FROM {1}",
        number,
        mariadb ? fmt::format("seq_1_to_{}", rows) : fmt::format("generate_series(1, {}) AS n", rows)));
    tables.run(mariadb ? "ANALYZE TABLE {logstore_standard_log}" : "ANALYZE {logstore_standard_log}");
}

void measure(DatabaseDriver driver, std::int64_t rows) {
    tests::MoodleServer server(driver);
    tests::MoodleTables tables(server);
    fill(tables, rows);
    const bool mariadb = driver == DatabaseDriver::mariadb;
    const config::DatabaseServer admin = server.administrator(tables.name());
    const std::string client =
        mariadb
            ? fmt::format(
                  "mariadb --no-defaults --quick -S '{}' -u root {} -e \"SELECT {} FROM "
                  "mdl_logstore_standard_log "
                  "ORDER BY id\" > /dev/null",
                  admin.socket, tables.name(), kColumns)
            : fmt::format(
                  "psql -q -h '{}' -p {} -U postgres {} -c \"COPY (SELECT {} FROM mdl_logstore_standard_log "
                  "ORDER BY id) TO STDOUT\" > /dev/null",
                  admin.socket, admin.port, tables.name(), kColumns);
    double best_client = 1e9, best_collect = 1e9;
    tests::MoodleServer::Load load;
    for (int round = 0; round < 3; ++round) {
        best_client = std::min(best_client, seconds_of([&] {
                                   if (std::system(client.c_str()) != 0) std::abort();
                               }));
        const tests::TemporaryFolder folder;
        const std::string dir = folder / "node";
        if (tests::assidu({"init", "--dir", dir, "--name", "Lyon", "--wwwroot", "https://m.example.org"})
                .exit_code != 0)
            std::abort();
        std::ofstream(dir + "/assidu.toml", std::ios::app)
            << tables.settings_toml() << "rows_per_second = 0\nlate_days = 36525\n";
        const tests::MoodleServer::Load before = server.load(tables.name());
        best_collect = std::min(best_collect, seconds_of([&] {
                                    const auto done =
                                        tests::assidu({"--dir", dir, "collect", "--once", "--no-compute"});
                                    if (done.exit_code != 0) {
                                        fmt::print("{}{}", done.out, done.err);
                                        std::abort();
                                    }
                                }));
        const tests::MoodleServer::Load after = server.load(tables.name());
        load = {after.statements - before.statements, after.rows - before.rows};
    }
    fmt::print(
        "{:<11} {:>9} rows: client to /dev/null {:.2f} s ({:.0f} rows/s); collect {:.2f} s ({:.0f} rows/s), "
        "{:.1f} times; "
        "{} statements, {} rows read at the server\n",
        mariadb ? "MariaDB" : "PostgreSQL", rows, best_client, static_cast<double>(rows) / best_client,
        best_collect, static_cast<double>(rows) / best_collect, best_collect / best_client, load.statements,
        load.rows);
}

}  // namespace

int main(int argc, char** argv) {
    const std::int64_t rows = argc > 1 ? std::atoll(argv[1]) : 1'000'000;
    measure(DatabaseDriver::mariadb, rows);
    measure(DatabaseDriver::postgresql, rows);
}
