// A pool of real processes with real keys over TLS on loopback: two universities and a hub, as their
// administrators type it.

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "node/node.h"
#include "node/services/pool_directory.h"
#include "tests/pool/pool_fixture.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;

// How often a process is killed; `make soak-pool` says 200.
int kills_wanted() {
    const char* const given = std::getenv("ASSIDU_TEST_KILLS");
    constexpr int kByDefault = 8;
    return given != nullptr ? std::atoi(given) : kByDefault;
}

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

TEST_F(Pool, AHubDeletesWhatMembersDeclaredAfterItsPeriodAndTheyKeepTheirOwn) {
    join("lyon");
    import("lyon", 1, 500);
    ASSERT_EQ(send("lyon").exit_code, 0);
    const std::string port = hub->port();
    ASSERT_EQ(hub->end(SIGTERM), 0);
    std::string settings = contents_of(hub_dir() + "/assidu.toml");
    const std::string never = "members_days = 0";
    settings.replace(settings.find(never), never.size(), "members_days = 30");
    folder.write("hub/assidu.toml", settings);
    const auto rows = std::to_string(totals(hub_dir(), "lyon").size());
    const Finished would = assidu({"--dir", hub_dir(), "retention", "--dry-run"});
    EXPECT_THAT(would.out, HasSubstr(rows + " ledger rows would be deleted")) << would.err;
    EXPECT_FALSE(totals(hub_dir(), "lyon").empty());
    EXPECT_THAT(assidu({"--dir", hub_dir(), "retention"}).out, HasSubstr(rows + " ledger rows deleted"));
    EXPECT_TRUE(totals(hub_dir(), "lyon").empty());
    EXPECT_FALSE(totals(dir_of("lyon"), "lyon").empty());
    EXPECT_THAT(assidu({"--dir", hub_dir(), "audit"}).out, HasSubstr("retention"));
    // The chain is what it was: nothing is sent again, and the next statement is taken.
    hub = serve_hub(port);
    EXPECT_THAT(send("lyon").out, HasSubstr("declared 0 statements"));
    import("lyon", 5000, 300);
    EXPECT_THAT(send("lyon").out, HasSubstr("declared 1 statements, 1 receipted"));
}

TEST_F(Pool, TheStoryOfADayIsTheSameAtTheNodeAndAtTheHub) {
    join("lyon");
    const std::int64_t morning = 1'772'438'400;
    const auto take_in = [&](const std::string& name, const std::string& rows) {
        ASSERT_EQ(assidu({"--dir", dir_of("lyon"), "import", folder.write(name, kHeader + rows)}).exit_code,
                  0);
        ASSERT_EQ(send("lyon").exit_code, 0);
    };
    take_in("first.csv", row(1, 42, morning) + row(2, 42, morning + 300) + row(3, 7, morning + 86'400));
    take_in("late.csv", row(4, 42, morning + 600));
    ASSERT_EQ(assidu({"--dir", dir_of("lyon"), "exclude", "add", "42", "2026-03-02T09:00", "2026-03-02T09:06",
                      "--reason", "test", "--author", "me"})
                  .exit_code,
              0);
    ASSERT_EQ(send("lyon").exit_code, 0);
    const Finished told = assidu({"--dir", dir_of("lyon"), "history", "42", "2026-03-02"});
    EXPECT_EQ(told.exit_code, 0) << told.err;
    EXPECT_THAT(told.out, HasSubstr("in the place of statement 1: more events had come in"));
    EXPECT_THAT(told.out, HasSubstr("in the place of statement 2: "));
    EXPECT_THAT(told.out, HasSubstr("received by pole"));
    const auto as_json = [&](const std::vector<std::string>& arguments) {
        const Finished finished = assidu(arguments);
        EXPECT_EQ(finished.exit_code, 0) << finished.err;
        return nlohmann::json::parse(finished.out);
    };
    const auto own = as_json({"--dir", dir_of("lyon"), "history", "42", "2026-03-02", "--json"});
    const std::string pseudonym = own.at("student");
    const auto kept =
        as_json({"--dir", hub_dir(), "history", pseudonym, "2026-03-02", "--member", "lyon", "--json"});
    EXPECT_EQ(own, kept);
    ASSERT_EQ(own.at("statements").size(), 3U);
    EXPECT_EQ(own.at("statements")[1].at("supersedes"), 1);
    EXPECT_EQ(own.at("statements")[1].at("reason"), "late_events");
    EXPECT_LT(own.at("statements")[0].at("rows")[0].at("measured_s"),
              own.at("statements")[1].at("rows")[0].at("measured_s"));
    EXPECT_FALSE(own.at("statements")[2].at("received_utc_s").is_null());
    EXPECT_EQ(assidu({"--dir", dir_of("lyon"), "history", "42", "2026-01-01"}).exit_code, 6);
    EXPECT_EQ(assidu({"--dir", dir_of("lyon"), "history", "42", "yesterday"}).exit_code, 2);
    EXPECT_EQ(assidu({"--dir", hub_dir(), "history", "42", "2026-03-02", "--member", "lyon"}).exit_code, 6);
    EXPECT_EQ(assidu({"--dir", hub_dir(), "history", pseudonym, "2026-03-02", "--member", "x"}).exit_code, 6);
}

TEST_F(Pool, ARosterThatIsTooLongKeepsNoHourFromTheHub) {
    join("lyon", {"--names", "roster"}, "roster");
    constexpr std::int64_t kDay = 86'400, kPeople = 20'001;  // one more than a statement has rows
    std::string people = "id,username,firstname,lastname\n";
    std::string log = kHeader;
    for (std::int64_t user = 2; user <= kPeople + 1; ++user) {  // user 1 is the guest
        const std::string id = std::to_string(user);
        people += id + ",u" + id + ",U," + id + "\n";
        log += row(user, user, 1'772'438'400 + user % 2 * kDay);
    }
    ASSERT_EQ(assidu({"--dir", dir_of("lyon"), "import", folder.write("people.csv", people),
                      folder.write("log.csv", log)})
                  .exit_code,
              0);
    const Finished sent = send("lyon");
    EXPECT_EQ(sent.exit_code, 5);
    EXPECT_THAT(sent.err, HasSubstr("the roster has 20001 rows"));
    EXPECT_EQ(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon"));
    EXPECT_FALSE(totals(hub_dir(), "lyon").empty());
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
    const int kills = kills_wanted();
    for (int round = 0; round < kills; ++round) {
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

TEST_F(Pool, AHubAsksANodeForTheNamesOfAReportAndBothAuditIt) {
    const auto listen = [&](const std::string& where) {
        auto process =
            std::make_unique<ServingProcess>(dir_of("lyon"), std::vector<std::string>{"--listen", where});
        (void)process->url();
        return process;
    };
    auto listener = listen("127.0.0.1:0");
    const std::string url = listener->url();
    ASSERT_EQ(listener->end(SIGINT), 0);
    join("lyon", {"--own-url", url});
    ASSERT_EQ(
        assidu({"--dir", dir_of("lyon"), "import",
                folder.write("people.csv", "id,username,firstname,lastname\n42,elodie,Élodie,Roux\n"),
                folder.write("courses.csv", "id,fullname,shortname\n10,Mathématiques,MATH\n11,Latin,LAT\n")})
            .exit_code,
        0);
    import("lyon", 1, 500);
    ASSERT_EQ(send("lyon").exit_code, 0);

    const config::SystemClock clock;
    const auto issuer = node::Node::open(node::NodeFolder{hub_dir()}, clock, node::Node::Access::look);
    ASSERT_TRUE(issuer) << issuer.error().what;
    const auto lyon = [&] { return issuer->members().find("lyon").value(); };
    EXPECT_EQ(lyon().url, url);
    EXPECT_EQ(lyon().names, federation::Names::issue) << "the default";
    const auto elodie =
        node::Node::open(node::NodeFolder{dir_of("lyon")}, clock, node::Node::Access::look)->student_id(42);
    const federation::NamesAsked asked{{elodie}, {10, 11}, {}};
    const std::string purpose = "report group 2026-03-01 to 2026-03-31";
    const auto nobody = node::services::PoolDirectory::of(*issuer, lyon(), asked, purpose);
    ASSERT_FALSE(nobody) << "nobody listens";
    EXPECT_THAT(nobody.error().what, HasSubstr("the names of lyon are not told: " + url));

    listener = listen(url.substr(url.find("//") + 2));
    const auto directory = node::services::PoolDirectory::of(*issuer, lyon(), asked, purpose);
    ASSERT_TRUE(directory) << directory.error().what;
    EXPECT_EQ((*directory)->person(elodie)->lastname, "Roux");
    EXPECT_EQ((*directory)->course("moodle", 10)->fullname, "Mathématiques");
    EXPECT_FALSE((*directory)->course("moodle", 11)) << "the ledger does not speak of it";
    const std::string told = "pole names.ask of lyon  told: 1 students, 1 courses and activities  " + purpose;
    for (const std::string& dir : {dir_of("lyon"), hub_dir()}) {
        const Finished audit = assidu({"--dir", dir, "audit"});
        EXPECT_EQ(audit.exit_code, 0) << audit.err;
        EXPECT_THAT(audit.out, HasSubstr(told));
        EXPECT_THAT(audit.out, ::testing::Not(HasSubstr("Roux")));
        EXPECT_THAT(assidu({"--dir", dir, "audit", "--to", "2026-01-01"}).out, ::testing::IsEmpty());
        EXPECT_THAT(assidu({"--dir", dir, "audit", "--from", "2026-01-01"}).out, HasSubstr(told));
        EXPECT_EQ(assidu({"--dir", dir, "audit", "--from", "yesterday"}).exit_code, 2);
    }
    EXPECT_THAT(assidu({"--dir", hub_dir(), "audit"}).out, HasSubstr("refused: 0 students"));

    // The node changes its mind: at once, whatever the hub believes was agreed.
    std::string contact = contents_of(dir_of("lyon") + "/hub.json");
    contact.replace(contact.find("\"issue\""), 7, "\"none\"");
    std::ofstream(dir_of("lyon") + "/hub.json") << contact;
    const auto not_agreed = node::services::PoolDirectory::of(*issuer, lyon(), asked, purpose);
    ASSERT_FALSE(not_agreed);
    EXPECT_THAT(not_agreed.error().what, HasSubstr("lyon answers: not_agreed"));
    EXPECT_THAT(assidu({"--dir", dir_of("lyon"), "audit"}).out, HasSubstr("not_agreed: 0 students"));
    // Nor does another node with another key get anything out of it.
    const auto nantes = node::Node::open(node::NodeFolder{dir_of("nantes")}, clock, node::Node::Access::look);
    const auto stranger = node::services::PoolDirectory::of(*nantes, lyon(), asked, purpose);
    ASSERT_FALSE(stranger);
    EXPECT_THAT(stranger.error().what, HasSubstr("lyon answers: refused (fault 1)"));
}

TEST_F(Pool, NamesAreReadFromARosterOrNotAtAllWhereThatIsAgreed) {
    const config::SystemClock clock;
    const auto issuer = node::Node::open(node::NodeFolder{hub_dir()}, clock, node::Node::Access::look);
    for (const std::string names : {"roster", "none"}) {
        const std::string name = names == "roster" ? "lyon" : "nantes";
        join(name, {"--names", names}, names);
        ASSERT_EQ(assidu({"--dir", dir_of(name), "import",
                          folder.write("people.csv", "id,username,lastname\n42,elodie,Roux\n")})
                      .exit_code,
                  0);
        import(name, 1, 500);
        ASSERT_EQ(send(name).exit_code, 0);
        const auto elodie =
            node::Node::open(node::NodeFolder{dir_of(name)}, clock, node::Node::Access::look)->student_id(42);
        const auto directory = node::services::PoolDirectory::of(
            *issuer, issuer->members().find(name).value(), {{elodie}, {}, {}}, "report");
        ASSERT_TRUE(directory) << directory.error().what;
        EXPECT_EQ((*directory)->person(elodie).has_value(), names == "roster");
    }
    EXPECT_THAT(assidu({"--dir", hub_dir(), "audit"}).out, ::testing::IsEmpty());
    EXPECT_THAT(assidu({"--dir", hub_dir(), "member", "list"}).out, HasSubstr("names roster"));
}

TEST_F(Pool, ANodeThatWouldTellMoreThanItsHubAgreedToTellsTheLessAndItsHoursArrive) {
    const Finished invited = assidu({"--dir", hub_dir(), "member", "invite", "lyon"});
    const Finished joined =
        assidu({"--dir", dir_of("lyon"), "join", hub->url(), "--token", value_of(invited.out, "token"),
                "--fingerprint", value_of(invited.out, "fingerprint"), "--names", "roster"});
    ASSERT_EQ(joined.exit_code, 0) << joined.err;
    EXPECT_THAT(joined.err, HasSubstr("the hub's invitation says --names issue"));
    const std::string mine = value_of(joined.out.substr(joined.out.find("this node")), "fingerprint");
    ASSERT_EQ(assidu({"--dir", hub_dir(), "member", "accept", "lyon", "--fingerprint", mine}).exit_code, 0);
    ASSERT_EQ(assidu({"--dir", dir_of("lyon"), "import",
                      folder.write("people.csv", "id,username,lastname\n42,elodie,Roux\n")})
                  .exit_code,
              0);
    for (const std::int64_t id : {1, 1000}) {
        import("lyon", id, 300);
        const Finished sent = send("lyon");
        ASSERT_EQ(sent.exit_code, 0) << sent.err;
        EXPECT_THAT(sent.out, HasSubstr(" 0 without a receipt"));
    }
    EXPECT_EQ(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon"));
    EXPECT_THAT(contents_of(hub_dir() + "/ledger.sqlite"), ::testing::Not(HasSubstr("Roux")));
}

TEST_F(Pool, AMemberThatNeverSaidWhereItIsReachedIsNamed) {
    join("lyon");
    const config::SystemClock clock;
    const auto issuer = node::Node::open(node::NodeFolder{hub_dir()}, clock, node::Node::Access::look);
    const auto refusal = [&] {
        return node::services::PoolDirectory::of(*issuer, issuer->members().find("lyon").value(),
                                                 {{}, {10}, {}}, "report")
            .error()
            .what;
    };
    EXPECT_THAT(refusal(), HasSubstr("lyon cannot be asked for: it has not said where it is reached"));
    ASSERT_TRUE(issuer->members().suspend("lyon", clock.now_utc_s()));
    EXPECT_THAT(refusal(), HasSubstr("lyon are not asked for: it is suspended"));
}

TEST_F(Pool, WhoAnswersAtAnAddressCannotWriteOnTheTerminalOfWhomItHasNotConvinced) {
    const std::string dir = folder / "impostor";
    ASSERT_EQ(assidu({"init", "--dir", dir, "--name", "Le pôle)\n\x1b[2Kfingerprint  0123", "--id",
                      "impostor", "--wwwroot", "https://pole.example"})
                  .exit_code,
              0);
    ServingProcess impostor(dir, {"--listen", "127.0.0.1:0"});
    const Finished joined = assidu({"--dir", dir_of("lyon"), "join", impostor.url(), "--token", "0"});
    EXPECT_EQ(joined.exit_code, 4);
    EXPECT_THAT(joined.out, HasSubstr("Le pôle"));
    EXPECT_THAT(joined.out, ::testing::Not(HasSubstr("\x1b")));
    EXPECT_EQ(std::ranges::count(joined.out, '\n'), 2) << joined.out;
}

TEST_F(Pool, WhoWasNeverAcceptedCanBeSentAwayAndInvitedAgain) {
    const auto hub_says = [&](const std::vector<std::string>& words) {
        std::vector<std::string> arguments{"--dir", hub_dir(), "member"};
        arguments.insert(arguments.end(), words.begin(), words.end());
        return assidu(arguments);
    };
    const Finished invited = hub_says({"invite", "nantes"});
    // Somebody else got hold of the token, and introduces a node that calls itself nantes.
    ASSERT_EQ(assidu({"init", "--dir", folder / "thief", "--name", "N", "--id", "nantes", "--wwwroot",
                      "https://nantes.example"})
                  .exit_code,
              0);
    ASSERT_EQ(assidu({"--dir", folder / "thief", "join", hub->url(), "--token",
                      value_of(invited.out, "token"), "--fingerprint", value_of(invited.out, "fingerprint")})
                  .exit_code,
              0);
    EXPECT_EQ(hub_says({"invite", "nantes"}).exit_code, 2);
    const Finished away = hub_says({"suspend", "nantes"});
    EXPECT_EQ(away.exit_code, 0);
    EXPECT_THAT(away.err, HasSubstr("the invitation of nantes is withdrawn"));
    EXPECT_THAT(hub_says({"list"}).out, ::testing::IsEmpty());
    join("nantes");
    EXPECT_THAT(hub_says({"list"}).out, HasSubstr("active"));
}

TEST_F(Pool, AHubDoesNotInviteItself) {
    const Finished invited = assidu({"--dir", hub_dir(), "member", "invite", "pole"});
    EXPECT_EQ(invited.exit_code, 2);
    EXPECT_THAT(invited.err, HasSubstr("pole is this hub itself"));
    EXPECT_THAT(assidu({"--dir", hub_dir(), "member", "list"}).out, ::testing::IsEmpty());
}

TEST_F(Pool, ANodeDoesNotJoinAHubWithAnotherFingerprint) {
    const Finished invited = assidu({"--dir", hub_dir(), "member", "invite", "lyon"});
    const Finished joined = assidu({"--dir", dir_of("lyon"), "join", hub->url(), "--token",
                                    value_of(invited.out, "token"), "--fingerprint", std::string(64, '0')});
    EXPECT_EQ(joined.exit_code, 4);
    EXPECT_THAT(joined.err, HasSubstr("this is not the fingerprint that was given: nothing was joined"));
    EXPECT_FALSE(std::filesystem::exists(dir_of("lyon") + "/hub.json"));
    EXPECT_EQ(send("lyon").exit_code, 3);
    const Finished nowhere =
        assidu({"--dir", dir_of("lyon"), "join", hub->url(), "--token", "0", "--own-url", "lyon.example:8443",
                "--fingerprint", value_of(invited.out, "fingerprint")});
    EXPECT_EQ(nowhere.exit_code, 2);
    EXPECT_THAT(nowhere.err, HasSubstr("lyon.example:8443"));
}

}  // namespace
}  // namespace assidu::tests
