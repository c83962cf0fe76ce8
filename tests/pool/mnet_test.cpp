// Moodle Networking between processes, and the commands by which an administrator looks at it.

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <signal.h>

#include "rpc/moodle_xmlrpc.h"
#include "rpc/web_post.h"
#include "tests/node/cli/node_fixture.h"
#include "tests/pool/mnet_fixture.h"
#include "tests/rpc/mnet_data.h"
#include "tests/serving_process.h"

namespace assidu::tests {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class MnetProcesses : public MnetNodes {};

TEST_F(MnetProcesses, TwoNodesMeetAndOneAsksTheOtherForAStudentsTime) {
    make_node("a");
    make_node("b");
    const std::string people =
        folder.write("people.csv", "id,username,firstname,lastname\n42,elodie,Elodie,Roux\n");
    const std::string log =
        folder.write("log.csv", kHeader + row(1, 42, kMorning) + row(2, 42, kMorning + 600, 501) +
                                    row(3, 42, kMorning + 900));
    ASSERT_EQ(at("b", {"import", people, log}).exit_code, 0);
    ServingProcess a(folder / "a"), b(folder / "b");
    EXPECT_EQ(b.wait_for("answering Moodles as "),
              "answering Moodles as " + wwwroot("b") + " on " + wwwroot("b"));
    const std::string shown = b.wait_for("MNet fingerprint  ").substr(18);
    a.wait_for("MNet fingerprint  ");

    // Without a fingerprint nothing is accepted; with another one neither.
    const Finished looked = at("a", {"peer", "add", wwwroot("b")});
    EXPECT_EQ(looked.exit_code, 4);
    EXPECT_THAT(looked.out, HasSubstr("fingerprint  " + shown));
    EXPECT_EQ(at("a", {"peer", "add", wwwroot("b"), "--fingerprint", std::string(64, '0')}).exit_code, 4);
    EXPECT_EQ(at("a", {"call", wwwroot("b"), "system/listServices"}).exit_code, 5);
    EXPECT_EQ(at("a", {"peer", "add", wwwroot("b") + "/", "--fingerprint", shown}).exit_code, 0);
    const Finished nothing = at("a", {"call", wwwroot("b"), "system/listServices"});
    EXPECT_EQ(nothing.exit_code, 0) << nothing.err;
    EXPECT_EQ(nothing.out, "[]\n");

    // By its keyswap it introduced itself.
    const Finished proposed = at("b", {"peer", "show", wwwroot("a")});
    EXPECT_THAT(proposed.out, HasSubstr("proposed"));
    const std::string of_a = line_of(proposed.out, "fingerprint  ");
    EXPECT_EQ(at("b", {"peer", "accept", wwwroot("a")}).exit_code, 4);
    EXPECT_EQ(at("b", {"peer", "accept", wwwroot("a"), "--fingerprint", of_a}).exit_code, 0);
    EXPECT_EQ(at("b", {"peer", "grant", wwwroot("a"), "use_stats"}).exit_code, 2);
    EXPECT_EQ(at("b", {"peer", "grant", wwwroot("a"), "use_stats", "--students", "everyone"}).exit_code, 0);
    EXPECT_THAT(at("b", {"peer", "list"}).out, HasSubstr("granted use_stats"));

    const nlohmann::json params = {
        {{"username", "rpcadmin"}, {"remoteuserhostroot", wwwroot("a")}, {"remotehostroot", wwwroot("a")}},
        "elodie",
        "",
        "2",
        0};
    const std::string method = "blocks/use_stats/rpclib.php/use_stats_rpc_get_stats";
    const Finished told = at("a", {"call", wwwroot("b"), method, params.dump()});
    ASSERT_EQ(told.exit_code, 0) << told.err;
    const auto answer = nlohmann::json::parse(nlohmann::json::parse(told.out).get<std::string>());
    EXPECT_EQ(answer["status"], 200);
    EXPECT_THAT(answer["message"].get<std::string>(), HasSubstr("<USERNAME>elodie</USERNAME>"));
    EXPECT_THAT(answer["message"].get<std::string>(), HasSubstr("<ELAPSED>30</ELAPSED>"));
    // In somebody else's name.
    nlohmann::json other = params;
    other[0]["remotehostroot"] = "https://moodle.example.org";
    EXPECT_THAT(at("a", {"call", wwwroot("b"), method, other.dump()}).out, Not(HasSubstr("elodie")));

    // Our key changes beside the running process; the caller learns it by itself.
    const Finished rotated = at("b", {"peer", "rotate"});
    EXPECT_EQ(rotated.exit_code, 0) << rotated.err;
    wait_for_new_second();
    const Finished after = at("a", {"call", wwwroot("b"), "system/listServices"});
    EXPECT_EQ(after.exit_code, 0) << after.err;
    EXPECT_THAT(after.err, HasSubstr("has a new key"));
    EXPECT_THAT(at("a", {"peer", "show", wwwroot("b")}).out,
                HasSubstr(line_of(rotated.out, "fingerprint  ")));

    // The caller's key changes, too: the callee asks back while it waits.
    ASSERT_EQ(at("a", {"peer", "rotate"}).exit_code, 0);
    wait_for_new_second();
    const Finished nested = at("a", {"call", wwwroot("b"), "system/listServices"});
    EXPECT_EQ(nested.exit_code, 0) << nested.err;
    EXPECT_THAT(nested.out, HasSubstr("use_stats"));

    EXPECT_EQ(at("b", {"peer", "revoke", wwwroot("a")}).exit_code, 0);
    const Finished revoked = at("a", {"call", wwwroot("b"), "system/listServices"});
    EXPECT_EQ(revoked.exit_code, 5);
    EXPECT_THAT(revoked.err, HasSubstr("7020"));

    EXPECT_EQ(b.end(SIGTERM), 0);
    const Finished status = at("b", {"status"});
    EXPECT_THAT(status.out, HasSubstr("peers"));
    EXPECT_THAT(at("b", {"peer", "show", wwwroot("a")}).out, HasSubstr("answered"));
}

TEST_F(MnetProcesses, WhatAMoodleLooksForBeforeItAddsUsIsThere) {
    make_node("a");
    ServingProcess a(folder / "a");
    a.wait_for("MNet fingerprint  ");
    const auto get = [&](const std::string& path) {
        return exchange("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "a");
    };
    EXPECT_THAT(get("/"), HasSubstr("<title>Assidu: Université de Lyon</title>"));
    EXPECT_THAT(get("/mnet/publickey.php"), HasSubstr("-----BEGIN CERTIFICATE-----\nMII"));
    EXPECT_THAT(get("/mnet/publickey.php"), HasSubstr("Content-Type: text/plain; charset=utf-8"));
    EXPECT_THAT(get("/mnet/xmlrpc/server.php"), StartsWith("HTTP/1.1 404"));
    EXPECT_THAT(get("/admin"), StartsWith("HTTP/1.1 404"));
    // Faults, and what is no XML at all, have status 200: Moodle's client reads nothing else.
    for (const std::string& body :
         {std::string(), std::string("hello"), mnet_file("negative/unknown-wwwroot.xml"),
          mnet_file("negative/truncated.xml")}) {
        const std::string answer = exchange(
            "POST /mnet/xmlrpc/server.php HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml "
            "charset=UTF-8\r\nConnection: close\r\nContent-Length: " +
                std::to_string(body.size()) + "\r\n\r\n" + body,
            "a");
        EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK"));
        EXPECT_THAT(answer, HasSubstr("Content-Type: text/xml; charset=utf-8"));
        EXPECT_THAT(answer, HasSubstr("<fault>\n"));
    }
}

TEST_F(MnetProcesses, WithoutSettingsNothingListensAndCommandsSayWhatIsMissing) {
    ASSERT_EQ(assidu({"init", "--dir", (folder / "a").string(), "--name", "Lyon", "--wwwroot",
                      "https://moodle.example"})
                  .exit_code,
              0);
    const Finished list = at("a", {"peer", "list"});
    EXPECT_EQ(list.exit_code, 3);
    EXPECT_THAT(list.err, HasSubstr("[mnet] wwwroot"));
    EXPECT_FALSE(std::filesystem::exists(folder / "a/keys/mnet-1.pem"));
}

class EnvelopeCommand : public ::testing::Test {
  protected:
    static std::string path(const std::string& name) {
        return std::string(ASSIDU_SOURCE_DIR) + "/tests/data/mnet/" + name;
    }
    Finished open(const std::string& file, const std::string& key = "keys/b.key",
                  const std::string& cert = "keys/a.crt") {
        std::vector<std::string> arguments{"envelope", "open", path(file)};
        if (!key.empty()) arguments.insert(arguments.end(), {"--key", path(key)});
        if (!cert.empty()) arguments.insert(arguments.end(), {"--cert", path(cert)});
        return assidu(arguments);
    }
    TemporaryFolder folder;
};

TEST_F(EnvelopeCommand, TellsEveryLayerAndPrintsThePayloadAlone) {
    const Finished good = open("encrypted/req-get_stats-utf8.enc.xml");
    EXPECT_EQ(good.exit_code, 0) << good.err;
    EXPECT_EQ(good.out, mnet_file("xmlrpc/req-get_stats-utf8.xml"));
    for (const char* line : {"layer 1   sealed", "layer 2   signed", "verifies with",
                             "layer 3   XML-RPC: a call of blocks/use_stats",
                             "verdict   accepted: sealed, and signed by 'http://peer-a.example.org'"})
        EXPECT_THAT(good.err, HasSubstr(line));
    // A whole HTTP message, its body in chunks.
    const Finished live = assidu({"envelope", "open", path("live/rotate-server/002-A-response.http"), "--key",
                                  path("live/keys/b-k2.key"), "--cert", path("live/keys/a-k5.crt")});
    EXPECT_EQ(live.exit_code, 0) << live.err;
    EXPECT_EQ(live.out, mnet_file("live/rotate-server/002-A-response.payload.xml"));
    EXPECT_THAT(live.err, HasSubstr("fault 7025"));
    EXPECT_THAT(live.err, HasSubstr("it brings the certificate of a new key, of 'http://127.0.0.1:8101'"));
    // Nobody's certificate at hand.
    const Finished unjudged = open("encrypted/req-listServices.enc.xml", "keys/b.key", "");
    EXPECT_EQ(unjudged.exit_code, 10);
    EXPECT_EQ(unjudged.out, mnet_file("xmlrpc/req-listServices.xml"));
    EXPECT_EQ(open("encrypted/req-listServices.enc.xml", "", "").exit_code, 2);
}

TEST_F(EnvelopeCommand, NamesWhatIsWrongAndTheFaultOfIt) {
    const std::map<std::string, std::pair<int, std::string>> expected{
        {"tampered-object", {4, "fault 710"}},
        {"tampered-signature", {4, "fault 710"}},
        {"signed-by-mallory", {4, "fault 710"}},
        {"sha256-signature", {4, "fault 710"}},
        {"wrong-digest-value", {0, "DigestValue is not that of the payload"}},
        {"encrypted-to-other", {4, "fault 7023"}},
        {"encrypted-unsigned", {10, "fault 711"}},
        {"signed-only", {10, "fault 7021"}},
        {"plain", {10, "fault 7021"}},
        {"inner-wwwroot-differs", {4, "sealed in one name, signed in another"}},
        {"unknown-wwwroot", {4, "fault 7020"}},
        {"old-timestamp", {0, "accepted"}},
        {"truncated", {4, "not well-formed"}},
        {"ciphers-swapped", {4, "are they swapped?"}},
        {"short-sealed-key", {4, "the sealed key has 15 bytes, not 16"}},
        {"old-key", {0, "accepted"}}};
    for (const auto& [name, wanted] : expected) {
        const Finished seen = open("negative/" + name + ".xml");
        EXPECT_EQ(seen.exit_code, wanted.first) << name << "\n" << seen.err;
        EXPECT_THAT(seen.err, HasSubstr(wanted.second)) << name;
    }
    const Finished former =
        assidu({"envelope", "open", path("negative/old-key.xml"), "--key", path("keys/b-new.key"), "--key",
                path("keys/b.key"), "--cert", path("keys/a.crt")});
    EXPECT_EQ(former.exit_code, 10);
    EXPECT_THAT(former.err, HasSubstr("fault 7025"));
}

TEST_F(EnvelopeCommand, WhatItSealsOpens) {
    const Finished sealed =
        assidu({"envelope", "seal", path("xmlrpc/req-all-types.xml"), "--key", path("keys/a.key"), "--cert",
                path("keys/b.crt"), "--wwwroot", "http://peer-a.example.org"});
    ASSERT_EQ(sealed.exit_code, 0) << sealed.err;
    const std::string file = folder.write("sealed.xml", sealed.out);
    const Finished opened =
        assidu({"envelope", "open", file, "--key", path("keys/b.key"), "--cert", path("keys/a.crt")});
    EXPECT_EQ(opened.exit_code, 0) << opened.err;
    EXPECT_EQ(opened.out, mnet_file("xmlrpc/req-all-types.xml"));
    const Finished is_signed =
        assidu({"envelope", "seal", path("xmlrpc/req-listServices.xml"), "--key", path("keys/a.key"),
                "--wwwroot", "http://peer-a.example.org", "--timestamp", "1795232043"});
    EXPECT_THAT(is_signed.out, HasSubstr("<timestamp>1795232043</timestamp>"));
    EXPECT_THAT(is_signed.out,
                HasSubstr("<DigestValue>d271e48c899c0bc35dfe9a0b261865ef3b87bef8</DigestValue>"));
}

}  // namespace
}  // namespace assidu::tests
