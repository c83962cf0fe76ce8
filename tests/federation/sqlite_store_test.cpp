#include "federation/sqlite_store.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <future>
#include <thread>
#include <vector>

#include "config/refusal.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::ResourceFailure;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;
using tests::TemporaryFolder;

constexpr std::string_view kOne[] = {"CREATE TABLE t (a INTEGER);"};
constexpr std::string_view kTwo[] = {"CREATE TABLE t (a INTEGER);",
                                     "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 7;"};
constexpr StoreFormat kVersion1{"test", 42, kOne};
constexpr StoreFormat kVersion2{"test", 42, kTwo};

TEST(SqliteStore, IsPrivateAndDurable) {
    const TemporaryFolder folder;
    SQLite::Database database = open_store(folder / "t.sqlite", kVersion1);
    EXPECT_EQ(database.execAndGet("PRAGMA journal_mode").getString(), "wal");
    EXPECT_EQ(database.execAndGet("PRAGMA synchronous").getInt(), 2);
    struct stat status{};
    ASSERT_EQ(::stat((folder / "t.sqlite").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(SqliteStore, AnOlderFileIsMigratedForwardWithItsRows) {
    const TemporaryFolder folder;
    open_store(folder / "t.sqlite", kVersion1).exec("INSERT INTO t VALUES (1)");
    SQLite::Database database = open_store(folder / "t.sqlite", kVersion2);
    EXPECT_EQ(database.execAndGet("SELECT a * 10 + b FROM t").getInt(), 17);
    EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 2);
}

TEST(SqliteStore, AFileOfANewerVersionIsRefused) {
    const TemporaryFolder folder;
    (void)open_store(folder / "t.sqlite", kVersion2);
    EXPECT_THAT(
        [&] { (void)open_store(folder / "t.sqlite", kVersion1); },
        ThrowsMessage<ResourceFailure>(HasSubstr("test format 2 is newer than this program, which knows 1")));
}

TEST(SqliteStore, AFileOfAnotherKindOrNoDatabaseIsRefusedByName) {
    const TemporaryFolder folder;
    SQLite::Database(folder / "other.sqlite", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE x (a)");
    EXPECT_THAT([&] { (void)open_store(folder / "other.sqlite", kVersion1); },
                ThrowsMessage<ResourceFailure>(HasSubstr("other.sqlite: not an Assidu test file")));
    folder.write("text.sqlite", std::string(5000, 'x'));
    EXPECT_THAT([&] { (void)open_store(folder / "text.sqlite", kVersion1); },
                ThrowsMessage<ResourceFailure>(HasSubstr("text.sqlite: it is not a database")));
    EXPECT_THAT([&] { (void)open_store(folder / "no/t.sqlite", kVersion1); },
                ThrowsMessage<ResourceFailure>(HasSubstr("cannot be opened")));
}

TEST(SqliteStore, ATransactionThatThrowsLeavesNothing) {
    const TemporaryFolder folder;
    SQLite::Database database = open_store(folder / "t.sqlite", kVersion1);
    EXPECT_THROW(in_transaction(database,
                                [&] {
                                    database.exec("INSERT INTO t VALUES (1)");
                                    throw std::runtime_error("stop");
                                }),
                 std::runtime_error);
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM t").getInt(), 0);
}

TEST(SqliteStore, AWriterWaitsForAnothersTransactionInsteadOfFailing) {
    const TemporaryFolder folder;
    SQLite::Database first = open_store(folder / "t.sqlite", kVersion1);
    std::promise<void> locked;
    std::jthread other([&] {
        locked.get_future().wait();
        SQLite::Database second = open_store(folder / "t.sqlite", kVersion1);
        in_transaction(second, [&] {
            EXPECT_EQ(second.execAndGet("SELECT sum(a) FROM t").getInt(), 1);
            second.exec("INSERT INTO t VALUES (2)");
        });
    });
    in_transaction(first, [&] {
        locked.set_value();
        first.exec("INSERT INTO t VALUES (1)");
    });
    other.join();
    EXPECT_EQ(first.execAndGet("SELECT sum(a) FROM t").getInt(), 3);
}

TEST(SqliteStore, WritersOfOneFileAtOnceLoseNothing) {
    const TemporaryFolder folder;
    constexpr int kWriters = 4, kEach = 50;
    {
        std::vector<std::jthread> writers;
        for (int writer = 0; writer < kWriters; ++writer) {
            writers.emplace_back([&] {
                for (int i = 0; i < kEach; ++i) {
                    // Opened anew each time, as a round does.
                    SQLite::Database database = open_store(folder / "t.sqlite", kVersion1);
                    in_transaction(database, [&] { database.exec("INSERT INTO t VALUES (1)"); });
                }
            });
        }
    }
    SQLite::Database database = open_store(folder / "t.sqlite", kVersion1);
    EXPECT_EQ(database.execAndGet("SELECT sum(a) FROM t").getInt(), kWriters * kEach);
}

TEST(SqliteStore, AFullDiskIsSaidToBeOne) {
    const TemporaryFolder folder;
    SQLite::Database database = open_store(folder / "t.sqlite", kVersion1);
    database.exec("PRAGMA max_page_count=4");
    EXPECT_THAT(
        [&] {
            translating_errors(database, [&] { database.exec("INSERT INTO t VALUES (randomblob(100000))"); });
        },
        ThrowsMessage<ResourceFailure>(HasSubstr("the disk is full")));
}

}  // namespace
}  // namespace assidu::federation
