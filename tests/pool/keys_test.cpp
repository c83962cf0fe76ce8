// Keys and members that come and go, by the commands of their administrators: rotation, revocation, leaving
// and coming back, a restore with keys that were rotated since, and partners' words on each other's keys.

#include <signal.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/pool/pool_fixture.h"

namespace assidu::tests {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class PoolKeys : public PoolTest {
  protected:
    Finished at(const std::string& dir, std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), {"--dir", dir});
        return assidu(arguments);
    }
    void import(const std::string& name, std::int64_t first_id) {
        ASSERT_EQ(at(dir_of(name), {"import", folder.write(name + std::to_string(first_id) + ".csv",
                                                           some_days(first_id, 300))})
                      .exit_code,
                  0);
    }
    void expect_sent(const std::string& name) const {
        const Finished sent = at(dir_of(name), {"send"});
        EXPECT_EQ(sent.exit_code, 0) << sent.err;
        EXPECT_THAT(sent.out, HasSubstr(" 0 without a receipt"));
        EXPECT_EQ(totals(hub_dir(), name), totals(dir_of(name), name));
        EXPECT_FALSE(totals(hub_dir(), name).empty());
    }
    std::string fingerprint(const std::string& dir) const {
        return value_of(at(dir, {"status"}).out, "fingerprint");
    }
    nlohmann::json status(const std::string& dir) const {
        return nlohmann::json::parse(at(dir, {"status", "--json"}).out);
    }
    void restart_hub(const std::string& port) { hub = serve_hub(port); }
};

TEST_F(PoolKeys, AMemberAndTheHubGetNewKeysAndTheExchangeGoesOn) {
    join("lyon");
    import("lyon", 1);
    expect_sent("lyon");
    const std::string before = fingerprint(dir_of("lyon"));
    {
        // Not while somebody holds the old one.
        ServingProcess lyon(dir_of("lyon"));
        std::filesystem::create_directories(dir_of("lyon") + "/spool");
        fs::rename(folder.write("late", some_days(900'000, 20)), dir_of("lyon") + "/spool/late.csv");
        lyon.wait_for("receipted ");
        const Finished refused = at(dir_of("lyon"), {"key", "rotate"});
        EXPECT_EQ(refused.exit_code, 3);
        EXPECT_THAT(refused.err, HasSubstr("end it first"));
        EXPECT_EQ(lyon.end(SIGTERM), 0);
    }
    const Finished rotated = at(dir_of("lyon"), {"key", "rotate"});
    ASSERT_EQ(rotated.exit_code, 0) << rotated.err;
    EXPECT_EQ(value_of(rotated.out, "old"), before);
    const std::string after = value_of(rotated.out, "fingerprint");
    EXPECT_NE(after, before);
    import("lyon", 1000);
    expect_sent("lyon");
    EXPECT_THAT(at(hub_dir(), {"member", "list"}).out, HasSubstr("fingerprint " + after));

    const std::string port = hub->port();
    EXPECT_EQ(at(hub_dir(), {"key", "rotate"}).exit_code, 3) << "it serves";
    ASSERT_EQ(hub->end(SIGTERM), 0);
    ASSERT_EQ(at(hub_dir(), {"key", "rotate"}).exit_code, 0);
    restart_hub(port);
    import("lyon", 2000);
    expect_sent("lyon");
    // Statements and receipts of all keys are checked with the key of their time.
    for (const std::string number : {"1", "2", "3"}) {
        const std::string out = folder / ("statement" + number);
        EXPECT_EQ(at(dir_of("lyon"), {"statement", "get", number, "--out", out}).exit_code, 0);
        EXPECT_TRUE(fs::exists(out + "/node.hex")) << number;
        EXPECT_TRUE(fs::exists(out + "/hub.hex")) << number;
    }
    EXPECT_NE(contents_of(folder / "statement1/node.hex"), contents_of(folder / "statement3/node.hex"));
    EXPECT_THAT(at(hub_dir(), {"status"}).out, HasSubstr("1 complete"));
}

TEST_F(PoolKeys, ARevokedMemberIsRefusedUntilItComesWithAnotherKeyAndItsHistoryGoesOn) {
    join("lyon");
    import("lyon", 1);
    expect_sent("lyon");
    ASSERT_EQ(at(hub_dir(), {"member", "revoke", "lyon", "--reason", "the laptop is gone"}).exit_code, 0);
    import("lyon", 1000);
    EXPECT_EQ(at(dir_of("lyon"), {"send"}).exit_code, 5);
    EXPECT_EQ(
        at(hub_dir(), {"member", "accept", "lyon", "--fingerprint", fingerprint(dir_of("lyon"))}).exit_code,
        2);
    // Nor by a key that the stolen one endorses.
    ASSERT_EQ(at(dir_of("lyon"), {"key", "rotate"}).exit_code, 0);
    EXPECT_EQ(at(dir_of("lyon"), {"send"}).exit_code, 5);
    // As docs/pool.md says: a key of its own, from an empty folder.
    ASSERT_EQ(
        assidu({"init", "--dir", folder / "fresh", "--name", "lyon", "--wwwroot", "https://lyon.example"})
            .exit_code,
        0);
    fs::copy_file(folder / "fresh/keys/node.pem", dir_of("lyon") + "/keys/node.pem",
                  fs::copy_options::overwrite_existing);
    join("lyon");
    expect_sent("lyon");
    const auto kept = status(hub_dir()).at("members").at(0);
    EXPECT_GE(kept.at("statements"), 2);
    EXPECT_EQ(kept.at("standing"), "complete");
}

TEST_F(PoolKeys, AMemberThatLeavesIsMissedByNobodyAndComesBackWithItsHistory) {
    join("lyon");
    import("lyon", 1);
    expect_sent("lyon");
    const Finished left = at(dir_of("lyon"), {"leave"});
    ASSERT_EQ(left.exit_code, 0) << left.err;
    EXPECT_FALSE(fs::exists(dir_of("lyon") + "/hub.json"));
    EXPECT_THAT(at(hub_dir(), {"status"}).out, HasSubstr("lyon (lyon): suspended since "));
    EXPECT_FALSE(totals(hub_dir(), "lyon").empty()) << "what was declared stays";
    import("lyon", 1000);
    EXPECT_EQ(at(dir_of("lyon"), {"send"}).exit_code, 3);
    join("lyon");
    expect_sent("lyon");
    EXPECT_EQ(status(hub_dir()).at("members").at(0).at("statements"), 2);
    EXPECT_TRUE(status(hub_dir()).at("incidents").empty());
}

TEST_F(PoolKeys, ANodeThatIsRestoredWithItsNewKeyFromABackupOfItsOldOneGoesOn) {
    join("lyon");
    import("lyon", 1);
    expect_sent("lyon");
    const Finished made = at(dir_of("lyon"), {"backup", folder / "backups"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
    for (const std::int64_t id : {1000, 2000}) {
        ASSERT_EQ(at(dir_of("lyon"), {"key", "rotate"}).exit_code, 0);
        import("lyon", id);
        expect_sent("lyon");
    }
    const std::string newest = fingerprint(dir_of("lyon"));
    const Finished restored =
        assidu({"--dir", dir_of("lyon"), "restore", value_of(made.out, "backup"), "--replace"});
    ASSERT_EQ(restored.exit_code, 0) << restored.err;
    EXPECT_EQ(fingerprint(dir_of("lyon")), newest) << "the keys are those of today";
    for (const std::int64_t id : {1000, 2000})
        ASSERT_EQ(at(dir_of("lyon"), {"import", folder / ("lyon" + std::to_string(id) + ".csv")}).exit_code,
                  0);
    expect_sent("lyon");
    const auto now = status(dir_of("lyon"));
    EXPECT_EQ(now.at("statements").at("set_aside"), 0);
    EXPECT_EQ(now.at("incidents").at(0).at("kind"), "node_behind");
    EXPECT_EQ(now.at("incidents").at(0).at("from_number"), 2);
    EXPECT_EQ(now.at("incidents").at(0).at("to_number"), 3);
}

TEST_F(PoolKeys, PartnersAttestEachOthersKeysAndEverybodyCanCheckIt) {
    join("lyon");
    join("nantes");
    const std::string lyon = fingerprint(dir_of("lyon")), nantes = fingerprint(dir_of("nantes"));
    const Finished attested = at(dir_of("nantes"), {"key", "attest", "lyon", "--fingerprint", lyon});
    ASSERT_EQ(attested.exit_code, 0) << attested.err;
    EXPECT_EQ(value_of(attested.out, "attested"), "lyon");
    ASSERT_EQ(at(hub_dir(), {"key", "attest", "lyon", "--fingerprint", lyon}).exit_code, 0);
    ASSERT_EQ(
        at(dir_of("nantes"), {"key", "attest", "pole", "--fingerprint", fingerprint(hub_dir())}).exit_code,
        0);
    EXPECT_THAT(at(hub_dir(), {"member", "list"}).out,
                HasSubstr("fingerprint " + lyon + "\n  attested by nantes at "));
    EXPECT_THAT(at(hub_dir(), {"status"}).out, HasSubstr("key attested by nantes, pole"));
    EXPECT_THAT(at(hub_dir(), {"status"}).out, HasSubstr("             key attested by nantes\n"))
        << "the hub's own";
    const auto said = status(hub_dir()).at("members").at(0).at("attested");
    ASSERT_EQ(said.size(), 2U);
    EXPECT_EQ(said.at(0).at("fingerprint"), lyon);

    // Refused by name: another fingerprint, itself, nobody, nonsense.
    const Finished wrong = at(dir_of("nantes"), {"key", "attest", "lyon", "--fingerprint", nantes});
    EXPECT_EQ(wrong.exit_code, 5);
    EXPECT_THAT(wrong.err, HasSubstr("another fingerprint: the key of lyon has " + lyon + " here"));
    EXPECT_EQ(at(hub_dir(), {"key", "attest", "lyon", "--fingerprint", nantes}).exit_code, 4);
    EXPECT_EQ(at(dir_of("lyon"), {"key", "attest", "lyon", "--fingerprint", lyon}).exit_code, 2);
    EXPECT_EQ(at(dir_of("lyon"), {"key", "attest", "nantes", "--fingerprint", "abc"}).exit_code, 2);
    EXPECT_THAT(at(dir_of("lyon"), {"key", "attest", "brest", "--fingerprint", lyon}).err,
                HasSubstr("brest is no node with a key here"));
    EXPECT_EQ(at(dir_of("lyon"), {"key", "attest", "pole", "--fingerprint", lyon}).exit_code, 5);
    EXPECT_EQ(at(hub_dir(), {"key", "attest", "brest", "--fingerprint", lyon}).exit_code, 2);
    EXPECT_THAT(contents_of(hub_dir() + "/serve.log"),
                HasSubstr("refused a message of nantes: bad_attestation: "));
    EXPECT_THAT(at(hub_dir(), {"member", "list"}).out, HasSubstr("refused  nantes"));

    // Any member reads it at the hub, and its files are checked by the commands of the page, without this
    // program.
    const Finished shown = at(dir_of("lyon"), {"key", "attestations", "lyon", "--out", folder / "notes"});
    ASSERT_EQ(shown.exit_code, 0) << shown.err;
    EXPECT_THAT(shown.out, HasSubstr(", by nantes under the key " + nantes + "\n"));
    const std::string page = contents_of(std::string(ASSIDU_SOURCE_DIR) + "/docs/formats/attestation.md");
    const std::size_t begin = page.find("```sh\n") + 6;
    folder.write("notes/check.sh", page.substr(begin, page.find("```", begin) - begin));
    fs::copy_file(folder / "notes/lyon-by-nantes-1.attestation", folder / "notes/attestation");
    const auto holds = [&](const std::string& signer) {
        return std::system(("cd " + (folder / "notes").string() + " && SIGNER=" + signer +
                            " NODE=lyon FINGERPRINT=" + lyon + " sh ./check.sh > /dev/null 2>&1")
                               .c_str()) == 0;
    };
    EXPECT_TRUE(holds(nantes));
    EXPECT_FALSE(holds(lyon));
    EXPECT_EQ(at(dir_of("lyon"), {"key", "attestations", "nantes"}).exit_code, 6);

    // A new key of the one who is attested: the word is of the earlier one. Of the one who attests: it stays.
    ASSERT_EQ(at(dir_of("lyon"), {"key", "rotate"}).exit_code, 0);
    ASSERT_EQ(at(dir_of("nantes"), {"key", "rotate"}).exit_code, 0);
    const std::string next = fingerprint(dir_of("lyon"));
    // Said by the new key about the new key: the hub learns both on the way.
    import("lyon", 1);
    expect_sent("lyon");
    ASSERT_EQ(at(dir_of("nantes"), {"key", "attest", "lyon", "--fingerprint", next}).exit_code, 0);
    const std::string list = at(hub_dir(), {"member", "list"}).out;
    EXPECT_THAT(list, HasSubstr(": an earlier key, " + lyon));
    EXPECT_EQ(status(hub_dir()).at("members").at(0).at("attested").size(), 3U);
    // Once the signer's key is revoked its word is worth nothing, and is given to nobody.
    ASSERT_EQ(at(hub_dir(), {"member", "revoke", "nantes", "--reason", "stolen"}).exit_code, 0);
    EXPECT_THAT(at(hub_dir(), {"member", "list"}).out,
                HasSubstr("its own key was revoked since, it counts no more"));
    EXPECT_THAT(at(dir_of("lyon"), {"key", "attestations", "lyon"}).out,
                Not(HasSubstr(", by nantes under the key " + fingerprint(dir_of("nantes")))));
}

}  // namespace
}  // namespace assidu::tests
