// The collector on real servers, as the program that an administrator runs.
#include "node/collect/database/log_collector.h"

#include <csignal>
#include <nlohmann/json.hpp>

#include "node/archive/sqlite_archive.h"
#include "tests/node/collect/database/collected_site.h"
#include "tests/serving_process.h"

namespace assidu::node::collect::database {
namespace {

using config::DatabaseDriver;
using ::testing::HasSubstr;
using ::testing::Not;
using tests::CollectedSite;
using tests::Finished;
using tests::MoodleServer;
using Json = nlohmann::json;

class LogCollectorTest : public ::testing::TestWithParam<DatabaseDriver> {
  protected:
    MoodleServer& server() { return MoodleServer::shared(GetParam()); }
    static tests::MoodleTables::Row row(std::int64_t user, std::int64_t time_s, std::int64_t course = 5) {
        tests::MoodleTables::Row row;
        row.user = user;
        row.time_s = time_s;
        row.course = course;
        return row;
    }
    static Json status(const CollectedSite& site) { return Json::parse(site.run({"status", "--json"}).out); }
};

INSTANTIATE_TEST_SUITE_P(On, LogCollectorTest,
                         ::testing::Values(DatabaseDriver::mariadb, DatabaseDriver::postgresql),
                         [](const auto& driver) {
                             return driver.param == DatabaseDriver::mariadb ? "Mariadb" : "Postgresql";
                         });

TEST_P(LogCollectorTest, TakesEveryRowOnceAndNobodyElses) {
    CollectedSite site(server(), "page_rows = 10\n");
    for (std::int64_t i = 0; i < 40; ++i) {
        site.tables.add_row(row(CollectedSite::kStudent + i % 3, site.now_s - 4000 + i * 60));
        site.tables.add_row(row(CollectedSite::kOther, site.now_s - 4000 + i * 60));
    }
    site.tables.add_row(row(0, site.now_s));
    site.tables.add_row(row(1, site.now_s));
    EXPECT_THAT(site.collect(), HasSubstr("collected 82 rows, 40 events"));
    site.expect_equal();
    EXPECT_THAT(site.collect(), HasSubstr("collected 0 rows, 0 events")) << "and nothing twice";
    site.expect_equal();
    const Json collector = status(site)["collector"];
    EXPECT_EQ(collector["read_id"], 82);
    EXPECT_EQ(collector["safe_id"], 82) << "no hole, nothing to wait for";
    EXPECT_EQ(collector["holes_pending"], 0);
    const std::string archive = tests::contents_of(site.folder / "node/archive.sqlite");
    EXPECT_THAT(archive, Not(HasSubstr("192.0.2.1"))) << "addresses are never fetched";
}

TEST_P(LogCollectorTest, WaitsForARowThatBecomesVisibleLate) {
    CollectedSite site(server(), "reread_ids = 0\nreread_s = 0\n");
    site.tables.add_row(row(10, site.now_s));
    auto slow = site.tables.connect();
    const auto in_slow = [&](const std::string& sql) {
        const auto done = slow->read(sql, {}, [](const SqlRow&) {});
        ASSERT_TRUE(done) << done.error().what;
    };
    in_slow("BEGIN");
    in_slow(site.tables.insert_of(row(11, site.now_s + 1)));
    site.tables.add_row(row(12, site.now_s + 2));
    EXPECT_THAT(site.collect(), HasSubstr("collected 2 rows"));
    EXPECT_EQ(status(site)["collector"]["safe_id"], 1) << "before the hole";
    EXPECT_EQ(status(site)["collector"]["holes_pending"], 1);
    in_slow("COMMIT");
    EXPECT_THAT(site.collect(), HasSubstr("collected 1 rows"));
    EXPECT_EQ(status(site)["collector"]["safe_id"], 3);
    site.expect_equal();
}

TEST_P(LogCollectorTest, GivesAHoleUpOnlyAfterThePatience) {
    CollectedSite site(server(), "hole_patience_s = 1\n");
    site.tables.add_row(row(10, site.now_s));
    auto undone = site.tables.connect();
    ASSERT_TRUE(undone->read("BEGIN", {}, [](const SqlRow&) {}));
    ASSERT_TRUE(undone->read(site.tables.insert_of(row(11, site.now_s)), {}, [](const SqlRow&) {}));
    ASSERT_TRUE(undone->read("ROLLBACK", {}, [](const SqlRow&) {}));
    site.tables.add_row(row(12, site.now_s));
    (void)site.collect();
    EXPECT_EQ(status(site)["collector"]["safe_id"], 1);
    // Passes until one begins a patience after the mark; each takes a part of a second.
    for (int passes = 0; passes < 50 && status(site)["collector"]["safe_id"] == 1; ++passes)
        (void)site.collect();
    EXPECT_EQ(status(site)["collector"]["safe_id"], 3);
    site.expect_equal();
}

TEST_P(LogCollectorTest, AClockThatIsSetForwardMakesNoHoleOld) {
    CollectedSite site(server(), "");
    site.tables.add_row(row(10, site.now_s));
    auto slow = site.tables.connect();
    ASSERT_TRUE(slow->read("BEGIN", {}, [](const SqlRow&) {}));
    ASSERT_TRUE(slow->read(site.tables.insert_of(row(11, site.now_s)), {}, [](const SqlRow&) {}));
    site.tables.add_row(row(12, site.now_s));
    config::FixedClock clock(site.now_s);
    const CollectEvents events{{}, [](const std::string&) {}, [] { return true; }};
    const auto pass = [&] {
        auto node = Node::open(NodeFolder{site.dir()}, clock);
        ASSERT_TRUE(node);
        auto collector = LogCollector::make(*node, events);
        ASSERT_TRUE(collector);
        Collected collected;
        const auto done = (*collector)->collect(1000, collected);
        ASSERT_TRUE(done) << done.error().what;
        EXPECT_EQ(node->archive().collection().state(node->source()).safe_id, 1);
    };
    pass();
    clock.set(site.now_s + 3 * 86'400);  // the node's clock alone
    pass();
    clock.set(site.now_s - 86'400);
    pass();
    ASSERT_TRUE(slow->read("COMMIT", {}, [](const SqlRow&) {}));
    (void)site.collect();
    site.expect_equal();
}

TEST_P(LogCollectorTest, AStepOfTheSourcesClockMakesNoHoleOld) {
    CollectedSite site(server(), "");
    site.tables.add_row(row(10, site.now_s));
    auto slow = site.tables.connect();
    ASSERT_TRUE(slow->read("BEGIN", {}, [](const SqlRow&) {}));
    ASSERT_TRUE(slow->read(site.tables.insert_of(row(11, site.now_s)), {}, [](const SqlRow&) {}));
    site.tables.add_row(row(12, site.now_s));
    (void)site.collect();
    // What was noted by the source's clock a day ago, or a day ahead, is what a step of it leaves.
    for (const std::int64_t step_s : {-86'400, 2 * 86'400}) {
        {
            Node node = site.open();
            auto state = node.archive().collection().state(node.source());
            ASSERT_FALSE(state.marks.empty());
            for (archive::IdMark& mark : state.marks)
                mark.utc_s += step_s;
            node.archive().collection().put_state(node.source(), state);
        }
        (void)site.collect();
        EXPECT_EQ(status(site)["collector"]["safe_id"], 1) << step_s;
    }
    ASSERT_TRUE(slow->read("COMMIT", {}, [](const SqlRow&) {}));
    (void)site.collect();
    EXPECT_EQ(status(site)["collector"]["safe_id"], 3);
    site.expect_equal();
}

TEST_P(LogCollectorTest, AReplicasHolesWaitForItsRowsAndNotForItsClock) {
    CollectedSite site(server(), "hole_patience_s = 1\nreplica = true\n");
    site.tables.add_row(row(10, site.now_s));
    auto replayed = row(12, site.now_s);
    replayed.id = 3;
    site.tables.add_row(replayed);
    // The clock of the server runs on and the replica stands still.
    std::int64_t server_utc_s = site.now_s;
    while (server_utc_s < site.now_s + 4) {
        (void)site.collect();
        server_utc_s =
            site.tables.number(GetParam() == DatabaseDriver::mariadb
                                   ? "SELECT UNIX_TIMESTAMP()"
                                   : "SELECT floor(extract(epoch from clock_timestamp()))::bigint");
    }
    EXPECT_EQ(status(site)["collector"]["safe_id"], 1);
    auto late = row(11, site.now_s);
    late.id = 2;
    site.tables.add_row(late);
    auto fresh = row(12, site.now_s + 60);
    fresh.id = 5;
    site.tables.add_row(fresh);
    (void)site.collect();
    EXPECT_EQ(status(site)["collector"]["safe_id"], 3) << "the row that was replayed late is there";
    site.expect_equal();
}

TEST_P(LogCollectorTest, StopsAtAnInterruptAndGoesOnFromThere) {
    CollectedSite site(server(), "page_rows = 10\n");
    std::string settings = tests::contents_of(site.folder / "node/assidu.toml");
    const std::string unbounded = "rows_per_second = 0";
    site.folder.write("node/assidu.toml",
                      settings.replace(settings.find(unbounded), unbounded.size(), "rows_per_second = 50"));
    for (std::int64_t i = 0; i < 1'000; ++i)
        site.tables.add_row(row(CollectedSite::kStudent + i % 10, site.now_s - 400'000 + i * 300));
    tests::ProcessOptions options;
    options.while_running = [&](pid_t process) {
        while (status(site)["collector"].value("read_id", 0) == 0) {
        }
        ::kill(process, SIGINT);
    };
    const Finished interrupted = site.run({"collect", "--once", "--no-compute"}, options);
    EXPECT_EQ(interrupted.exit_code, 130) << interrupted.out << interrupted.err;
    const std::int64_t read_id = status(site)["collector"]["read_id"];
    EXPECT_GE(read_id, 10);
    EXPECT_LT(read_id, 1'000);
    site.folder.write("node/assidu.toml", tests::contents_of(site.folder / "node/assidu.toml")
                                              .replace(settings.find("rows_per_second"), 20, unbounded));
    (void)site.collect();
    site.expect_equal();
}

TEST_P(LogCollectorTest, GivesAPersonWhoIsSelectedLaterTheirRowsBack) {
    CollectedSite site(server(), "page_rows = 10\n");
    for (std::int64_t i = 0; i < 35; ++i) {
        site.tables.add_row(row(CollectedSite::kOther, site.now_s - 4000 + i));
        site.tables.add_row(row(CollectedSite::kOther + 1, site.now_s - 4000 + i));
    }
    EXPECT_THAT(site.collect(), HasSubstr("collected 70 rows, 0 events"));
    site.tables.run("UPDATE {user} SET institution = 'Lyon' WHERE id = 20");
    site.tables.add_row(row(CollectedSite::kOther, site.now_s));
    EXPECT_THAT(site.collect(), HasSubstr("36 events")) << "the new one, and the thirty-five before";
    site.expect_equal();
    EXPECT_THAT(site.collect(), HasSubstr("collected 0 rows"));
}

TEST_P(LogCollectorTest, NotesAnOutageWhereRowsWerePurgedBeforeTheyWereCollected) {
    CollectedSite site(server(), "");
    for (std::int64_t i = 0; i < 3; ++i)
        site.tables.add_row(row(10, site.now_s - 90'000 + i));
    (void)site.collect();
    for (std::int64_t i = 0; i < 6; ++i)
        site.tables.add_row(row(10, site.now_s - 80'000 + i * 1000));
    site.tables.run("DELETE FROM {logstore_standard_log} WHERE id <= 7");
    EXPECT_THAT(
        site.collect(),
        HasSubstr(
            "OUTAGE noted: rows were purged from Moodle's log before they were collected (ids 4 to 7)"));
    auto node = site.open();
    const auto outages = node.ledger().outages(node.settings().node_id, 0, INT64_MAX);
    ASSERT_EQ(outages.size(), 1U);
    EXPECT_EQ(outages[0].from_utc_s, site.now_s - 90'000 + 2);
    EXPECT_EQ(outages[0].to_utc_s, site.now_s - 80'000 + 4000);
    EXPECT_EQ(node.archive().events(node.source(), 10).size(), 5U)
        << "a purge takes nothing from the archive";
}

TEST_P(LogCollectorTest, APurgeOfWhatWasCollectedIsNoOutage) {
    CollectedSite site(server(), "");
    for (std::int64_t i = 0; i < 9; ++i)
        site.tables.add_row(row(10, site.now_s - 90'000 + i));
    (void)site.collect();
    site.tables.run("DELETE FROM {logstore_standard_log} WHERE id <= 5");
    EXPECT_THAT(site.collect(), Not(HasSubstr("OUTAGE")));
    auto node = site.open();
    EXPECT_EQ(node.archive().events(node.source(), 10).size(), 9U);
}

TEST_P(LogCollectorTest, StopsAndAsksWhenTheHighestIdGoesDown) {
    CollectedSite site(server(), "");
    for (std::int64_t i = 0; i < 9; ++i)
        site.tables.add_row(row(10, site.now_s - 90'000 + i));
    (void)site.collect();
    site.tables.run("DELETE FROM {logstore_standard_log} WHERE id > 6");
    const std::string refused = site.collect({}, 3);
    EXPECT_THAT(refused, HasSubstr("highest id is 6, and id 9 was read before"));
    EXPECT_THAT(refused, HasSubstr("assidu collect --accept-source"));
    EXPECT_EQ(site.run({"purge-plan"}).exit_code, 9) << "and nothing may be purged";
    // The restored table gives the same ids to other rows.
    auto other = row(11, site.now_s);
    other.id = 7;
    site.tables.add_row(other);
    other = row(CollectedSite::kOther, site.now_s);
    other.id = 12;
    site.tables.add_row(other);
    EXPECT_THAT(site.collect({"--accept-source"}), HasSubstr("id 7 is archived already with other contents"));
}

TEST_P(LogCollectorTest, StopsAndAsksWhenARowThatWasReadIsAnother) {
    CollectedSite site(server(), "");
    for (std::int64_t i = 0; i < 9; ++i)
        site.tables.add_row(row(10, site.now_s - 90'000 + i));
    (void)site.collect();
    site.tables.run("UPDATE {logstore_standard_log} SET timecreated = timecreated + 5 WHERE id = 8");
    EXPECT_THAT(site.collect({}, 3), HasSubstr("row 8 of the log is of user 10"));
}

TEST_P(LogCollectorTest, StopsAndAsksWhenTheMoodleIsAnother) {
    CollectedSite site(server(), "");
    site.tables.add_row(row(10, site.now_s));
    (void)site.collect();
    site.tables.run("UPDATE {config} SET value = 'elsewhere' WHERE name = 'siteidentifier'");
    EXPECT_THAT(site.collect({}, 3), HasSubstr("elsewhere"));
    EXPECT_THAT(site.collect({"--accept-source"}), HasSubstr("accepted"));
}

TEST_P(LogCollectorTest, PutsRestoredRowsInQuarantineAndFlagsClones) {
    CollectedSite site(server(), "");
    const std::int64_t long_ago = site.now_s - 90 * 86'400, lately = site.now_s - 3 * 86'400;
    site.tables.add_row(row(10, long_ago));
    site.tables.add_row(row(10, lately));
    site.tables.add_row(row(10, site.now_s));
    site.tables.add_row(row(10, long_ago, 6));      // a copy under another course
    site.tables.add_row(row(10, long_ago + 5, 6));  // old, and no copy
    site.tables.add_row(row(10, lately, 6));        // a copy that is not old
    EXPECT_THAT(site.collect(), HasSubstr("collected 6 rows, 4 events"));
    {
        auto node = site.open();
        auto& collection = node.archive().collection();
        EXPECT_EQ(collection.count(node.source(), archive::Fate::quarantined), 2);
        const auto rows = collection.quarantine(node.source(), 0, 10);
        ASSERT_EQ(rows.size(), 2U);
        EXPECT_EQ(rows[0].twin, 1);
        EXPECT_FALSE(rows[1].twin);
        EXPECT_EQ(node.archive().intakes(1)[0].counts["clone"], 1);
    }
    EXPECT_THAT(site.collect({"--release", "late"}), HasSubstr("released 1 rows from quarantine"));
    EXPECT_THAT(site.collect({"--release", "all"}), HasSubstr("released 1 rows from quarantine"));
    site.expect_equal();
}

TEST_P(LogCollectorTest, KeepsBrokenRowsAsideAndGoesOn) {
    CollectedSite site(server(), "");
    site.tables.add_row(row(10, site.now_s));
    site.tables.add_row(row(10, site.now_s, -5));
    site.tables.add_row(row(10, site.now_s + 10 * 86'400));
    site.tables.add_row(row(CollectedSite::kOther, site.now_s, -5));
    site.tables.add_row(row(10, site.now_s));
    const std::string said = site.collect();
    EXPECT_THAT(said, HasSubstr("row 2 of the log: courseid is out of range: '-5'"));
    EXPECT_THAT(said, HasSubstr("row 3 of the log: timecreated"));
    EXPECT_THAT(said, Not(HasSubstr("row 4"))) << "nobody else's broken rows are shown";
    site.expect_equal({2, 3});
    EXPECT_THAT(site.collect(), Not(HasSubstr("row 2"))) << "named once";
}

TEST_P(LogCollectorTest, FindsWhatWasMissedByHoldingYesterdayAgainstTheSource) {
    CollectedSite site(server(), "hole_patience_s = 0\nreread_ids = 0\nreread_s = 0\n");
    const std::int64_t yesterday = (site.now_s - 86'400) / 3'600 * 3'600;
    auto first = row(10, yesterday);
    first.id = 1;
    site.tables.add_row(first);
    auto last = row(10, yesterday + 10);
    last.id = 100;
    site.tables.add_row(last);
    (void)site.collect();
    // With no patience at all, the hole was given up.
    EXPECT_EQ(status(site)["collector"]["safe_id"], 100);
    {
        auto node = site.open();
        auto state = node.archive().collection().state(node.source());
        state.reconciled_day = 0;
        node.archive().collection().put_state(node.source(), state);
    }
    auto late = row(11, yesterday + 5);
    late.id = 50;
    site.tables.add_row(late);
    const Finished unsafe = site.run({"purge-plan"});
    EXPECT_EQ(unsafe.exit_code, 9) << unsafe.out;
    EXPECT_THAT(unsafe.out, HasSubstr("1 rows of the hour from"));
    EXPECT_THAT(site.collect(), HasSubstr("collected 1 rows"));
    site.expect_equal();
    EXPECT_EQ(site.run({"purge-plan"}).exit_code, 0);
}

TEST_P(LogCollectorTest, SaysWhereAccountsWereMergedAndTakesTheRowsThatBecameAStudents) {
    CollectedSite site(server(), "hole_patience_s = 0\nreread_ids = 0\nreread_s = 0\n");
    const std::int64_t yesterday = (site.now_s - 86'400) / 3'600 * 3'600;
    for (std::int64_t i = 0; i < 4; ++i) {
        site.tables.add_row(row(10, yesterday + i));
        site.tables.add_row(row(11, yesterday + i));
        site.tables.add_row(row(CollectedSite::kOther, yesterday + i));
    }
    // The last rows of all are looked at each time; what moves lies before them.
    for (std::int64_t i = 0; i < 3; ++i)
        site.tables.add_row(row(13, yesterday + 100 + i));
    (void)site.collect();
    {
        auto node = site.open();
        auto state = node.archive().collection().state(node.source());
        state.reconciled_day = 0;
        node.archive().collection().put_state(node.source(), state);
    }
    // As a plugin does that merges accounts: in place.
    site.tables.run("UPDATE {logstore_standard_log} SET userid = 11 WHERE userid = 10");
    site.tables.run("UPDATE {logstore_standard_log} SET userid = 12 WHERE userid = 20");
    const std::string said = site.collect();
    const std::string warned = status(site)["collector"]["warnings"].dump();
    EXPECT_THAT(warned, HasSubstr("4 rows of UTC day")) << said;
    EXPECT_THAT(warned, HasSubstr("as those of user 10 are those of user 11 in the log now"));
    EXPECT_THAT(warned, Not(HasSubstr("user 12")));
    auto node = site.open();
    const auto events_of = [&](std::int64_t user) {
        return node.archive().events(node.source(), user).size();
    };
    EXPECT_EQ(events_of(10), 4U) << "what was archived stays what it was";
    EXPECT_EQ(events_of(11), 4U);
    EXPECT_EQ(events_of(12), 4U) << "rows that were nobody's here are a student's now";
    EXPECT_EQ(node.archive().collection().count(node.source(), archive::Fate::conflict), 4);
}

TEST_P(LogCollectorTest, PlansAPurgeByTheRow) {
    CollectedSite site(server(), "hole_patience_s = 3600\n");
    EXPECT_EQ(site.run({"purge-plan"}).exit_code, 9) << "nothing was collected";
    for (std::int64_t i = 0; i < 10; ++i) {
        site.tables.add_row(row(10, site.now_s - 200'000 + i * 20'000));
        site.tables.add_row(row(CollectedSite::kOther, site.now_s - 200'000 + i * 20'000));
    }
    (void)site.collect();
    Finished plan = site.run({"purge-plan", "--json"});
    EXPECT_EQ(plan.exit_code, 0) << plan.out << plan.err;
    Json json = Json::parse(plan.out);
    EXPECT_EQ(json["total"]["source"], 20);
    EXPECT_EQ(json["total"]["archived"], 10);
    EXPECT_EQ(json["total"]["not_selected"], 10);
    EXPECT_EQ(json["total"]["missing"], 0);
    EXPECT_EQ(json["before_utc_s"], site.now_s - 20'000 + 1);
    // Rows that came since are not collected: up to there, and no further.
    site.tables.add_row(row(10, site.now_s - 50'000));
    plan = site.run({"purge-plan", "--json"});
    json = Json::parse(plan.out);
    EXPECT_EQ(json["before_utc_s"], site.now_s - 50'000);
    EXPECT_EQ(json["why_not_further"].size(), 1U);
    const Finished text = site.run({"purge-plan"});
    EXPECT_THAT(text.out, HasSubstr("SAFE to purge rows older than"));
    EXPECT_THAT(text.out, HasSubstr("MISSING"));
}

TEST_P(LogCollectorTest, ReadsTheTableOfADatabaseLogStore) {
    CollectedSite site(server(), "log_store = \"database\"\n\n[log_database]\n");
    // The store's own server and table; here the same server, another name.
    const auto reader = server().reader(site.tables.name());
    std::ofstream(site.folder / "node/assidu.toml", std::ios::app)
        << "driver = \"" << (GetParam() == DatabaseDriver::mariadb ? "mariadb" : "postgresql")
        << "\"\nhost = \"127.0.0.1\"\nport = " << reader.port << "\nname = \"" << reader.name
        << "\"\nuser = \"assidu\"\npassword_env = \"" << reader.password_env
        << "\"\ntls = false\ntable = \"external_log\"\n";
    site.tables.run("UPDATE {config_plugins} SET value = 'logstore_database' WHERE name = 'enabled_stores'");
    site.tables.add_row(row(10, site.now_s));
    site.tables.run("ALTER TABLE {logstore_standard_log} RENAME TO external_log");
    EXPECT_THAT(site.collect(), HasSubstr("collected 1 rows, 1 events"));
}

TEST_P(LogCollectorTest, LosesNothingToAFullDisk) {
    CollectedSite site(server(), "page_rows = 50\n");
    for (std::int64_t i = 0; i < 400; ++i)
        site.tables.add_row(row(CollectedSite::kStudent + i % 10, site.now_s - 400'000 + i * 900));
    tests::ProcessOptions options;
    options.file_bytes_max = 300'000;
    const Finished full = site.run({"collect", "--once", "--no-compute"}, options);
    EXPECT_NE(full.exit_code, 0) << full.out;
    (void)site.collect();
    site.expect_equal();
}

TEST_P(LogCollectorTest, AsksLittleOfTheSource) {
    CollectedSite site(server(), "page_rows = 100\n");
    for (std::int64_t i = 0; i < 300; ++i)
        site.tables.add_row(row(CollectedSite::kStudent + i % 10, site.now_s - 4000 + i));
    (void)site.collect();
    const MoodleServer::Load before = server().load(site.tables.name());
    (void)site.collect();
    // PostgreSQL tells its counts when a connection ends, a moment later.
    MoodleServer::Load load = server().load(site.tables.name());
    const std::int64_t statements = load.statements - before.statements, rows = load.rows - before.rows;
    std::cout << "a pass without news: " << statements << " statements, " << rows << " rows read\n";
    EXPECT_GT(statements, 0);
    EXPECT_LE(statements, 60);
    EXPECT_LE(rows, 2'000) << "the window below the safe id, settings and the schema";
}

TEST_P(LogCollectorTest, ServeCollectsByItselfAndOutlivesItsSource) {
    MoodleServer own(GetParam());
    CollectedSite site(own, "collect_every_s = 1\n");
    site.tables.add_row(row(10, site.now_s));
    tests::ServingProcess serve(site.dir());
    EXPECT_EQ(serve.wait_for("collected "), "collected 1 rows, 1 events");
    serve.wait_for("computed 1 students");
    own.kill();
    serve.wait_for_log("tried again, after longer and longer waits");
    own.start();
    site.tables.add_row(row(10, site.now_s + 1));
    EXPECT_EQ(serve.wait_for("collected "), "collected 1 rows, 1 events");
    EXPECT_EQ(serve.end(SIGTERM), 0);
    site.expect_equal();
}

TEST_P(LogCollectorTest, NotesAnOutageOfALogThatWasSwitchedOff) {
    CollectedSite site(server(), "");
    site.tables.add_row(row(10, site.now_s - 500));
    (void)site.collect();
    site.tables.run("UPDATE {config_plugins} SET value = '' WHERE name = 'enabled_stores'");
    (void)site.collect();
    EXPECT_THAT(site.run({"status"}).out, HasSubstr("WARNING      Moodle's log store is switched off"));
    EXPECT_EQ(site.run({"outage", "list"}).out, "") << "it is not over";
    site.tables.run("UPDATE {config_plugins} SET value = 'logstore_standard' WHERE name = 'enabled_stores'");
    site.tables.add_row(row(10, site.now_s));
    EXPECT_THAT(site.collect(), HasSubstr("OUTAGE noted: Moodle's log store is switched off"));
    EXPECT_THAT(site.run({"status"}).out, Not(HasSubstr("WARNING")));
    auto node = site.open();
    const auto outages = node.ledger().outages(node.settings().node_id, 0, INT64_MAX);
    ASSERT_EQ(outages.size(), 1U);
    EXPECT_EQ(outages[0].from_utc_s, site.now_s - 500);
}

TEST(SourceWatchTest, ALogThatStandsStillWhilePeopleWorkIsSilent) {
    archive::CollectorState state;
    const SourceSettings settings;
    LogBounds bounds{1'000'000, 1, 900'000, 500, 1'000'000};
    EXPECT_FALSE(watch_silence(state, settings, bounds, 1'000'000));
    bounds.server_utc_s += 4'000;
    EXPECT_FALSE(watch_silence(state, settings, bounds, 1'000'100));
    EXPECT_EQ(state.silent_since_s, 0) << "nobody was there either";
    EXPECT_FALSE(watch_silence(state, settings, bounds, 1'003'900));
    EXPECT_EQ(state.silent_since_s, 1'000'000);
    EXPECT_THAT(warnings_of(state, 1'004'000), ::testing::ElementsAre(HasSubstr("no log while people work")));
    bounds.server_utc_s += 1'000;
    bounds.max_id = 501;
    const auto ended = watch_silence(state, settings, bounds, 1'004'900);
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->from_utc_s, 1'000'000);
    EXPECT_EQ(ended->to_utc_s, 1'005'000);
    EXPECT_TRUE(warnings_of(state, 1'005'000).empty());
}

TEST(SourceWatchTest, WarnsAtHalfTheLifetimeOfTheLog) {
    archive::CollectorState state;
    state.lifetime_s = 10 * 86'400;
    state.whole_node_utc_s = 1'000'000;
    EXPECT_TRUE(warnings_of(state, 1'000'000 + 5 * 86'400 - 1).empty());
    EXPECT_THAT(warnings_of(state, 1'000'000 + 5 * 86'400),
                ::testing::ElementsAre(HasSubstr("WILL BE LOST")));
    state.lifetime_s = 0;
    EXPECT_TRUE(warnings_of(state, 1'000'000 + 500 * 86'400).empty()) << "nothing is ever deleted there";
}

TEST(SourceWatchTest, AnHourWithATenthOfTheUsualRowsIsNamed) {
    const tests::TemporaryFolder folder;
    const auto archive = archive::open_sqlite_archive(folder / "archive.sqlite");
    const archive::SourceKey source = archive->source("moodle", "").value();
    const std::int64_t day = 20'500;
    std::int64_t id = 0;
    const auto rows_at = [&](std::int64_t utc_day, int count) {
        archive::CollectedPage page;
        for (int i = 0; i < count; ++i)
            page.rows.push_back({++id, utc_day * 86'400 + 10 * 3'600 + i, archive::Fate::not_selected});
        (void)archive->collection().take(
            source, page, 0, [](const archive::Appended&) { return std::map<std::string, std::int64_t>{}; });
    };
    for (int week = 1; week <= 3; ++week)
        rows_at(day - 7 * week, 100);
    rows_at(day, 9);
    EXPECT_EQ(thin_hours(archive->collection(), source, day).size(), 1U);
    rows_at(day, 1);
    EXPECT_TRUE(thin_hours(archive->collection(), source, day).empty()) << "a tenth is enough";
}

}  // namespace
}  // namespace assidu::node::collect::database
