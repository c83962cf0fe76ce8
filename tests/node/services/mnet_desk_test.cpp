// Nodes and their peers, without a network: what one client sends, another's desk answers, and each may call
// back before it does. Keys and captured messages are those of tests/data/mnet.

#include "node/services/mnet_desk.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "config/limits.h"
#include "rpc/mnet_reception.h"
#include "tests/rpc/mnet_data.h"

namespace assidu::node::services {
namespace {

namespace limits = config::limits;
using rpc::Fault;
using rpc::MnetVerdict;
using rpc::Value;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using tests::kPeerA;
using tests::kPeerB;
using tests::mnet_file;

constexpr std::int64_t kNow = 1'795'300'000;
constexpr const char* kGetStatsPath = "blocks/use_stats/rpclib.php/use_stats_rpc_get_stats";

// Who is where: a web of desks.
class Web {
  public:
    config::Result<rpc::HttpMessage> post(const rpc::WebUrl& url, std::string_view body) {
        const std::string host = url.host;
        ++posts;
        const auto found = desks.find(host);
        if (found == desks.end()) return config::refuse(host + ": nobody listens there");
        return rpc::HttpMessage{200, "text/xml", found->second(std::string(body))};
    }
    std::map<std::string, std::function<std::string(const std::string& body)>> desks;  // by host
    int posts = 0;
};

// A node, as far as Moodle Networking goes.
struct Site {
    Site(Web& at, std::string address)
        : web(at), wwwroot(std::move(address)), peers(folder / "peers.sqlite") {
        std::filesystem::create_directory(folder / "keys");
        const std::string host = rpc::web_url_of(wwwroot)->host;
        web.desks[host] = [this](const std::string& body) {
            start();
            return desk->answer(body, "192.0.2.1");
        };
    }
    // As keys/NAME of the vectors; the last one is in use.
    void take_key(const std::string& name) {
        const std::string file = "mnet-" + std::to_string(++generation) + ".pem";
        folder.write("keys/" + file, mnet_file("keys/" + name + ".key") + mnet_file("keys/" + name + ".crt"));
        std::filesystem::permissions(folder / "keys" / file, std::filesystem::perms(0600));
    }
    void start() {
        if (desk) return;
        config::Settings settings;
        settings.mnet.wwwroot = wwwroot;
        auto opened = MnetIdentity::open(NodeFolder{folder.path()}, settings, clock);
        if (!opened) throw std::runtime_error(opened.error().what);
        identity = std::move(*opened);
        client = std::make_unique<MnetClient>(*identity, peers, mutex, clock,
                                              [this](const rpc::WebUrl& url, std::string_view,
                                                     std::string_view body) { return web.post(url, body); });
        methods = std::make_unique<MnetMethods>(
            [this](const UseStatsCaller& caller, std::string_view function, std::span<const Value> params,
                   bool wrapped) -> config::Result<UseStatsAnswer> {
                callers.push_back(caller);
                if (!elsewhere.empty()) {
                    UseStatsQuery query;
                    query.target = "marie";
                    query.whereroot = elsewhere;
                    return UseStatsElsewhere{elsewhere, query};
                }
                return Value::text(std::string(function) + (wrapped ? " wrapped " : " ") +
                                   std::to_string(params.size()));
            },
            *client, wwwroot);
        desk = std::make_unique<MnetDesk>(*identity, peers, mutex, *methods, *client, clock, propose,
                                          [this](std::string_view line) { log.append(line).append("\n"); });
    }
    void know(Site& other) {
        start();
        other.start();
        ASSERT_TRUE(
            peers.accept(other.wwwroot, "moodle", other.identity->ring()->current().certificate(), kNow));
    }
    config::Result<MnetAnswer> call(Site& other, const std::string& method, std::vector<Value> params = {}) {
        start();
        return client->call(other.wwwroot, method, params);
    }
    std::string pinned(const Site& other) { return peers.find(other.wwwroot)->certificate; }
    std::string certificate() { return identity->ring()->current().certificate().pem(); }

    Web& web;
    const std::string wwwroot;
    tests::TemporaryFolder folder;
    config::FixedClock clock{kNow};
    int generation = 0;
    federation::PeerList peers;
    std::mutex mutex;
    bool propose = true;
    std::string elsewhere, log;
    std::vector<UseStatsCaller> callers;
    std::unique_ptr<MnetIdentity> identity;
    std::unique_ptr<MnetClient> client;
    std::unique_ptr<MnetMethods> methods;
    std::unique_ptr<MnetDesk> desk;
};

std::int32_t fault_code(const config::Result<MnetAnswer>& answer) {
    if (!answer) return -1;
    const auto* const fault = std::get_if<Fault>(&answer->response);
    return fault != nullptr ? fault->code : 0;
}
Value value_of(const config::Result<MnetAnswer>& answer) {
    if (!answer) throw std::runtime_error(answer.error().what);
    return std::get<Value>(answer->response);
}

class MnetDeskTest : public ::testing::Test {
  protected:
    // Ours, and a Moodle that is one, too: both sides of the protocol.
    Web web;
    Site node{web, "https://assidu.example.org"};
    Site moodle{web, "https://moodle.example.org"};

    void know_each_other() {
        node.know(moodle);
        moodle.know(node);
    }
    void grant(const std::string& service, std::vector<std::string> conditions) {
        ASSERT_TRUE(node.peers.grant(moodle.wwwroot, {service, std::move(conditions), kNow}));
    }
};

TEST_F(MnetDeskTest, AStrangerIsPutDownAndGetsNothingButTheKey) {
    const auto certificate = (moodle.start(), moodle.client->keyswap(node.wwwroot, "moodle"));
    ASSERT_TRUE(certificate) << certificate.error().what;
    EXPECT_EQ(certificate->pem(), node.certificate());
    const auto stranger = node.peers.find(moodle.wwwroot);
    ASSERT_TRUE(stranger);
    EXPECT_EQ(stranger->state, federation::PeerState::proposed);
    EXPECT_EQ(stranger->certificate, moodle.certificate());
    EXPECT_EQ(web.posts, 1) << "something of a stranger was fetched";
    EXPECT_THAT(node.log, HasSubstr("introduced itself"));

    // It added us, and its administrator opens the tab of services.
    ASSERT_TRUE(moodle.peers.accept(node.wwwroot, "moodle", *certificate, kNow));
    EXPECT_EQ(value_of(moodle.call(node, "system/listServices")), Value::array({}));
    EXPECT_EQ(value_of(moodle.call(node, "system/listMethods")), Value::array({}));
    EXPECT_EQ(fault_code(moodle.call(node, kGetStatsPath)), 7012);
    EXPECT_THAT(node.callers, IsEmpty());
    EXPECT_EQ(node.desk->counts().proposed, 1U);
}

TEST_F(MnetDeskTest, StrangersAreFewAndAKeyThatIsThereStays) {
    node.start();
    const auto swap = [&](const std::string& wwwroot, const std::string& key) {
        node.clock.set(node.clock.now_utc_s() + 60);  // more than a minute's allowance would come at once
        return node.desk->answer(
            rpc::encode_moodle_call(
                "system/keyswap", {Value::text(wwwroot), Value::text(mnet_file(key)), Value::text("moodle")}),
            "192.0.2.1");
    };
    // Another's certificate, none at all, our own address: the key is given, and nothing put down.
    for (const auto& [wwwroot, key] :
         {std::pair{"http://other.example.org", "keys/a.crt"}, std::pair{kPeerA, "keys/a.key"},
          std::pair{"not an address", "keys/a.crt"}})
        EXPECT_THAT(swap(wwwroot, key), HasSubstr("BEGIN CERTIFICATE"));
    EXPECT_THAT(node.peers.all(), IsEmpty());
    (void)swap(std::string(kPeerA) + "/", "keys/a.crt");
    ASSERT_TRUE(node.peers.find(kPeerA));
    (void)swap(kPeerA, "keys/mallory.crt");
    EXPECT_EQ(node.peers.find(kPeerA)->certificate, mnet_file("keys/a.crt"));
    // Moodle's own, captured.
    EXPECT_EQ(node.desk->answer(mnet_file("keyswap/request.xml"), "192.0.2.1"),
              rpc::encode_moodle_response(Value::text(node.certificate())));
    const auto certificate = tests::mnet_certificate("keys/a.crt");
    for (std::size_t i = 1; i < limits::kMnetProposedMax; ++i)
        ASSERT_TRUE(node.peers.propose("http://s" + std::to_string(i), "moodle", certificate, kNow));
    EXPECT_FALSE(node.peers.propose("http://one-more", "moodle", certificate, kNow));
    // Who is accepted does not count.
    ASSERT_TRUE(node.peers.accept(kPeerA, "moodle", certificate, kNow));
    EXPECT_TRUE(node.peers.propose("http://one-more", "moodle", certificate, kNow));
}

TEST_F(MnetDeskTest, AMinuteHasSoManyKeyswaps) {
    node.start();
    const auto certificate = mnet_file("keys/a.crt");
    for (std::int64_t i = 0; i <= limits::kMnetKeyswapsAMinuteMax; ++i) {
        const bool last = i == limits::kMnetKeyswapsAMinuteMax;
        (void)node.desk->answer(
            rpc::encode_moodle_call("system/keyswap", {Value::text(last ? kPeerA : "http://nobody.example"),
                                                       Value::text(certificate)}),
            "192.0.2.1");
    }
    EXPECT_FALSE(node.peers.find(kPeerA)) << "put down beyond the allowance";
}

TEST_F(MnetDeskTest, APeerGetsWhatWasGrantedAndNothingElse) {
    know_each_other();
    EXPECT_EQ(fault_code(moodle.call(node, kGetStatsPath)), 7012);
    grant("use_stats", {"cohort=DAEU A"});
    const Value services = value_of(moodle.call(node, "system/listServices"));
    ASSERT_EQ(services.as_array()->size(), 1U);
    EXPECT_EQ(services.as_array()->front(), Value::structure({{"name", Value::text("use_stats")},
                                                              {"apiversion", Value::text("1")},
                                                              {"publish", Value::text("1")},
                                                              {"subscribe", Value::text("0")}}));
    EXPECT_EQ(
        value_of(moodle.call(node, "system/listMethods", {Value::text("use_stats")})).as_array()->size(), 4U);
    EXPECT_EQ(value_of(moodle.call(node, "system/listMethods", {Value::text("mnet_enrol")})),
              Value::array({}));
    EXPECT_NE(
        value_of(moodle.call(node, "system/methodSignature", {Value::text(kGetStatsPath)})).as_structure(),
        nullptr);
    EXPECT_EQ(value_of(moodle.call(node, "system/methodSignature", {Value::text("a/b.php/c")})),
              Value::boolean(false));
    EXPECT_EQ(value_of(moodle.call(node, "system/methodHelp", {Value::text("a/b.php/c")})),
              Value::boolean(false));

    EXPECT_EQ(value_of(moodle.call(node, kGetStatsPath, {Value(), Value()})),
              Value::text("use_stats_rpc_get_stats 2"));
    EXPECT_EQ(value_of(moodle.call(node, "block/use_stats/rpclib.php/use_stats_rpc_get_scores_wrapped")),
              Value::text("use_stats_rpc_get_scores wrapped 0"));
    ASSERT_EQ(node.callers.size(), 2U);
    EXPECT_EQ(node.callers.front().wwwroot, moodle.wwwroot);
    EXPECT_EQ(node.callers.front().grant.cohorts, std::vector<std::string>{"DAEU A"});
    EXPECT_FALSE(node.callers.front().grant.everyone);

    // Another process takes it back: no restart is needed.
    federation::PeerList beside(node.folder / "peers.sqlite");
    ASSERT_TRUE(beside.withdraw(moodle.wwwroot, "use_stats"));
    EXPECT_EQ(fault_code(moodle.call(node, kGetStatsPath)), 7012);
    ASSERT_TRUE(beside.revoke(moodle.wwwroot, kNow));
    EXPECT_THAT(moodle.call(node, "system/listServices").error().what, HasSubstr("fault 7020"));
}

TEST_F(MnetDeskTest, UnknownMethodsGetMoodlesFaults) {
    know_each_other();
    grant("use_stats", {"everyone"});
    for (const auto& [method, code] :
         std::map<std::string, int>{{"system/nothing", 7018},
                                    {"auth/mnet/auth.php/user_authorise", 7012},
                                    {"blocks/use_stats/rpclib.php/other", 7012},
                                    {"blocks/use_stats/../rpclib.php/use_stats_rpc_get_stats", 7012}})
        EXPECT_EQ(fault_code(moodle.call(node, method)), code) << method;
    // With a dot, which Moodle itself does not take; and what is no name.
    rpc::Call call{"system.listServices", {}};
    const auto peer = *node.peers.find(moodle.wwwroot);
    EXPECT_TRUE(std::holds_alternative<Value>(node.methods->answer(call, peer)));
    call.method = "nothing";
    EXPECT_EQ(std::get<Fault>(node.methods->answer(call, peer)).code, 713);
}

TEST_F(MnetDeskTest, AMessageIsAnsweredOnceAcrossRestarts) {
    know_each_other();
    std::string sent;
    const std::string host = "assidu.example.org";
    const auto desk = web.desks[host];
    web.desks[host] = [&](const std::string& body) { return desk(sent = body); };
    (void)value_of(moodle.call(node, "system/listServices"));
    const auto read = [&](const std::string& body) {
        const auto message = rpc::receive_message(body, *moodle.identity->ring(), [&](const std::string&) {
            return std::optional(node.identity->ring()->current().certificate());
        });
        EXPECT_EQ(message.verdict, MnetVerdict::accepted) << message.why;
        return rpc::decode_response(message.payload, rpc::Dialect::moodle).value();
    };
    EXPECT_EQ(std::get<Fault>(read(desk(sent))).code, 7000);
    EXPECT_EQ(node.desk->counts().replayed, 1U);
    // The same message with its white space and its unsigned bytes changed is the same message.
    std::string changed = sent;
    changed.insert(changed.find("<CipherData>"), "\n\n");
    EXPECT_EQ(std::get<Fault>(read(desk(changed))).code, 7000);
    node.desk->remember();
    node.desk.reset();
    EXPECT_EQ(std::get<Fault>(read(desk(sent))).code, 7000);
    // Equal calls are legitimate, and sign equally.
    EXPECT_EQ(fault_code(moodle.call(node, "system/listServices")), 0);
    node.clock.set(kNow + limits::kMnetRemembered_s + 1);
    EXPECT_TRUE(std::holds_alternative<Value>(read(desk(sent))));
}

TEST_F(MnetDeskTest, OurNewKeyReachesWhoeverCalls) {
    know_each_other();
    const std::string before = node.certificate();
    node.clock.set(kNow + 100);
    ASSERT_TRUE(node.identity->rotate());
    const auto answer = moodle.call(node, "system/listServices");
    EXPECT_EQ(value_of(answer), Value::array({}));
    ASSERT_EQ(answer->remarks.size(), 1U);
    EXPECT_THAT(answer->remarks.front(), HasSubstr("has a new key"));
    EXPECT_EQ(moodle.pinned(node), node.certificate());
    EXPECT_NE(moodle.pinned(node), before);
}

// The callee asks back, in the caller's own call, and is answered while it waits.
TEST_F(MnetDeskTest, ACallersNewKeyIsLearntInsideItsFirstCall) {
    know_each_other();
    moodle.clock.set(kNow + 100);
    ASSERT_TRUE(moodle.identity->rotate());
    EXPECT_EQ(value_of(moodle.call(node, "system/listServices")), Value::array({}));
    EXPECT_EQ(node.pinned(moodle), moodle.certificate());
    EXPECT_EQ(node.desk->counts().refreshed, 1U);
    EXPECT_EQ(web.posts, 3);  // the call; keyswap; listServices, answered with 7025
}

TEST_F(MnetDeskTest, NewKeysOnBothSidesConverge) {
    know_each_other();
    node.clock.set(kNow + 100);
    moodle.clock.set(kNow + 100);
    ASSERT_TRUE(node.identity->rotate());
    ASSERT_TRUE(moodle.identity->rotate());
    EXPECT_EQ(value_of(moodle.call(node, "system/listServices")), Value::array({}));
    EXPECT_EQ(node.pinned(moodle), moodle.certificate());
    EXPECT_EQ(moodle.pinned(node), node.certificate());
}

TEST_F(MnetDeskTest, ThreeGenerationsOfKeysStillOpen) {
    know_each_other();
    for (int i = 1; i <= 4; ++i) {
        node.clock.set(kNow + 100 * i);
        ASSERT_TRUE(node.identity->rotate());
    }
    // Four keys ago: nothing opens it, and that is what the caller is told.
    EXPECT_THAT(moodle.call(node, "system/listServices").error().what, HasSubstr("fault 7023"));
}

// Whoever can answer for a peer's address cannot become it.
TEST_F(MnetDeskTest, AForgedNewKeyIsNotPinned) {
    Site victim{web, kPeerA};
    victim.take_key("a");
    moodle.know(victim);
    victim.know(moodle);
    const auto mallory = tests::mnet_key("keys/mallory");
    const std::string pinned = moodle.pinned(victim);
    const auto answering = [&](const rpc::MnetKey& signer, const std::string& pem) {
        web.desks["peer-a.example.org"] = [&, pem](const std::string&) {
            return rpc::seal_envelope(
                rpc::sign_envelope(rpc::encode_moodle_fault(7025, pem), signer, kPeerA, kNow),
                moodle.identity->ring()->current().certificate(), kPeerA);
        };
        const auto answer = moodle.call(victim, "system/listServices");
        EXPECT_FALSE(answer);
        EXPECT_EQ(moodle.pinned(victim), pinned);
        return answer ? "" : answer.error().what;
    };
    // Signed by another key; signed by the right one, with a certificate of another, or one that is no newer.
    EXPECT_THAT(answering(mallory, mnet_file("keys/mallory.crt")),
                HasSubstr("the pinned one has not signed"));
    const auto a = tests::mnet_key("keys/a");
    EXPECT_THAT(answering(a, mnet_file("keys/other.crt")), HasSubstr("is about"));
    EXPECT_THAT(answering(a, mnet_file("keys/a.crt")), HasSubstr("not newer"));
    EXPECT_THAT(answering(a, mnet_file("keys/a-new.crt")),
                HasSubstr("not newer"));  // made in the same second
    EXPECT_THAT(answering(a, "no certificate"), HasSubstr("gives none"));
    web.desks["peer-a.example.org"] = [](const std::string&) { return std::string("<html>404</html>"); };
    EXPECT_THAT(moodle.call(victim, "system/listServices").error().what, HasSubstr("root is <html>"));
}

TEST_F(MnetDeskTest, ABadSignatureMakesUsAskAtMostOnceAMinute) {
    know_each_other();
    const auto mallory = tests::mnet_key("keys/mallory");
    const auto bad = [&] {
        const std::string document = rpc::sign_envelope(rpc::encode_moodle_call("system/listServices", {}),
                                                        mallory, moodle.wwwroot, kNow);
        return node.desk->answer(
            rpc::seal_envelope(document, node.identity->ring()->current().certificate(), moodle.wwwroot),
            "192.0.2.1");
    };
    for (int i = 0; i < 5; ++i)
        (void)bad();
    EXPECT_EQ(web.posts, 1);  // one keyswap, which published the pinned key
    node.clock.set(kNow + limits::kMnetRefreshSeconds);
    (void)bad();
    EXPECT_EQ(web.posts, 2);
    // Of somebody who is not known, nobody is asked anything.
    const std::string document = rpc::sign_envelope(rpc::encode_moodle_call("system/listServices", {}),
                                                    mallory, "http://169.254.169.254", kNow);
    EXPECT_THAT(node.desk->answer(rpc::seal_envelope(document, node.identity->ring()->current().certificate(),
                                                     "http://169.254.169.254"),
                                  "192.0.2.1"),
                HasSubstr("7020"));
    EXPECT_EQ(web.posts, 2);
}

TEST_F(MnetDeskTest, AnotherSpellingOfBlocksIsTriedOnceAndTold) {
    know_each_other();
    // A stock Moodle: the path as its own registration makes it.
    const std::string host = "assidu.example.org";
    int calls = 0;
    web.desks[host] = [&](const std::string& body) {
        ++calls;
        const auto message = rpc::receive_message(body, *node.identity->ring(), [&](const std::string&) {
            return std::optional(moodle.identity->ring()->current().certificate());
        });
        const auto call = rpc::decode_call(message.payload, rpc::Dialect::moodle);
        const std::string document = call->method.starts_with("block/")
                                         ? rpc::encode_moodle_response(Value::text("here"))
                                         : rpc::encode_moodle_fault(7012, "Unable to locate function");
        return rpc::seal_envelope(
            rpc::sign_envelope(document, node.identity->ring()->current(), node.wwwroot, kNow),
            moodle.identity->ring()->current().certificate(), node.wwwroot);
    };
    const auto answer = moodle.call(node, kGetStatsPath);
    EXPECT_EQ(value_of(answer), Value::text("here"));
    ASSERT_EQ(answer->remarks.size(), 1U);
    EXPECT_THAT(answer->remarks.front(), HasSubstr("xmlrpcpath"));
    EXPECT_EQ(calls, 2);
}

TEST_F(MnetDeskTest, AQuestionForAnotherPeerNeedsAGrantOfItsOwn) {
    Site far{web, "https://far.example.org"};
    know_each_other();
    node.know(far);
    far.know(node);
    ASSERT_TRUE(far.peers.grant(node.wwwroot, {"use_stats", {"everyone"}, kNow}));
    grant("use_stats", {"everyone"});
    node.elsewhere = far.wwwroot;
    const auto text = [](const Value& value) { return rpc::encode_moodle_response(value); };
    EXPECT_THAT(text(value_of(moodle.call(node, kGetStatsPath))), HasSubstr("is not asked for you"));
    EXPECT_THAT(far.callers, IsEmpty());
    grant("relay", {"peer=https://elsewhere.example.org"});
    EXPECT_THAT(text(value_of(moodle.call(node, kGetStatsPath))), HasSubstr("is not asked for you"));
    EXPECT_THAT(far.callers, IsEmpty());
    grant("relay", {"peer=https://far.example.org"});
    (void)value_of(moodle.call(node, kGetStatsPath));
    ASSERT_EQ(far.callers.size(), 1U);
    EXPECT_EQ(far.callers.front().wwwroot, node.wwwroot);
}

TEST_F(MnetDeskTest, GrantsAreOfServicesAndConditionsThatExist) {
    EXPECT_TRUE(check_grant({"use_stats", {"everyone"}, 0}));
    EXPECT_TRUE(check_grant({"relay", {"peer=https://far.example.org"}, 0}));
    for (const federation::Grant& wrong :
         {federation::Grant{"use_stats", {}, 0}, federation::Grant{"use_stats", {"colour=red"}, 0},
          federation::Grant{"sso_idp", {"everyone"}, 0}, federation::Grant{"relay", {"peer=x"}, 0},
          federation::Grant{"relay", {"cohort=A"}, 0}})
        EXPECT_FALSE(check_grant(wrong)) << wrong.service;
    federation::Grant most{"relay", std::vector<std::string>(limits::kMnetGrantEntriesMax, "everyone"), 0};
    EXPECT_TRUE(check_grant(most));
    most.conditions.emplace_back("everyone");
    EXPECT_FALSE(check_grant(most));
}

TEST_F(MnetDeskTest, ANodeHasSoManyPeers) {
    const auto certificate = tests::mnet_certificate("keys/a.crt");
    {
        SQLite::Database file(node.folder / "peers.sqlite", SQLite::OPEN_READWRITE);
        SQLite::Transaction all(file);
        SQLite::Statement insert(file, "INSERT INTO peers VALUES (?, 'moodle', 'accepted', '', 0, 0)");
        for (std::size_t i = 1; i < limits::kMnetPeersMax; ++i) {
            insert.bind(1, "http://p" + std::to_string(i));
            insert.exec();
            insert.reset();
        }
        all.commit();
    }
    EXPECT_TRUE(node.peers.accept("http://last", "moodle", certificate, kNow));
    EXPECT_THAT(node.peers.accept("http://one-more", "moodle", certificate, kNow).error().what,
                HasSubstr("1000"));
    EXPECT_TRUE(node.peers.accept("http://last", "moodle", certificate, kNow)) << "who is there already";
}

// The captured messages, at the desk of B.
class MnetVectorsAtADesk : public ::testing::Test {
  protected:
    Web web;
    Site b{web, kPeerB};

    void SetUp() override {
        b.take_key("b");
        ASSERT_TRUE(b.peers.accept(kPeerA, "moodle", tests::mnet_certificate("keys/a.crt"), kNow));
    }
    rpc::MnetMessage answer(const std::string& file, const std::string& signer = "keys/b") {
        b.start();
        body = b.desk->answer(mnet_file(file), "192.0.2.1");
        const auto certificate = tests::mnet_certificate(signer + ".crt");
        return rpc::receive_message(body, tests::mnet_ring("keys/a"), [&](const std::string& wwwroot) {
            return wwwroot == kPeerB ? std::optional(certificate) : std::nullopt;
        });
    }
    static Fault fault_of(const rpc::MnetMessage& message) {
        const auto response = rpc::decode_response(message.payload, rpc::Dialect::moodle);
        return response && std::holds_alternative<Fault>(*response) ? std::get<Fault>(*response) : Fault{};
    }
    std::string body;
};

TEST_F(MnetVectorsAtADesk, AcceptedOnesAreAnsweredSignedAndSealed) {
    for (const char* file : {"encrypted/req-listServices.enc.xml", "ext311/req-listServices.enc.xml",
                             "negative/wrong-digest-value.xml", "negative/old-timestamp.xml"}) {
        const auto message = answer(file);
        EXPECT_EQ(message.verdict, MnetVerdict::accepted) << file << ": " << message.why;
        EXPECT_EQ(message.sender, kPeerB);
    }
    const auto prohibited = answer("encrypted/req-all-types.enc.xml");
    EXPECT_EQ(fault_of(prohibited),
              (Fault{7012, "Unable to locate function, or function prohibited for RPC."}));
}

TEST_F(MnetVectorsAtADesk, RefusedOnesGetTheFaultOfTheManifestInItsLayers) {
    const std::map<std::string, int> sealed{{"tampered-object", 710},
                                            {"tampered-signature", 710},
                                            {"signed-by-mallory", 710},
                                            {"sha256-signature", 710},
                                            {"inner-wwwroot-differs", 710}};
    for (const auto& [name, code] : sealed) {
        b.clock.set(b.clock.now_utc_s() + limits::kMnetRefreshSeconds);
        const auto message = answer("negative/" + name + ".xml");
        EXPECT_EQ(fault_of(message).code, code) << name;
        // A switched name never gets its layers to the name that was claimed inside.
        EXPECT_TRUE(message.is_sealed && message.is_signed) << name;
    }
    for (const char* name : {"encrypted-to-other", "ciphers-swapped", "short-sealed-key"}) {
        const auto message = answer(std::string("negative/") + name + ".xml");
        EXPECT_FALSE(message.is_sealed || message.is_signed);
        // One answer, whatever failed: to the byte what a Moodle says.
        EXPECT_EQ(body, mnet_file("faults/fault-7023.xml")) << name;
    }
    const auto unsigned_one = answer("negative/encrypted-unsigned.xml");
    EXPECT_TRUE(unsigned_one.is_sealed && !unsigned_one.is_signed);
    EXPECT_EQ(fault_of(unsigned_one).code, 711);
    const auto signed_only = answer("negative/signed-only.xml");
    EXPECT_TRUE(!signed_only.is_sealed && signed_only.is_signed);
    EXPECT_EQ(fault_of(signed_only).code, 7021);
    (void)answer("negative/plain.xml");
    EXPECT_EQ(body, mnet_file("faults/fault-7021.xml"));
    EXPECT_EQ(fault_of(answer("negative/unknown-wwwroot.xml")).code, 7020);
    EXPECT_EQ(fault_of(answer("negative/truncated.xml")).code, 15);
    ASSERT_TRUE(b.peers.revoke(kPeerA, kNow));
    (void)answer("encrypted/req-listMethods.enc.xml");
    EXPECT_EQ(body, mnet_file("faults/fault-7020.xml"));
}

TEST_F(MnetVectorsAtADesk, AFormerKeyIsAnsweredWithTheNewOneSignedByIt) {
    b.take_key("b-new");
    const auto message = answer("negative/old-key.xml", "keys/b");
    EXPECT_EQ(message.verdict, MnetVerdict::accepted) << message.why;
    EXPECT_EQ(fault_of(message), (Fault{7025, mnet_file("keys/b-new.crt")}));
}

}  // namespace
}  // namespace assidu::node::services
