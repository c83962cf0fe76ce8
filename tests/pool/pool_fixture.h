// Folders of a hub and two universities, and what their administrators do until they are a pool.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "tests/node/cli/node_fixture.h"
#include "tests/seed.h"
#include "tests/serving_process.h"

namespace assidu::tests {

// The value of a line "NAME   VALUE" of an output.
inline std::string value_of(const std::string& output, const std::string& name) {
    const std::size_t at = output.find(name);
    if (at == std::string::npos) return {};
    const std::size_t begin = output.find_first_not_of(' ', at + name.size());
    return output.substr(begin, output.find('\n', begin) - begin);
}

class PoolTest : public ::testing::Test {
  protected:
    void SetUp() override {
        ASSERT_EQ(assidu({"init", "--dir", hub_dir(), "--name", "Le pôle", "--id", "pole", "--wwwroot",
                          "https://pole.example"})
                      .exit_code,
                  0);
        hub = serve_hub("0");
        for (const std::string& name : {std::string("lyon"), std::string("nantes")}) {
            ASSERT_EQ(assidu({"init", "--dir", dir_of(name), "--name", name, "--wwwroot",
                              "https://" + name + ".example"})
                          .exit_code,
                      0);
        }
    }
    [[nodiscard]] std::string hub_dir() const { return folder / "hub"; }
    [[nodiscard]] std::string dir_of(const std::string& name) const { return folder / name; }

    // A hub that listens.
    [[nodiscard]] std::unique_ptr<ServingProcess> serve_hub(const std::string& port) const {
        auto process = std::make_unique<ServingProcess>(
            hub_dir(), std::vector<std::string>{"--listen", "127.0.0.1:" + port});
        (void)process->url();
        return process;
    }
    // Everything two administrators do until a node is a member.
    void join(const std::string& name, const std::vector<std::string>& more = {},
              const std::string& names = "") {
        std::vector<std::string> invite{"--dir", hub_dir(), "member", "invite", name};
        if (!names.empty()) invite.insert(invite.end(), {"--names", names});
        const Finished invited = assidu(invite);
        ASSERT_EQ(invited.exit_code, 0) << invited.err;
        std::vector<std::string> arguments{"--dir",         dir_of(name),
                                           "join",          hub_address.empty() ? hub->url() : hub_address,
                                           "--token",       value_of(invited.out, "token"),
                                           "--fingerprint", value_of(invited.out, "fingerprint")};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const Finished joined = assidu(arguments);
        ASSERT_EQ(joined.exit_code, 0) << joined.err;
        const std::string mine = value_of(joined.out.substr(joined.out.find("this node")), "fingerprint");
        ASSERT_EQ(assidu({"--dir", hub_dir(), "member", "accept", name, "--fingerprint", mine}).exit_code, 0);
    }
    // Some days of events of some students, from a seed of their own.
    std::string some_days(std::int64_t first_id, std::int64_t count) {
        std::string text = kHeader;
        for (std::int64_t id = first_id; id < first_id + count; ++id)
            text += row(id, dice.roll(40, 60), 1'772'438'400 + dice.roll(0, 600'000),
                        dice.one_in(2) ? dice.roll(501, 520) : 0);
        return text;
    }

    // Seconds by student, day and course of a node, in a ledger file.
    static std::map<std::string, std::int64_t> totals(const std::string& dir, const std::string& node) {
        constexpr const char* kSonate = "e76007b21b2b992ddaef41907957208ab77c7ac67af15b6a66e7f44382f2f84b";
        std::map<std::string, std::int64_t> found;
        const auto ledger = federation::open_sqlite_ledger(dir + "/ledger.sqlite");
        ledger->rows(
            {node, kSonate, {config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}}, std::nullopt},
            [&](const federation::LedgerRow& one) {
                found[to_string(one.student) + " " + config::iso_date(one.day) + " " +
                      std::to_string(one.course)] += one.measured_s;
            });
        return found;
    }

    TemporaryFolder folder;
    Dice dice{test_seed()};
    std::string hub_address;  // at which members join; empty: its own
    std::unique_ptr<ServingProcess> hub;
};

}  // namespace assidu::tests
