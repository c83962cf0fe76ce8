// A pool of real processes with real keys over TLS on loopback: two universities and a hub, as their
// administrators type it.

#include <signal.h>
#include <unistd.h>

#include "tests/pool/pool_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;

class Pool : public PoolTest {
  protected:
    void import(const std::string& name, std::int64_t first_id, std::int64_t count) {
        const Finished finished =
            assidu({"--dir", dir_of(name), "import",
                    folder.write(name + std::to_string(first_id) + ".csv", some_days(first_id, count))});
        ASSERT_EQ(finished.exit_code, 0) << finished.err;
    }
    Finished send(const std::string& name) const { return assidu({"--dir", dir_of(name), "send"}); }
};

TEST_F(Pool, TheHubsLedgerIsTheMembersToTheSecond) {
    for (const std::string name : {"lyon", "nantes"}) {
        join(name);
        import(name, 1, 2000);
        const Finished sent = send(name);
        ASSERT_EQ(sent.exit_code, 0) << sent.err;
        EXPECT_THAT(sent.out, HasSubstr("declared 1 statements, 1 receipted"));
        EXPECT_EQ(totals(hub_dir(), name), totals(dir_of(name), name));
        EXPECT_FALSE(totals(hub_dir(), name).empty());
    }
    // Late rows of a day that was declared.
    import("lyon", 5000, 300);
    ASSERT_EQ(send("lyon").exit_code, 0);
    EXPECT_EQ(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon"));
    EXPECT_THAT(assidu({"--dir", hub_dir(), "member", "list"}).out, HasSubstr("statements     2"));
    EXPECT_THAT(assidu({"--dir", dir_of("lyon"), "status"}).out,
                HasSubstr("statements   2 declared, 0 without a receipt"));
}

TEST_F(Pool, WhatAHubThatIsAwayDidNotGetArrivesOnceItIsBack) {
    join("lyon");
    import("lyon", 1, 500);
    const std::string port = hub->port();
    EXPECT_EQ(hub->end(SIGKILL), 128 + SIGKILL);
    const Finished away = send("lyon");
    EXPECT_EQ(away.exit_code, 5);
    EXPECT_THAT(away.err, HasSubstr("127.0.0.1:" + port));
    import("lyon", 1000, 500);
    EXPECT_EQ(send("lyon").exit_code, 5);
    hub = serve_hub(port);
    const Finished back = send("lyon");
    ASSERT_EQ(back.exit_code, 0) << back.err;
    EXPECT_THAT(back.out, HasSubstr("2 receipted"));
    EXPECT_EQ(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon"));
}

TEST_F(Pool, KillsOnBothSidesAtAnyMomentLoseNothingAndCountNothingTwice) {
    join("lyon");
    const std::string port = hub->port();
    for (int round = 0; round < 8; ++round) {
        import("lyon", 1 + round * 1000, 400);
        ProcessOptions killed;
        killed.while_running = [&](pid_t process) {
            ::usleep(static_cast<useconds_t>(dice.roll(0, 150'000)));
            if (dice.one_in(2))
                hub->end(SIGKILL);
            else
                ::kill(process, SIGKILL);
        };
        (void)assidu({"--dir", dir_of("lyon"), "send"}, killed);
        hub.reset();
        hub = serve_hub(port);
    }
    const Finished last = send("lyon");
    ASSERT_EQ(last.exit_code, 0) << last.err;
    EXPECT_THAT(last.out, HasSubstr(" 0 without a receipt"));
    EXPECT_EQ(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon"));
}

TEST_F(Pool, AHubStopsOnCtrlCAndASuspendedMemberIsRefused) {
    join("lyon");
    import("lyon", 1, 200);
    ASSERT_EQ(assidu({"--dir", hub_dir(), "member", "suspend", "lyon"}).exit_code, 0);
    const Finished refused = send("lyon");
    EXPECT_EQ(refused.exit_code, 5);
    EXPECT_THAT(refused.err, HasSubstr("the hub answers: refused (fault 1)"));
    EXPECT_THAT(contents_of(hub_dir() + "/serve.log"),
                HasSubstr("refused a message of lyon: refused: it is suspended"));
    EXPECT_THAT(assidu({"--dir", hub_dir(), "member", "list"}).out, HasSubstr("refused  lyon"));
    EXPECT_EQ(hub->end(SIGINT), 0);
    EXPECT_THAT(contents_of(hub_dir() + "/serve.log"), HasSubstr("stopped"));
}

TEST_F(Pool, ANodeDoesNotJoinAHubWithAnotherFingerprint) {
    const Finished invited = assidu({"--dir", hub_dir(), "member", "invite", "lyon"});
    const Finished joined = assidu({"--dir", dir_of("lyon"), "join", hub->url(), "--token",
                                    value_of(invited.out, "token"), "--fingerprint", std::string(64, '0')});
    EXPECT_EQ(joined.exit_code, 4);
    EXPECT_THAT(joined.err, HasSubstr("this is not the fingerprint that was given: nothing was joined"));
    EXPECT_FALSE(std::filesystem::exists(dir_of("lyon") + "/hub.json"));
    EXPECT_EQ(send("lyon").exit_code, 3);
}

}  // namespace
}  // namespace assidu::tests
