// The connection to a Moodle's database, on real servers.
#include "node/collect/database/moodle_database.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/moodle_server.h"

namespace assidu::node::collect::database {
namespace {

using config::DatabaseDriver;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using tests::MoodleServer;
using tests::MoodleTables;
using Kind = SqlTrouble::Kind;

const std::vector<TableNeed> kUsers{{"user", {"id", "username", "institution"}, {"companyid"}}};

class MoodleDatabaseTest : public ::testing::TestWithParam<DatabaseDriver> {
  protected:
    MoodleServer& server() { return MoodleServer::shared(GetParam()); }
    config::DatabaseSettings settings(const MoodleTables& tables) {
        config::DatabaseSettings settings;
        settings.server = server().reader(tables.name());
        settings.prefix = tables.prefix();
        settings.page_rows = 10;
        settings.rows_per_second = 0;
        return settings;
    }
    static MoodleDatabase open(const config::DatabaseSettings& settings) {
        auto database = MoodleDatabase::of(settings, "/", {});
        if (!database) throw std::runtime_error(database.error().what);
        return std::move(*database);
    }
};

INSTANTIATE_TEST_SUITE_P(On, MoodleDatabaseTest,
                         ::testing::Values(DatabaseDriver::mariadb, DatabaseDriver::postgresql),
                         [](const auto& driver) {
                             return driver.param == DatabaseDriver::mariadb ? "Mariadb" : "Postgresql";
                         });

TEST_P(MoodleDatabaseTest, ReadsPagesByKeyInOrder) {
    MoodleTables tables(server(), "m4_");
    for (std::int64_t id = 10; id < 35; ++id)
        tables.add_user({id, "user" + std::to_string(id), "Lyon"});
    MoodleDatabase database = open(settings(tables));
    ASSERT_TRUE(database.probe(kUsers));
    std::vector<std::int64_t> ids;
    KeysetPage page{"user", {"username", "companyid"}};
    page.after = 9;
    for (bool more = true; more;) {
        const auto read = database.page(page, [&](const SqlRow& row) {
            ids.push_back(*row.whole(0));
            EXPECT_EQ(row.bytes(1), "user" + std::to_string(ids.back()));
            EXPECT_TRUE(row.is_null(2)) << "a column that the table does not have";
        });
        ASSERT_TRUE(read) << read.error().what;
        page.after = read->last_key;
        more = read->more;
    }
    ASSERT_EQ(ids.size(), 25U);
    EXPECT_EQ(ids.front(), 10);
    EXPECT_EQ(ids.back(), 34);
    page.after = 9;
    page.up_to = 12;
    page.condition = "institution = ?";
    page.parameters = {std::string_view("Lyon")};
    const auto read = database.page(page, [](const SqlRow&) {});
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->rows, 3U);
    EXPECT_EQ(database.load().statements, 5);
}

TEST_P(MoodleDatabaseTest, NamesEverythingThatTheSchemaLacks) {
    MoodleTables tables(server());
    MoodleDatabase database = open(settings(tables));
    const std::vector<TableNeed> needs{
        {"user", {"id", "shoesize", "hat"}}, {"local_nothing", {"id"}}, {"local_maybe", {"id"}, {}, true}};
    const auto probed = database.probe(needs);
    ASSERT_FALSE(probed);
    EXPECT_EQ(probed.error().kind, Kind::wrong);
    EXPECT_THAT(probed.error().what, HasSubstr("no column shoesize in table mdl_user"));
    EXPECT_THAT(probed.error().what, HasSubstr("no column hat in table mdl_user"));
    EXPECT_THAT(probed.error().what, HasSubstr("no table mdl_local_nothing"));
    EXPECT_THAT(probed.error().what, ::testing::Not(HasSubstr("local_maybe")));
    EXPECT_FALSE(database.has_table("local_maybe"));
    EXPECT_TRUE(database.has_column("user", "username"));
}

TEST_P(MoodleDatabaseTest, SeesWhatIsCommittedBetweenTwoReads) {
    MoodleTables tables(server());
    MoodleDatabase database = open(settings(tables));
    const auto count = [&] { return database.page({"user", {"username"}}, [](const SqlRow&) {})->rows; };
    const std::size_t before = count();
    tables.add_user({77, "later"});
    EXPECT_EQ(count(), before + 1);
}

TEST_P(MoodleDatabaseTest, CannotWrite) {
    MoodleTables tables(server());
    if (GetParam() == DatabaseDriver::mariadb)
        tables.run("GRANT ALL ON " + tables.name() + ".* TO assidu@'%'");
    else
        tables.run("GRANT ALL ON ALL TABLES IN SCHEMA public TO assidu");
    MoodleDatabase database = open(settings(tables));
    const auto written =
        database.read("UPDATE " + database.name_of("user") + " SET username = 'x'", {}, [](const SqlRow&) {});
    ASSERT_FALSE(written) << "an account with rights too many still reads only";
    EXPECT_THAT(written.error().what, ::testing::AnyOf(HasSubstr("READ ONLY"), HasSubstr("read-only")));
    EXPECT_FALSE(written.error().retryable());
}

TEST_P(MoodleDatabaseTest, GivesUpAStatementThatTakesTooLong) {
    MoodleTables tables(server());
    config::DatabaseSettings slow = settings(tables);
    slow.statement_timeout_s = 1;
    MoodleDatabase database = open(slow);
    const auto asked = database.read(GetParam() == DatabaseDriver::mariadb
                                         ? "SELECT COUNT(*) FROM information_schema.columns a, "
                                           "information_schema.columns b, information_schema.columns c"
                                         : "SELECT pg_sleep(600)",
                                     {}, [](const SqlRow&) {});
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().kind, Kind::too_slow) << asked.error().what;
    EXPECT_TRUE(database.server_utc_s()) << "and the connection is still good";
    EXPECT_EQ(database.load().connections, 1);
}

TEST_P(MoodleDatabaseTest, ComesBackAfterItsConnectionWasCut) {
    MoodleTables tables(server());
    MoodleDatabase database = open(settings(tables));
    ASSERT_TRUE(database.server_utc_s());
    server().cut_connections();
    const auto now = database.server_utc_s();
    ASSERT_TRUE(now) << now.error().what;
    EXPECT_EQ(database.load().connections, 2);
}

TEST_P(MoodleDatabaseTest, SaysThatTheServerIsAwayAndComesBackWithIt) {
    MoodleServer own(GetParam());
    MoodleTables tables(own);
    config::DatabaseSettings there = settings(tables);
    there.server = own.reader(tables.name());
    MoodleDatabase database = open(there);
    ASSERT_TRUE(database.server_utc_s());
    own.kill();
    const auto away = database.server_utc_s();
    ASSERT_FALSE(away);
    EXPECT_EQ(away.error().kind, Kind::away);
    EXPECT_TRUE(away.error().retryable());
    EXPECT_THAT(away.error().what, HasSubstr("127.0.0.1"));
    own.start();
    EXPECT_TRUE(database.server_utc_s());
}

TEST_P(MoodleDatabaseTest, RefusesAWrongPasswordWithoutSayingIt) {
    MoodleTables tables(server());
    ::setenv("ASSIDU_TEST_WRONG_PASSWORD", "s3cret-and-wrong", 1);
    config::DatabaseSettings wrong = settings(tables);
    wrong.server.password_env = "ASSIDU_TEST_WRONG_PASSWORD";
    MoodleDatabase database = open(wrong);
    const auto asked = database.server_utc_s();
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().kind, Kind::forbidden) << asked.error().what;
    EXPECT_THAT(asked.error().what, ::testing::Not(HasSubstr("s3cret")));
}

TEST_P(MoodleDatabaseTest, WillNotGoWithoutTlsWhereItIsWanted) {
    MoodleTables tables(server());
    config::DatabaseSettings tls = settings(tables);
    tls.server.tls = true;
    MoodleDatabase database = open(tls);
    const auto asked = database.server_utc_s();
    ASSERT_FALSE(asked) << "neither test server speaks TLS";
    EXPECT_FALSE(asked.error().retryable()) << asked.error().what;
}

TEST_P(MoodleDatabaseTest, TakesThePasswordFromAFileThatOthersCannotRead) {
    MoodleTables tables(server());
    const tests::TemporaryFolder folder;
    const auto file = folder.write("database.password", MoodleServer::password() + "\n");
    config::DatabaseSettings by_file = settings(tables);
    by_file.server.password_env.clear();
    by_file.server.password_file = "database.password";
    std::filesystem::permissions(file, std::filesystem::perms(0644));
    EXPECT_FALSE(MoodleDatabase::of(by_file, folder.path(), {}));
    std::filesystem::permissions(file, std::filesystem::perms(0600));
    auto database = MoodleDatabase::of(by_file, folder.path(), {});
    ASSERT_TRUE(database);
    EXPECT_TRUE(database->server_utc_s());
}

TEST_P(MoodleDatabaseTest, KeepsToItsRowsASecond) {
    MoodleTables tables(server());
    for (std::int64_t id = 10; id < 40; ++id)
        tables.add_user({id, "user" + std::to_string(id)});
    config::DatabaseSettings slow = settings(tables);
    slow.rows_per_second = 20;
    std::int64_t waited_ms = 0;
    auto database = MoodleDatabase::of(slow, "/", [&](std::int64_t ms) {
        waited_ms = ms;
        return false;
    });
    ASSERT_TRUE(database);
    ASSERT_TRUE(database->page({"user", {"username"}}, [](const SqlRow&) {}));
    const auto next = database->page({"user", {"username"}}, [](const SqlRow&) {});
    EXPECT_FALSE(next) << "the pause was interrupted";
    EXPECT_GT(waited_ms, 100);
    EXPECT_LE(waited_ms, 500) << "10 rows at 20 a second";
}

TEST_P(MoodleDatabaseTest, ReadsMoodlesOwnSettings) {
    MoodleTables tables(server());
    MoodleDatabase database = open(settings(tables));
    EXPECT_EQ(database.config_value("siteguest")->value(), "1");
    EXPECT_FALSE(database.config_value("no such setting")->has_value());
    EXPECT_EQ(database.plugin_value("logstore_standard", "loglifetime")->value(), "0");
    EXPECT_FALSE(database.plugin_value("it's a 'trap", "x")->has_value());
}

TEST(SqlRowTest, NamesWhatMakesNoSense) {
    const std::vector<std::string> names{"id", "userid", "username", "email", "city"};
    const std::string nul("a\0b", 3);
    const std::vector<SqlRow::Cell> cells{"12x", "99999999999999999999", nul, "\xff\xfe", {}};
    const SqlRow row(names, cells);
    EXPECT_EQ(row.whole(0).error().what, "id is not a whole number: '12x'");
    EXPECT_THAT(row.whole(1).error().what, HasSubstr("userid is out of range"));
    EXPECT_THAT(row.text(2, 100).error().what, HasSubstr("username has a NUL byte"));
    EXPECT_THAT(row.text(3, 100).error().what, HasSubstr("email is not UTF-8"));
    EXPECT_THAT(row.whole(4).error().what, HasSubstr("city is NULL"));
    EXPECT_EQ(*row.whole_or(4, -1), -1);
    EXPECT_EQ(*row.text(4, 100), "");
    EXPECT_THAT(row.text(0, 2).error().what, HasSubstr("id is longer than 2 bytes"));
    EXPECT_TRUE(row.text(0, 3));
    EXPECT_FALSE(SqlRow(names, std::vector<SqlRow::Cell>{"-1", {}, {}, {}, {}}).whole(0, 0));
}

}  // namespace
}  // namespace assidu::node::collect::database
