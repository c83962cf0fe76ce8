// A hub that comes back to universities, each with thirty days that it has not seen: all of them
// arrive without anybody, and whoever asks meanwhile how far the members are gets an answer.

#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "node/node.h"
#include "node/services/pool_member.h"
#include "tests/pool/pool_fixture.h"
#include "tests/rpc/raw_peer.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;

constexpr int kDays = 30;
// Sixteen where there is time for it: make soak-pool.
const int kUniversities =
    std::getenv("ASSIDU_TEST_BACKLOGS") != nullptr ? std::atoi(std::getenv("ASSIDU_TEST_BACKLOGS")) : 4;
constexpr std::int64_t kDay = 86'400, kFirstMorning = 1'772'438'400;  // 2026-03-02 09:00 in Paris
// Far more than a page takes on a busy machine; a page that waits for the exchange to end takes longer.
constexpr std::chrono::milliseconds kPagePatience{5000};

class CatchUp : public PoolTest {
  protected:
    static std::string university(int number) { return "u" + std::to_string(number); }

    // A month of some students' events, and a statement for every day of it, as a node makes that runs every
    // night.
    void declare_a_month(const std::string& name) {
        std::string log = kHeader;
        std::int64_t id = 0;
        for (int day = 0; day < kDays; ++day)
            for (std::int64_t student = 40; student < 60; ++student) {
                const std::int64_t at = kFirstMorning + day * kDay + dice.roll(0, 20'000);
                log += row(id + 1, student, at) + row(id + 2, student, at + dice.roll(60, 800));
                id += 2;
            }
        ASSERT_EQ(assidu({"--dir", dir_of(name), "import", folder.write(name + ".csv", log)}).exit_code, 0);
        for (int day = 0; day < kDays; ++day) {
            const config::FixedClock night(kFirstMorning + day * kDay + 19 * 3600);  // 04:00 of the next day
            auto node = node::Node::open(node::NodeFolder{dir_of(name)}, night, node::Node::Access::look);
            ASSERT_TRUE(node) << node.error().what;
            const auto declared = node::services::declare(*node, false);
            ASSERT_TRUE(declared) << declared.error().what;
            ASSERT_EQ(*declared, 1) << name << " on day " << day;
        }
    }
    void serve_hub_with_page(const std::string& port) {
        hub = std::make_unique<ServingProcess>(hub_dir(),
                                               std::vector<std::string>{"--listen", "127.0.0.1:" + port});
        const std::string line = hub->wait_for("answering the web on ");
        web_port = static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1)));
    }
    // How long the page takes.
    std::chrono::milliseconds ask(std::string& page) const {
        const auto begin = std::chrono::steady_clock::now();
        RawPeer peer = RawPeer::connect_to(web_port);
        EXPECT_TRUE(peer.send("GET /pool?lang=en HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n"));
        page = peer.read_to_end();
        return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                     begin);
    }
    // Members of whom every day is here.
    static int whole_members(const std::string& page) {
        int whole = 0;
        const std::string cell = "<td>" + std::to_string(kDays) + "</td>";
        for (std::size_t at = page.find(cell); at != std::string::npos; at = page.find(cell, at + 1))
            ++whole;
        return whole;
    }
    std::uint16_t web_port = 0;
};

TEST_F(CatchUp, AHubThatReturnsToMonthsOfBacklogAnswersMeanwhileAndAllOfThemArrive) {
    std::string settings = contents_of(hub_dir() + "/assidu.toml");
    settings.replace(settings.find("listen = \"\"", settings.find("[web]")), 11, "listen = \"127.0.0.1:0\"");
    std::ofstream(hub_dir() + "/assidu.toml") << settings;
    for (int i = 1; i <= kUniversities; ++i) {
        const std::string name = university(i);
        ASSERT_EQ(assidu({"init", "--dir", dir_of(name), "--name", name, "--wwwroot",
                          "https://" + name + ".example"})
                      .exit_code,
                  0);
        declare_a_month(name);
        if (HasFatalFailure()) return;
        join(name);
        if (HasFatalFailure()) return;
    }
    const std::string port = hub->port();
    ASSERT_EQ(hub->end(SIGTERM), 0);
    std::vector<std::unique_ptr<ServingProcess>> members;
    for (int i = 1; i <= kUniversities; ++i)
        members.push_back(std::make_unique<ServingProcess>(dir_of(university(i))));
    for (const auto& member : members)
        member->wait_for_log("127.0.0.1:" + port);  // they all stand before a closed door

    const auto begin = std::chrono::steady_clock::now();
    serve_hub_with_page(port);
    std::string page;
    std::chrono::milliseconds slowest{0};
    int asked = 0;
    do {
        slowest = std::max(slowest, ask(page));
        ASSERT_THAT(page, HasSubstr("HTTP/1.1 200 "));
        ++asked;
        ASSERT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(90)) << page;
    } while (whole_members(page) < kUniversities);
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
    std::cout << kUniversities * kDays << " statements of " << kUniversities << " members in " << took.count()
              << " ms; " << asked << " pages meanwhile, the slowest " << slowest.count() << " ms\n";
    EXPECT_LT(slowest, kPagePatience);
    EXPECT_GT(asked, 1) << "the page was never asked while they came";
    EXPECT_THAT(page, HasSubstr(std::to_string(kUniversities) + " members, all their statements are here."));
    for (int i = 1; i <= kUniversities; ++i) {
        EXPECT_EQ(members[static_cast<std::size_t>(i) - 1]->wait_for("receipted "),
                  "receipted " + std::to_string(kDays) + " statements, 0 waiting");
        EXPECT_EQ(totals(hub_dir(), university(i)), totals(dir_of(university(i)), university(i)));
    }
}

}  // namespace
}  // namespace assidu::tests
