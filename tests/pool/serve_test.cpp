// A pool that runs by itself: two members and a hub, each an `assidu serve`. Nothing here sleeps: the tests
// wait for what the processes say.

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/pool/pool_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class Serve : public PoolTest {
  protected:
    [[nodiscard]] std::unique_ptr<ServingProcess> serve(const std::string& name,
                                                        std::vector<std::string> more = {}) const {
        return std::make_unique<ServingProcess>(dir_of(name), more);
    }
    // Complete, as a spool wants it: written elsewhere on the disk, then renamed.
    void drop(const std::string& dir, const std::string& name, const std::string& bytes) const {
        std::filesystem::create_directories(dir + "/spool");
        folder.write("on-its-way", bytes);
        std::filesystem::rename(folder / "on-its-way", dir + "/spool/" + name);
    }
    void expect_equal_ledgers(const std::string& name) const {
        EXPECT_FALSE(totals(hub_dir(), name).empty());
        EXPECT_EQ(totals(hub_dir(), name), totals(dir_of(name), name));
    }
};

TEST_F(Serve, AFileInAMembersSpoolReachesTheHubsLedgerByItself) {
    join("lyon");
    join("nantes");
    const auto lyon = serve("lyon"), nantes = serve("nantes");
    drop(dir_of("lyon"), "log.csv", some_days(1, 1500));
    drop(dir_of("nantes"), "log.csv", some_days(1, 700));
    EXPECT_EQ(lyon->wait_for("imported "), "imported log.csv: 1500 rows, 1500 events");
    EXPECT_THAT(lyon->wait_for("computed "), HasSubstr(" students"));
    EXPECT_EQ(lyon->wait_for("declared "), "declared 1 statements");
    EXPECT_EQ(lyon->wait_for("receipted "), "receipted 1 statements, 0 waiting");
    EXPECT_EQ(nantes->wait_for("receipted "), "receipted 1 statements, 0 waiting");
    expect_equal_ledgers("lyon");
    expect_equal_ledgers("nantes");

    // Late rows of a declared day, on top.
    drop(dir_of("lyon"), "late.csv", some_days(5000, 200));
    EXPECT_EQ(lyon->wait_for("receipted "), "receipted 1 statements, 0 waiting");
    expect_equal_ledgers("lyon");

    for (ServingProcess* process : {lyon.get(), nantes.get()}) {
        EXPECT_EQ(process->end(SIGTERM), 0);
        EXPECT_EQ(process->log(), "stopped\n");
    }
    EXPECT_EQ(hub->end(SIGTERM), 0);
    EXPECT_THAT(nantes->output(), StartsWith("imported log.csv: 700 rows, 700 events\ncomputed "));
    EXPECT_THAT(nantes->output(), Not(HasSubstr("listening")));
}

TEST_F(Serve, AScheduleIssuesTheLastPeriodOnceByItself) {
    const std::string dir = dir_of("lyon");
    std::ofstream(dir + "/assidu.toml", std::ios::app)
        << "[[report_schedule]]\nname = \"day\"\nevery = \"daily\"\nat = \"00:00\"\nout = \"issued\"\n";
    std::string log = kHeader;
    // Every hour of the last days: whichever day was closed last has some.
    const std::int64_t now_s = std::time(nullptr);
    for (std::int64_t hour = 1; hour < 96; ++hour)
        log += row(hour, 42, now_s - hour * 3'600);
    drop(dir, "log.csv", log);
    {
        const auto lyon = serve("lyon");
        EXPECT_THAT(lyon->wait_for("reports "),
                    HasSubstr("issued 1, issued again 0, unchanged 0, not issued 0"));
        EXPECT_EQ(lyon->end(SIGTERM), 0) << lyon->log();
    }
    EXPECT_TRUE(std::filesystem::exists(dir + "/issued/index.html"));
    // The same period is not issued again by the next one.
    drop(dir, "more.csv", kHeader + row(200, 43, now_s - 90 * 3'600));
    const auto lyon = serve("lyon");
    (void)lyon->wait_for("imported more.csv");
    // What is taken in by the next round shows that the first has come to its end.
    drop(dir, "last.csv", kHeader + row(201, 43, now_s - 91 * 3'600));
    (void)lyon->wait_for("imported last.csv");
    EXPECT_EQ(lyon->end(SIGTERM), 0);
    EXPECT_THAT(lyon->output(), Not(HasSubstr("reports ")));
}

TEST_F(Serve, AMemberCatchesUpByItselfOnceAHubThatWasKilledIsBack) {
    join("lyon");
    const std::string port = hub->port();
    EXPECT_EQ(hub->end(SIGKILL), 128 + SIGKILL);
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "1.csv", some_days(1, 300));
    lyon->wait_for("declared ");
    lyon->wait_for_log("127.0.0.1:" + port);
    // Goes on importing meanwhile.
    drop(dir_of("lyon"), "2.csv", some_days(1000, 300));
    lyon->wait_for("imported 2.csv: 300 rows, 300 events");
    lyon->wait_for("declared ");
    EXPECT_THAT(assidu({"--dir", dir_of("lyon"), "status"}).out,
                HasSubstr("statements   2 declared, 2 without a receipt"));
    hub = serve_hub(port);
    EXPECT_EQ(lyon->wait_for("receipted "), "receipted 2 statements, 0 waiting");
    expect_equal_ledgers("lyon");
    EXPECT_EQ(lyon->end(SIGINT), 0);
    const std::string log = lyon->log();
    EXPECT_EQ(log.find("127.0.0.1:" + port), log.rfind("127.0.0.1:" + port))
        << "one trouble, one complaint, however often it was tried: " << log;
}

TEST_F(Serve, AMemberThatIsKilledWhileItImportsEndsWithTheSameLedger) {
    join("lyon");
    std::string all;
    for (int file = 0; file < 6; ++file) {
        const std::string text = some_days(1 + file * 10'000, 4000);
        all += file == 0 ? text : text.substr(std::string_view(kHeader).size());
        drop(dir_of("lyon"), std::to_string(file) + ".csv", text);
    }
    for (int kill = 0; kill < 6; ++kill) {
        const auto lyon = serve("lyon");

        ::usleep(static_cast<useconds_t>(dice.roll(0, 60'000)));  // any moment
        lyon->end(SIGKILL);
    }
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "last.csv", some_days(900'000, 50));
    lyon->wait_for("imported last.csv");
    lyon->wait_for("receipted ");
    expect_equal_ledgers("lyon");
    EXPECT_EQ(lyon->end(SIGTERM), 0);
    // The same rows in peace.
    const std::string calm = folder / "calm";
    ASSERT_EQ(
        assidu({"init", "--dir", calm, "--name", "lyon", "--wwwroot", "https://lyon.example"}).exit_code, 0);
    std::filesystem::copy(
        dir_of("lyon") + "/keys", calm + "/keys",
        std::filesystem::copy_options::recursive | std::filesystem::copy_options::overwrite_existing);
    ASSERT_EQ(assidu({"--dir", calm, "import", folder.write("all.csv", all),
                      dir_of("lyon") + "/spool/done/last.csv"})
                  .exit_code,
              0);
    EXPECT_EQ(totals(calm, "lyon"), totals(dir_of("lyon"), "lyon"));
}

TEST_F(Serve, AHubThatIsANodeTooImportsAndComputesWhileMembersDeliver) {
    join("lyon");
    join("nantes");
    const auto lyon = serve("lyon"), nantes = serve("nantes");
    constexpr int kRounds = 6;
    for (int round = 0; round < kRounds; ++round) {
        for (const std::string& dir : {hub_dir(), dir_of("lyon"), dir_of("nantes")})
            drop(dir, std::to_string(round) + ".csv", some_days(1 + round * 10'000, 1500));
        for (ServingProcess* member : {lyon.get(), nantes.get()})
            member->wait_for("receipted ");
    }
    for (int round = 0; round < kRounds; ++round)
        hub->wait_for("imported ");
    expect_equal_ledgers("lyon");
    expect_equal_ledgers("nantes");
    EXPECT_EQ(hub->end(SIGTERM), 0);
    EXPECT_THAT(hub->log(), Not(HasSubstr(".sqlite"))) << "nobody was ever locked out";
    EXPECT_EQ(lyon->end(SIGTERM), 0);
    EXPECT_EQ(lyon->log(), "stopped\n");
    // What the hub computed of its own is what the same files give alone.
    const auto own = totals(hub_dir(), "pole");
    EXPECT_FALSE(own.empty());
    ASSERT_EQ(assidu({"--dir", hub_dir(), "report", "group", "--from", "2026-03-01", "--to", "2026-03-31"})
                  .exit_code,
              0);
    EXPECT_EQ(totals(hub_dir(), "pole"), own);
}

TEST_F(Serve, StatusSaysWhatWaitsAndWhenItIsTriedAgainAndHowFarAMemberIs) {
    join("lyon");
    const std::string port = hub->port();
    hub->end(SIGTERM);
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "log.csv", some_days(1, 100));
    lyon->wait_for_log("127.0.0.1:" + port);
    const auto waiting = nlohmann::json::parse(assidu({"--dir", dir_of("lyon"), "status", "--json"}).out);
    EXPECT_EQ(waiting.at("statements").at("waiting"), 1);
    EXPECT_EQ(waiting.at("statements").at("receipted"), 0);
    EXPECT_TRUE(waiting.at("statements").at("oldest_waiting_utc_s").is_number());
    EXPECT_EQ(waiting.at("serve").at("running"), true);
    EXPECT_THAT(assidu({"--dir", dir_of("lyon"), "status"}).out,
                HasSubstr("waiting      the oldest was declared "));
    hub = serve_hub(port);
    lyon->wait_for("receipted ");
    EXPECT_EQ(lyon->end(SIGTERM), 0);
    const auto done = nlohmann::json::parse(assidu({"--dir", dir_of("lyon"), "status", "--json"}).out);
    EXPECT_EQ(done.at("statements").at("receipted"), 1);
    EXPECT_EQ(done.at("serve").at("running"), false);
    EXPECT_EQ(done.at("serve").at("delivery_problem"), "");
    EXPECT_EQ(done.at("serve").at("retry_utc_s"), nullptr);
    const auto pole = nlohmann::json::parse(assidu({"--dir", hub_dir(), "status", "--json"}).out);
    EXPECT_EQ(pole.at("members").at(0).at("id"), "lyon");
    EXPECT_EQ(pole.at("members").at(0).at("statements"), 1);
    EXPECT_EQ(pole.at("members").at(0).at("announced"), 1);
    EXPECT_GE(pole.at("members").at(0).at("last_received_age_s").get<std::int64_t>(), 0);
    EXPECT_THAT(assidu({"--dir", hub_dir(), "status"}).out,
                HasSubstr("lyon (lyon): complete; 1 is here, the last received "));
}

TEST_F(Serve, OtherCommandsWorkBesideItAndJoinIsNoticed) {
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "log.csv", some_days(1, 300));
    lyon->wait_for("computed ");
    const Finished imported =
        assidu({"--dir", dir_of("lyon"), "import", folder.write("beside.csv", some_days(5000, 100))});
    EXPECT_EQ(imported.exit_code, 0) << imported.err;
    EXPECT_EQ(
        assidu({"--dir", dir_of("lyon"), "report", "group", "--from", "2026-03-01", "--to", "2026-03-31"})
            .exit_code,
        0);
    join("lyon");
    // Whichever of its rounds saw the hub first: before the hub accepted this node, it was refused and told
    // so.
    lyon->wait_for("declared ");
    const Finished sent = assidu({"--dir", dir_of("lyon"), "send"});
    EXPECT_EQ(sent.exit_code, 0) << sent.err;
    expect_equal_ledgers("lyon");
}

TEST_F(Serve, AHubThatDoesNotAnswerKeepsNobodyFromWorkingInTheFolder) {
    join("lyon");
    const std::string port = hub->port();
    hub->end(SIGKILL);
    // Somebody who takes the connection and says nothing.
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    ASSERT_EQ(::setsockopt(silent, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(silent, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::listen(silent, 8), 0);
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "log.csv", some_days(1, 100));
    const int connection = ::accept(silent, nullptr, nullptr);  // the delivery is under way
    ASSERT_GE(connection, 0);
    const Finished beside =
        assidu({"--dir", dir_of("lyon"), "report", "group", "--from", "2026-03-01", "--to", "2026-03-31"});
    EXPECT_EQ(beside.exit_code, 0);
    EXPECT_THAT(beside.err, Not(HasSubstr("waiting for another assidu")));
    ::close(connection);
    ::close(silent);
    EXPECT_EQ(lyon->end(SIGTERM), 0);
}

TEST_F(Serve, ARoundWaitsForAnotherCommandAndSaysSoOnce) {
    const int lock = ::open((dir_of("lyon") + "/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    ASSERT_EQ(::flock(lock, LOCK_EX), 0);
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "log.csv", some_days(1, 30));
    lyon->wait_for_log("the round is put off: ");
    ::close(lock);
    lyon->wait_for("imported log.csv: 30 rows");
    EXPECT_EQ(lyon->end(SIGTERM), 0);
    const std::string log = lyon->log();
    EXPECT_EQ(log.find("put off"), log.rfind("put off")) << log;
}

TEST_F(Serve, AMemberThatTheHubRefusesIsToldThatRepeatingDoesNotHelp) {
    join("lyon");
    ASSERT_EQ(assidu({"--dir", hub_dir(), "member", "suspend", "lyon"}).exit_code, 0);
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "log.csv", some_days(1, 100));
    lyon->wait_for_log("the hub answers: refused (fault 1); repeating it does not cure this");
    EXPECT_EQ(lyon->end(SIGTERM), 0);
}

TEST_F(Serve, ASecondOneAndOneWithNothingToDoAreRefused) {
    const auto lyon = serve("lyon");
    drop(dir_of("lyon"), "log.csv", some_days(1, 10));
    lyon->wait_for("imported ");
    const Finished second = assidu({"--dir", dir_of("lyon"), "serve"});
    EXPECT_EQ(second.exit_code, 3);
    EXPECT_THAT(second.err, HasSubstr("another assidu serve runs on this folder already"));
    EXPECT_THAT(second.err, HasSubstr("process " + std::to_string(lyon->id())));

    std::string settings = contents_of(dir_of("nantes") + "/assidu.toml");
    const std::string spool = "spool = \"spool\"";
    settings.replace(settings.find(spool), spool.size(), "spool = \"\"");
    folder.write("nantes/assidu.toml", settings);
    const Finished idle = assidu({"--dir", dir_of("nantes"), "serve"});
    EXPECT_EQ(idle.exit_code, 3);
    EXPECT_THAT(idle.err, HasSubstr("nothing to do"));
    EXPECT_EQ(assidu({"--dir", dir_of("nantes"), "serve", "--listen", "localhost:1"}).exit_code, 2);
    EXPECT_EQ(assidu({"--dir", dir_of("nantes"), "serve", "--every", "9"}).exit_code, 2);
    EXPECT_EQ(assidu({"--dir", dir_of("nantes"), "serve", "--every", "86401"}).exit_code, 2);
}

}  // namespace
}  // namespace assidu::tests
