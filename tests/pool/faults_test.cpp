// What a network, a disk and an absence do to a pool of real processes: nothing acknowledged is lost, nothing
// counts twice, and the hub says who is missing.

#include <SQLiteCpp/SQLiteCpp.h>
#include <signal.h>
#include <sys/mount.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/pool/fault_proxy.h"
#include "tests/pool/pool_fixture.h"
#include "tests/rpc/raw_peer.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class PoolFaults : public PoolTest {
  protected:
    // Complete, as a spool wants it.
    void drop(const std::string& dir, const std::string& name, const std::string& bytes) const {
        std::filesystem::create_directories(dir + "/spool");
        folder.write("on-its-way", bytes);
        std::filesystem::rename(folder / "on-its-way", dir + "/spool/" + name);
    }
    void import(const std::string& name, std::int64_t first_id, std::int64_t count) {
        ASSERT_EQ(assidu({"--dir", dir_of(name), "import",
                          folder.write(name + std::to_string(first_id) + ".csv", some_days(first_id, count))})
                      .exit_code,
                  0);
    }
    Finished send(const std::string& name) const { return assidu({"--dir", dir_of(name), "send"}); }
    static nlohmann::json status(const std::string& dir) {
        const Finished said = assidu({"--dir", dir, "status", "--json"});
        EXPECT_EQ(said.exit_code, 0) << said.err;
        return nlohmann::json::parse(said.out);
    }
    struct Kept {
        std::string digest, receipt;
        bool operator==(const Kept&) const = default;
    };
    // Statements of a node in a folder, by number.
    static std::map<std::int64_t, Kept> statements(const std::string& dir, const std::string& node) {
        std::map<std::int64_t, Kept> kept;
        SQLite::Database file(dir + "/ledger.sqlite", SQLite::OPEN_READONLY);
        file.setBusyTimeout(5000);
        SQLite::Statement select(
            file,
            "SELECT number, digest, receipt FROM statement WHERE node=(SELECT key FROM node WHERE id=?)");
        select.bind(1, node);
        while (select.executeStep())
            kept[select.getColumn(0).getInt64()] = {select.getColumn(1).getString(),
                                                    select.getColumn(2).getString()};
        return kept;
    }
    // Whatever has a receipt at the member is at the hub, the very same.
    void expect_nothing_acknowledged_is_lost(const std::string& name) const {
        const auto at_hub = statements(hub_dir(), name);
        for (const auto& [number, kept] : statements(dir_of(name), name)) {
            if (kept.receipt.empty()) continue;
            const auto found = at_hub.find(number);
            ASSERT_NE(found, at_hub.end())
                << "statement " << number << " has a receipt and is not at the hub";
            EXPECT_EQ(found->second.digest, kept.digest) << number;
        }
    }
    void expect_equal(const std::string& name) const {
        EXPECT_FALSE(totals(hub_dir(), name).empty());
        EXPECT_EQ(totals(hub_dir(), name), totals(dir_of(name), name));
        const auto own = statements(dir_of(name), name), at_hub = statements(hub_dir(), name);
        ASSERT_EQ(own.size(), at_hub.size());
        for (const auto& [number, kept] : own)
            EXPECT_EQ(kept.digest, at_hub.at(number).digest) << number;
    }
};

class FaultyNetwork : public PoolFaults {
  protected:
    void SetUp() override {
        PoolFaults::SetUp();
        network = std::make_unique<FaultProxy>(static_cast<std::uint16_t>(std::stoi(hub->port())),
                                               static_cast<std::uint64_t>(dice.roll(0, 1'000'000'000)));
        hub_address = "https://127.0.0.1:" + std::to_string(network->port());
    }
    std::unique_ptr<FaultProxy> network;
};

TEST_F(FaultyNetwork, WhateverItDoesBetweenTwoServesNothingIsLostAndNothingCountsTwice) {
    join("lyon");
    join("nantes");
    const auto lyon = std::make_unique<ServingProcess>(dir_of("lyon"));
    const auto nantes = std::make_unique<ServingProcess>(dir_of("nantes"));
    network->misbehave();
    constexpr int kRounds = 10;
    for (int round = 0; round < kRounds; ++round) {
        for (const std::string name : {"lyon", "nantes"}) {
            drop(dir_of(name), std::to_string(round) + ".csv", some_days(1 + round * 10'000, 600));
            (name == "lyon" ? lyon : nantes)->wait_for("declared ");
            // Beside `serve`, which tries at its own pace, and by now perhaps at the same instant.
            (void)send(name);
            expect_nothing_acknowledged_is_lost(name);
        }
    }
    const auto& counts = network->counts();
    EXPECT_GT(counts.cut + counts.truncated + counts.delayed + counts.duplicated, kRounds)
        << "it did misbehave";
    network->carry();
    for (const std::string name : {"lyon", "nantes"}) {
        const Finished sent = send(name);
        EXPECT_EQ(sent.exit_code, 0) << sent.err;
        expect_equal(name);
        EXPECT_EQ(statements(hub_dir(), name).size(), static_cast<std::size_t>(kRounds));
    }
    EXPECT_TRUE(status(hub_dir()).at("incidents").empty()) << "a network makes no fork and no rollback";
    for (ServingProcess* process : {lyon.get(), nantes.get(), hub.get()})
        EXPECT_EQ(process->end(SIGTERM), 0);
}

TEST_F(FaultyNetwork, APartitionEndsByItselfAndWhatWasDeclaredMeanwhileArrives) {
    join("lyon");
    const auto lyon = std::make_unique<ServingProcess>(dir_of("lyon"));
    drop(dir_of("lyon"), "before.csv", some_days(1, 300));
    lyon->wait_for("receipted ");
    network->cut_off();
    drop(dir_of("lyon"), "meanwhile.csv", some_days(1000, 300));
    lyon->wait_for("declared ");
    lyon->wait_for_log(hub_address.substr(8));
    EXPECT_EQ(status(dir_of("lyon")).at("statements").at("waiting"), 1);
    EXPECT_EQ(statements(hub_dir(), "lyon").size(), 1U);
    network->carry();
    // Nobody does anything.
    EXPECT_EQ(lyon->wait_for("receipted "), "receipted 1 statements, 0 waiting");
    expect_equal("lyon");
    EXPECT_GT(network->counts().kept_out, 0);
    EXPECT_EQ(lyon->end(SIGTERM), 0);
}

// A hub whose members are one as it should be, one down and one behind: whoever looks sees which, since when,
// and what is missing.
class StatusOfAPool : public FaultyNetwork {
  protected:
    void SetUp() override {
        FaultyNetwork::SetUp();
        ASSERT_EQ(assidu({"init", "--dir", dir_of("rennes"), "--name", "rennes", "--wwwroot",
                          "https://rennes.example"})
                      .exit_code,
                  0);
        const std::string port = hub->port();
        ASSERT_EQ(hub->end(SIGTERM), 0);
        std::string settings = contents_of(hub_dir() + "/assidu.toml");
        settings.replace(settings.find("listen = \"\"", settings.find("[web]")), 11,
                         "listen = \"127.0.0.1:0\"");
        std::ofstream(hub_dir() + "/assidu.toml") << settings;
        hub = std::make_unique<ServingProcess>(hub_dir(),
                                               std::vector<std::string>{"--listen", "127.0.0.1:" + port});
        const std::string line = hub->wait_for("answering the web on ");
        web_port = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
        // What was said before is passed over: the address is the one of before.
        hub_address.clear();
    }
    std::string page(const std::string& language) const {
        RawPeer peer = RawPeer::connect_to(web_port);
        EXPECT_TRUE(
            peer.send("GET /pool?lang=" + language + " HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n"));
        return peer.read_to_end();
    }
    // As if nothing had been heard of it for so long: the clock, for this member.
    void age(const std::string& name, std::int64_t seconds) const {
        SQLite::Database file(hub_dir() + "/ledger.sqlite", SQLite::OPEN_READWRITE);
        file.setBusyTimeout(5000);
        SQLite::Statement update(
            file,
            "UPDATE member SET announced_utc_s=announced_utc_s-?, since_utc_s=since_utc_s-? "
            "WHERE id=?");
        update.bind(1, seconds);
        update.bind(2, seconds);
        update.bind(3, name);
        update.exec();
    }
    std::uint16_t web_port = 0;
};

TEST_F(StatusOfAPool, SaysWhoIsDownSinceWhenAndWhoIsBehindByWhichStatements) {
    const std::string direct = "https://127.0.0.1:" + std::to_string(network->port());
    hub_address = direct;
    EXPECT_THAT(page("en"), HasSubstr("HTTP/1.1 404 ")) << "nobody is a member yet";
    for (const std::string name : {"lyon", "nantes", "rennes"})
        join(name);
    // Lyon: all it has. Rennes was here once, and is not heard of any more.
    import("lyon", 1, 300);
    ASSERT_EQ(send("lyon").exit_code, 0);
    ASSERT_EQ(send("rennes").exit_code, 0);
    age("rennes", 3 * 3600);
    // Nantes: one statement arrived; of the next two only the announcement does.
    import("nantes", 1, 300);
    ASSERT_EQ(send("nantes").exit_code, 0);
    network->carry_up_to(16'000);
    for (const std::int64_t id : {1000, 2000}) {
        import("nantes", id, 3000);
        EXPECT_EQ(send("nantes").exit_code, 5);
    }
    network->carry();
    ASSERT_EQ(assidu({"--dir", hub_dir(), "member", "invite", "brest"}).exit_code, 0);

    const Finished said = assidu({"--dir", hub_dir(), "status"});
    std::cout << said.out;
    EXPECT_THAT(said.out, HasSubstr("members      1 complete, 1 behind, 1 silent, 1 expected\n"));
    EXPECT_THAT(said.out, HasSubstr("member       lyon (lyon): complete; 1 is here, the last received "));
    EXPECT_THAT(
        said.out,
        HasSubstr("member       nantes (nantes): BEHIND by 2, statements 2 to 3 are not here; 1 is here, "));
    EXPECT_THAT(said.out, HasSubstr("member       rennes (rennes): SILENT, not heard of since "));
    EXPECT_THAT(said.out, HasSubstr(" (3 h ago); no statement is here\n"));
    EXPECT_THAT(said.out, HasSubstr("member       brest: invited since "));

    const auto members = status(hub_dir()).at("members");
    ASSERT_EQ(members.size(), 4U);
    const auto& nantes = members.at(2);
    EXPECT_EQ(nantes.at("standing"), "behind");
    EXPECT_EQ(nantes.at("missing"), 2);
    EXPECT_EQ(nantes.at("missing_from"), 2);
    EXPECT_EQ(nantes.at("missing_to"), 3);
    EXPECT_EQ(members.at(1).at("standing"), "complete");
    EXPECT_EQ(members.at(1).at("missing_from"), nullptr);
    EXPECT_EQ(members.at(3).at("standing"), "silent");
    EXPECT_GE(members.at(3).at("heard_age_s").get<std::int64_t>(), 3 * 3600);

    const std::string en = page("en"), fr = page("fr");
    EXPECT_THAT(en, HasSubstr("2 of 3 members are behind or silent."));
    EXPECT_THAT(en, HasSubstr("data-member=\"nantes\" data-standing=\"behind\" data-missing=\"2\""));
    EXPECT_THAT(en, HasSubstr("2: no. 2 to 3"));
    EXPECT_THAT(en, HasSubstr("data-member=\"rennes\" data-standing=\"silent\""));
    EXPECT_THAT(en, HasSubstr("(3 h ago)"));
    EXPECT_THAT(en, Not(HasSubstr("brest"))) << "it is no member yet";
    EXPECT_THAT(fr, HasSubstr("2 membres sur 3 sont en retard ou silencieux."));
    EXPECT_THAT(fr, HasSubstr("2 : n° 2 à 3"));

    // Both are as they should be again, without the hub's administrator.
    for (const std::string name : {"nantes", "rennes"})
        ASSERT_EQ(send(name).exit_code, 0);
    EXPECT_THAT(assidu({"--dir", hub_dir(), "status"}).out,
                HasSubstr("members      3 complete, 1 expected\n"));
}

// A disk of its own for the hub, and a small one.
class SmallDisk : public PoolFaults {
  protected:
    void SetUp() override {
        std::filesystem::create_directories(hub_dir());
        if (::mount("tmpfs", hub_dir().c_str(), "tmpfs", 0, "size=2m,mode=700") != 0)
            GTEST_SKIP() << "no tmpfs can be mounted here: " << std::strerror(errno);
        mounted = true;
        PoolFaults::SetUp();
    }
    void TearDown() override {
        hub.reset();
        if (mounted) ::umount2(hub_dir().c_str(), MNT_DETACH);
    }
    bool mounted = false;
};

TEST_F(SmallDisk, AHubThatIsFullAcknowledgesNothingItDoesNotKeepAndGoesOnOnceThereIsRoom) {
    join("lyon");
    bool was_full = false;
    int sent_whole = 0;
    for (int round = 0; round < 12 && !was_full; ++round) {
        import("lyon", 1 + round * 10'000, 3000);
        const Finished sent = send("lyon");
        expect_nothing_acknowledged_is_lost("lyon");
        was_full = sent.exit_code != 0;
        sent_whole += was_full ? 0 : 1;
        if (was_full) {
            EXPECT_EQ(sent.exit_code, 5) << sent.err;
        }
    }
    ASSERT_TRUE(was_full) << "the disk was not small enough";
    EXPECT_GT(sent_whole, 0);
    // It still listens, and what it has is what it acknowledged.
    EXPECT_THAT(contents_of(hub_dir() + "/serve.log"), HasSubstr("full"));
    import("lyon", 900'000, 500);
    EXPECT_EQ(send("lyon").exit_code, 5);
    ASSERT_EQ(::mount("tmpfs", hub_dir().c_str(), "tmpfs", MS_REMOUNT, "size=64m"), 0)
        << std::strerror(errno);
    const Finished sent = send("lyon");
    ASSERT_EQ(sent.exit_code, 0) << sent.err;
    expect_equal("lyon");
    EXPECT_EQ(hub->end(SIGTERM), 0);
}

}  // namespace
}  // namespace assidu::tests
