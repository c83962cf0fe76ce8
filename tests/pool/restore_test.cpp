// Backups of real nodes made while they run, and what becomes of a pool when one of them comes back from
// yesterday's.

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/pool/pool_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class RestorePool : public PoolTest {
  protected:
    void import(const std::string& name, std::int64_t first_id, std::int64_t count) {
        const Finished finished =
            assidu({"--dir", dir_of(name), "import",
                    folder.write(name + std::to_string(first_id) + ".csv", some_days(first_id, count))});
        ASSERT_EQ(finished.exit_code, 0) << finished.err;
    }
    void send(const std::string& name) const {
        const Finished sent = assidu({"--dir", dir_of(name), "send"});
        EXPECT_EQ(sent.exit_code, 0) << sent.err;
        EXPECT_THAT(sent.out, HasSubstr(" 0 without a receipt"));
    }
    // The folder that was made.
    std::string back_up(const std::string& dir, const std::vector<std::string>& more = {}) {
        std::vector<std::string> arguments{"--dir", dir, "backup",
                                           folder / ("backups" + std::to_string(++backups))};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished made = assidu(arguments);
        EXPECT_EQ(made.exit_code, 0) << made.err;
        return value_of(made.out, "backup");
    }
    static Finished restore(const std::string& dir, const std::string& backup,
                            const std::vector<std::string>& more) {
        std::vector<std::string> arguments{"--dir", dir, "restore", backup};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return assidu(arguments);
    }
    static nlohmann::json status(const std::string& dir) {
        return nlohmann::json::parse(assidu({"--dir", dir, "status", "--json"}).out);
    }

    int backups = 0;
};

TEST_F(RestorePool, AHubThatComesBackFromYesterdaysCopyGetsEverythingAgain) {
    join("lyon");
    join("nantes");
    import("lyon", 1, 400);
    send("lyon");
    const std::string yesterday = back_up(hub_dir());  // while it listens
    for (const std::int64_t id : {1000, 2000}) {
        import("lyon", id, 300);
        send("lyon");
    }
    import("nantes", 1, 300);
    send("nantes");
    const std::string port = hub->port();
    EXPECT_EQ(restore(hub_dir(), yesterday, {"--replace"}).exit_code, 3) << "it is at work";
    hub->end(SIGKILL);
    const Finished restored = restore(hub_dir(), yesterday, {"--replace"});
    ASSERT_EQ(restored.exit_code, 0) << restored.err;
    EXPECT_TRUE(fs::exists(value_of(restored.out, "replaced") + "/ledger.sqlite")) << "nothing is deleted";
    hub = serve_hub(port);
    EXPECT_NE(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon"));
    for (const std::string name : {"lyon", "nantes"}) {
        send(name);
        EXPECT_EQ(totals(hub_dir(), name), totals(dir_of(name), name)) << name;
    }
    for (const std::string& dir : {hub_dir(), dir_of("lyon")}) {
        const auto incidents = status(dir).at("incidents");
        ASSERT_GE(incidents.size(), 1U) << dir;
        EXPECT_EQ(incidents[0].at("kind"), "hub_behind");
        EXPECT_EQ(incidents[0].at("from_number"), 2);
        EXPECT_EQ(incidents[0].at("to_number"), 3);
        EXPECT_THAT(assidu({"--dir", dir, "status"}).out,
                    HasSubstr("the hub had lost statements 2 to 3 of lyon, for which it gave receipts"));
    }
}

TEST_F(RestorePool, AMemberThatComesBackFromABackupAsksTheHubBeforeItIssues) {
    join("lyon");
    import("lyon", 1, 400);
    send("lyon");
    const std::string yesterday = back_up(dir_of("lyon"));
    import("lyon", 1000, 300);
    send("lyon");
    const auto before = totals(hub_dir(), "lyon");
    const std::string head = status(dir_of("lyon")).at("statements").at("head");
    ASSERT_EQ(restore(dir_of("lyon"), yesterday, {"--replace"}).exit_code, 0);
    EXPECT_THAT(assidu({"--dir", dir_of("lyon"), "status"}).out, HasSubstr("HELD BACK"));
    // While the hub is away nothing is issued that could contradict what it has.
    const std::string port = hub->port();
    hub->end(SIGTERM);
    import("lyon", 5000, 100);
    const Finished away = assidu({"--dir", dir_of("lyon"), "send"});
    EXPECT_EQ(away.exit_code, 5);
    EXPECT_THAT(away.out, HasSubstr("declared 0 statements"));
    hub = serve_hub(port);
    import("lyon", 1000, 300);  // what was imported since the backup: other rows here, as a correction
    send("lyon");
    EXPECT_EQ(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon"));
    const auto now = status(dir_of("lyon"));
    EXPECT_EQ(now.at("statements").at("held_back"), false);
    EXPECT_EQ(now.at("statements").at("set_aside"), 0);
    EXPECT_EQ(now.at("incidents").at(0).at("kind"), "node_behind");
    EXPECT_NE(now.at("statements").at("head"), head);
    EXPECT_THAT(assidu({"--dir", hub_dir(), "status"}).out, HasSubstr("lyon had lost its statement 2"));
}

TEST_F(RestorePool, ABackupIsVerifiedAndADamagedOneIsRefusedByName) {
    import("lyon", 1, 200);
    const std::string dir = dir_of("lyon");
    const std::string digest = value_of(assidu({"--dir", dir, "status"}).out, "ledger");
    const std::string with_keys = back_up(dir, {"--with-keys"}), without = back_up(dir);
    EXPECT_TRUE(fs::exists(with_keys + "/keys/node.pem"));
    EXPECT_FALSE(fs::exists(without + "/keys"));
    EXPECT_EQ(fs::status(with_keys + "/keys/node.pem").permissions(), fs::perms(0600));
    const std::string elsewhere = folder / "elsewhere";
    ASSERT_EQ(restore(elsewhere, with_keys, {}).exit_code, 0);
    EXPECT_EQ(value_of(assidu({"--dir", elsewhere, "status"}).out, "ledger"), digest);
    EXPECT_EQ(restore(elsewhere, with_keys, {}).exit_code, 3) << "a node is there";
    const Finished keyless = restore(folder / "keyless", without, {});
    EXPECT_EQ(keyless.exit_code, 3);
    EXPECT_THAT(keyless.err, HasSubstr("give the folder that has them with --keys"));
    EXPECT_FALSE(fs::exists(folder / "keyless"));
    EXPECT_THAT(restore(folder / "keyless", without, {"--keys", dir_of("nantes") + "/keys"}).err,
                HasSubstr("the backup's node had"));
    EXPECT_EQ(restore(folder / "keyless", without, {"--keys", dir + "/keys"}).exit_code, 0);
    // A flipped byte, a file that is gone, one that came.
    for (const std::string damage : {"flip", "remove", "add"}) {
        const std::string copy = folder / ("copy-" + damage);
        fs::copy(with_keys, copy, fs::copy_options::recursive);
        if (damage == "flip") {
            std::fstream file(copy + "/ledger.sqlite", std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(5000);
            file.put('\x7f');
        } else if (damage == "remove") {
            fs::remove(copy + "/catalogue.sqlite");
        } else {
            std::ofstream(copy + "/keys/other.pem") << "x";
        }
        const Finished refused = restore(folder / ("of-" + damage), copy, {});
        EXPECT_EQ(refused.exit_code, 3) << damage;
        EXPECT_THAT(refused.err, HasSubstr(damage == "flip"     ? "ledger.sqlite is damaged"
                                           : damage == "remove" ? "catalogue.sqlite is missing"
                                                                : "keys/other.pem is in no manifest"));
        EXPECT_FALSE(fs::exists(folder / ("of-" + damage))) << "nothing is left";
    }
    EXPECT_THAT(assidu({"--dir", dir, "backup", dir + "/inside"}).err,
                HasSubstr("lies in the node's folder"));
    EXPECT_THAT(restore(folder / "no", folder.path(), {}).err, HasSubstr("no backup of assidu"));
}

// Peers, dossiers, accounts: whatever stores there are, the rows in their logs included.
TEST_F(RestorePool, EveryDatabaseOfTheFolderIsInTheBackup) {
    import("lyon", 1, 50);
    SQLite::Database more(dir_of("lyon") + "/more.sqlite", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    more.exec("PRAGMA journal_mode=WAL; CREATE TABLE thing (value INTEGER); INSERT INTO thing VALUES (7)");
    const std::string made = back_up(dir_of("lyon"));
    for (const auto& entry : fs::directory_iterator(dir_of("lyon"))) {
        if (entry.path().extension() == ".sqlite") {
            EXPECT_TRUE(fs::exists(fs::path(made) / entry.path().filename())) << entry.path();
        }
    }
    const SQLite::Database copy(made + "/more.sqlite", SQLite::OPEN_READONLY);
    EXPECT_EQ(SQLite::Statement(copy, "SELECT value FROM thing").executeStep(), true);
}

// Whatever the instant of the kill, what has a backup's name is one.
TEST_F(RestorePool, ABackupThatIsKilledIsNone) {
    import("lyon", 1, 2000);
    for (int round = 0; round < 6; ++round) {
        const std::string into = folder / ("killed" + std::to_string(round));
        ProcessOptions killed;
        killed.while_running = [&](pid_t process) {
            ::usleep(static_cast<useconds_t>(dice.roll(0, 120'000)));
            ::kill(process, SIGKILL);
        };
        (void)assidu({"--dir", dir_of("lyon"), "backup", into, "--with-keys"}, killed);
        if (!fs::exists(into)) continue;
        for (const auto& entry : fs::directory_iterator(into)) {
            if (entry.path().extension() == ".part") continue;
            EXPECT_EQ(restore(folder / ("of-killed" + std::to_string(round)), entry.path(), {}).exit_code, 0);
        }
    }
}

}  // namespace
}  // namespace assidu::tests
