// Server and client over real sockets and real TLS, on loopback.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <latch>
#include <mutex>
#include <thread>
#include <vector>

#include "rpc/http_client.h"
#include "rpc/http_server.h"
#include "tests/rpc/raw_peer.h"
#include "tests/temporary_folder.h"

namespace assidu::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using namespace std::chrono_literals;
using std::chrono::steady_clock;
using tests::RawListener;
using tests::RawPeer;

TlsIdentity make_identity(const char* node_id) {
    const tests::TemporaryFolder folder;
    EXPECT_TRUE(TlsIdentity::create(folder / "tls.pem", node_id, 1'767'225'600));
    return TlsIdentity::read(folder / "tls.pem").value();
}
const TlsIdentity& hub() {
    static const TlsIdentity identity = make_identity("hub");
    return identity;
}
const TlsIdentity& member() {
    static const TlsIdentity identity = make_identity("member");
    return identity;
}
const TlsIdentity& stranger() {
    static const TlsIdentity identity = make_identity("stranger");
    return identity;
}

// The lines that servers log, from any thread.
class Lines {
  public:
    std::function<void(std::string_view)> sink() {
        return [this](std::string_view line) {
            const std::lock_guard lock(mutex_);
            all_.append(line).append("\n");
        };
    }
    std::string all() {
        const std::lock_guard lock(mutex_);
        return all_;
    }

  private:
    std::mutex mutex_;
    std::string all_;
};

HttpServerOptions for_members() {
    HttpServerOptions options;
    options.identity = &hub();
    options.accept_peer = [](const std::string& fingerprint) {
        return fingerprint == member().fingerprint();
    };
    return options;
}

HttpServer::Response echo(const HttpServer::Request& request) {
    return {200, "text/plain", request.body};
}

HttpServer start(HttpServerOptions options, HttpServer::Handler handler = echo) {
    return HttpServer::start(std::move(options), std::move(handler)).value();
}

HttpClientOptions to(std::uint16_t port) {
    HttpClientOptions options;
    options.base_url = "https://127.0.0.1:" + std::to_string(port);
    options.server_fingerprint = hub().fingerprint();
    options.call_time = 10s;
    return options;
}

HttpClient client_of(const HttpServer& server, const TlsIdentity& identity = member()) {
    return HttpClient::create(to(server.port()), &identity).value();
}

HttpClient::Response got(config::Result<HttpClient::Response> response) {
    if (!response) throw std::runtime_error(response.error().what);
    return std::move(*response);
}

std::string post_head(std::string_view fields) {
    return "POST /rpc HTTP/1.1\r\nHost: hub\r\n" + std::string(fields) + "\r\n";
}

RawPeer raw_member(const HttpServer& server) {
    RawPeer peer = RawPeer::connect_to(server.port());
    EXPECT_TRUE(peer.tls_client(&member()));
    return peer;
}

// What the server answers to these bytes, sent by an accepted member, until it closes.
std::string answer_to(const HttpServer& server, const std::string& bytes) {
    RawPeer peer = raw_member(server);
    peer.send(bytes);
    return peer.read_to_end();
}

// Waits, bounded, for something that another thread brings about and nobody tells.
template <class Condition>
bool comes_true(const Condition& condition) {
    const auto give_up = steady_clock::now() + 10s;
    while (!condition()) {
        if (steady_clock::now() > give_up) return false;
        std::this_thread::yield();
    }
    return true;
}

// Peers ---------------------------------------------------------------------------------------------------

TEST(Https, ARequestArrivesAsItWasSent) {
    HttpServer::Request seen;
    HttpServer server = start(for_members(), [&](const HttpServer::Request& request) {
        seen = request;
        return HttpServer::Response{202, "text/xml", std::string("\0<ok/>", 6)};
    });
    HttpClient client = client_of(server);
    const std::string body("\r\n\0\xff<methodCall/>", 17);
    const auto response = got(client.post("/rpc?a=b%20c", "text/xml; charset=utf-8", body));
    EXPECT_EQ(response.status, 202);
    EXPECT_EQ(response.content_type, "text/xml");
    EXPECT_EQ(response.body, std::string("\0<ok/>", 6));
    server.stop();
    EXPECT_EQ(seen.method, "POST");
    EXPECT_EQ(seen.path, "/rpc?a=b%20c");
    EXPECT_EQ(seen.content_type, "text/xml; charset=utf-8");
    EXPECT_EQ(seen.peer_address, "127.0.0.1");
    EXPECT_EQ(seen.body, body);
    EXPECT_EQ(seen.peer_fingerprint, member().fingerprint());
}

TEST(Https, AStrangerIsToldNothingWhateverItAsks) {
    Lines lines;
    HttpServerOptions options = for_members();
    options.log = lines.sink();
    const HttpServer server = start(std::move(options));
    HttpClient client = client_of(server, stranger());
    EXPECT_EQ(got(client.post("/rpc", "text/xml", "x")).status, 403);
    const auto answer = [&](const std::string& bytes) {
        RawPeer peer = RawPeer::connect_to(server.port());
        EXPECT_TRUE(peer.tls_client(&stranger()));
        peer.send(bytes);
        return peer.read_to_end();
    };
    const std::string uniform = answer(post_head("Content-Length: 1\r\n") + "x");
    EXPECT_THAT(uniform, StartsWith("HTTP/1.1 403 "));
    EXPECT_EQ(answer(post_head("Content-Length: 99999999999\r\n")), uniform);
    EXPECT_EQ(answer("nonsense\r\n\r\n"), uniform);
    EXPECT_EQ(server.counts().requests, 0U);
    EXPECT_THAT(lines.all(), HasSubstr(stranger().fingerprint()));
}

TEST(Https, NoCertificateIsNoConnectionWhereOneIsRequired) {
    const HttpServer server = start(for_members());
    RawPeer peer = RawPeer::connect_to(server.port());
    peer.tls_client(nullptr);
    peer.send(post_head("Content-Length: 0\r\n"));
    EXPECT_EQ(peer.read_to_end(), "");
    HttpClient client = HttpClient::create(to(server.port()), nullptr).value();
    EXPECT_THAT(client.post("/", "", "").error().what, StartsWith("https://127.0.0.1:"));
    EXPECT_EQ(server.counts().requests, 0U);
}

TEST(Https, WhereACertificateIsOptionalNoneIsAnonymous) {
    HttpServerOptions options = for_members();
    options.client_certificate = ClientCertificate::optional;
    const HttpServer server = start(std::move(options), [](const HttpServer::Request& request) {
        return HttpServer::Response{200, "text/plain", request.peer_fingerprint.value_or("nobody")};
    });
    HttpClient anonymous = HttpClient::create(to(server.port()), nullptr).value();
    EXPECT_EQ(got(anonymous.post("/", "", "")).body, "nobody");
    EXPECT_EQ(got(client_of(server).post("/", "", "")).body, member().fingerprint());
    EXPECT_EQ(client_of(server, stranger()).post("/", "", "").value().status, 403);
}

TEST(Https, APeerStruckOffLosesItsOpenConnection) {
    std::atomic<bool> accepted = true;
    HttpServerOptions options = for_members();
    options.accept_peer = [&](const std::string&) { return accepted.load(); };
    const HttpServer server = start(std::move(options));
    HttpClient client = client_of(server);
    EXPECT_EQ(got(client.post("/", "", "")).status, 200);
    accepted = false;
    EXPECT_EQ(got(client.post("/", "", "")).status, 403);
    EXPECT_EQ(server.counts().accepted, 1U);
}

TEST(Https, AnotherServerThanThePinnedOneIsRefusedByName) {
    HttpServerOptions options = for_members();
    options.identity = &stranger();
    const HttpServer server = start(std::move(options));
    HttpClient client = client_of(server);
    for (int i = 0; i < 2; ++i)
        EXPECT_THAT(client.post("/", "", "secret").error().what,
                    AllOf(HasSubstr(stranger().fingerprint()), HasSubstr(hub().fingerprint())));
    EXPECT_EQ(server.counts().requests, 0U);
}

TEST(Https, AFingerprintIsSeenWithoutTrust) {
    const HttpServer server = start(for_members());
    EXPECT_EQ(peek_fingerprint(to(server.port()).base_url).value(), hub().fingerprint());
    RawListener silent;
    EXPECT_FALSE(peek_fingerprint(to(silent.port()).base_url, 100ms));
    EXPECT_THAT(peek_fingerprint("http://127.0.0.1:1").error().what, HasSubstr("no address of a node"));
}

TEST(Https, OlderTlsIsRefused) {
    const HttpServer server = start(for_members());
    RawPeer old = RawPeer::connect_to(server.port());
    EXPECT_FALSE(old.tls_client(&member(), TLS1_2_VERSION));
    EXPECT_TRUE(RawPeer::connect_to(server.port()).tls_client(&member(), TLS1_3_VERSION));
}

TEST(Https, PlainHttpIsForLoopbackAlone) {
    HttpServerOptions options;
    options.address = "0.0.0.0";
    EXPECT_THAT(HttpServer::start(options, echo).error().what, HasSubstr("only loopback"));
    options.address = "127.0.0.1";
    const HttpServer server = start(options);
    RawPeer peer = RawPeer::connect_to(server.port());
    peer.send(post_head("Content-Length: 2\r\nConnection: close\r\n") + "hi");
    EXPECT_THAT(peer.read_to_end(), AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), ::testing::EndsWith("hi")));
    options.port = server.port();
    EXPECT_THAT(HttpServer::start(options, echo).error().what, HasSubstr("cannot listen on 127.0.0.1"));
    options.address = "hub.example";
    EXPECT_THAT(HttpServer::start(options, echo).error().what, HasSubstr("cannot listen on hub.example"));
}

TEST(Https, PlainHttpBeyondLoopbackMustBeSaid) {
    HttpServerOptions options;
    options.address = "0.0.0.0";
    options.plain_beyond_loopback = true;
    EXPECT_TRUE(HttpServer::start(options, echo));
}

TEST(Https, AJudgeRefusesByTheHeadBeforeTheBodyIsThere) {
    HttpServerOptions options;
    options.body_bytes_max = 100;
    options.judge = [](const std::string& method, const std::string& path, const std::string& address) {
        return method == "POST" && path == "/known" && address == "127.0.0.1" ? 0 : 404;
    };
    std::atomic<int> too_large = 0;
    options.too_large = [&](const std::string& address) { too_large += address == "127.0.0.1" ? 1 : 100; };
    const HttpServer server = start(options);
    const auto answer = [&](const std::string& path, const std::string& fields, const std::string& body) {
        RawPeer peer = RawPeer::connect_to(server.port());
        peer.send("POST " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + fields + "\r\n" + body);
        return peer.read_until("\r\n\r\n");
    };
    EXPECT_THAT(answer("/known", "Content-Length: 100\r\n", std::string(100, 'x')),
                StartsWith("HTTP/1.1 200 OK\r\n"));
    // However long a body is announced, and none of it sent.
    for (const char* length :
         {"Content-Length: 5\r\n", "Content-Length: 999999999\r\n", "Transfer-Encoding: chunked\r\n"}) {
        const std::string refused = answer("/unknown", length, "");
        EXPECT_THAT(refused, StartsWith("HTTP/1.1 404 "));
        EXPECT_THAT(refused, ::testing::HasSubstr("Content-Length: 0\r\n"));
    }
    EXPECT_EQ(too_large, 0);
    EXPECT_THAT(answer("/known", "Content-Length: 101\r\n", ""), StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(answer("/known", "Transfer-Encoding: chunked\r\n",
                       "65\r\n" + std::string(101, 'x') + "\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(too_large, 2);
}

// Connections ---------------------------------------------------------------------------------------------

TEST(Https, AHundredCallsTakeOneConnection) {
    const HttpServer server = start(for_members());
    HttpClient client = client_of(server);
    for (int i = 0; i < 100; ++i)
        ASSERT_EQ(got(client.post("/", "text/plain", std::to_string(i))).body, std::to_string(i));
    EXPECT_EQ(server.counts().requests, 100U);
    EXPECT_EQ(server.counts().accepted, 1U);
}

TEST(Https, AConnectionServesItsShareOfRequestsAndNoCallIsLost) {
    HttpServerOptions options = for_members();
    options.requests_per_connection_max = 3;
    const HttpServer server = start(std::move(options));
    HttpClient client = client_of(server);
    for (int i = 0; i < 3; ++i)
        ASSERT_TRUE(client.post("/", "", ""));
    EXPECT_EQ(server.counts().accepted, 1U);
    ASSERT_TRUE(client.post("/", "", ""));
    EXPECT_EQ(server.counts().accepted, 2U);
    EXPECT_EQ(server.counts().requests, 4U);
}

TEST(Https, AConnectionThatTheServerLeftIsMadeAnew) {
    HttpServerOptions options = for_members();
    options.idle_time = 1ms;
    const HttpServer server = start(std::move(options));
    HttpClient client = client_of(server);
    for (std::uint64_t i = 1; i <= 5; ++i) {
        ASSERT_TRUE(client.post("/", "", ""));
        EXPECT_EQ(server.counts().accepted, i);
        ASSERT_TRUE(comes_true([&] { return server.counts().open == 0; }));
    }
}

// A server that answers one request and leaves in the middle of the next: the race that no look beforehand
// excludes.
TEST(Https, ACallIsRepeatedOnceOnlyWhenItsKeptConnectionBreaks) {
    RawListener listener;
    auto server = std::async(std::launch::async, [&] {
        RawPeer first = listener.accept();
        EXPECT_TRUE(first.tls_server(hub()));
        first.read_until("one");
        first.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1");
        first.read_until("two");
        {
            const RawPeer gone = std::move(first);
        }
        RawPeer second = listener.accept();
        EXPECT_TRUE(second.tls_server(hub()));
        second.read_until("two");
        second.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2");
        second.read_until("three");
        {
            const RawPeer gone = std::move(second);
        }
        RawPeer third = listener.accept();
        EXPECT_TRUE(third.tls_server(hub()));
        third.read_until("three");
    });
    HttpClient client = HttpClient::create(to(listener.port()), &member()).value();
    EXPECT_EQ(got(client.post("/", "", "one")).body, "1");
    EXPECT_EQ(got(client.post("/", "", "two")).body, "2");
    EXPECT_FALSE(client.post("/", "", "three")) << "a second break is told, not tried again";
    server.get();
}

TEST(Https, ConnectionsOverTheCapsAreClosedAtOnce) {
    HttpServerOptions options = for_members();
    options.connections_per_address_max = 2;
    options.connections_max = 3;
    const HttpServer server = start(std::move(options));
    HttpClient honest = client_of(server);
    ASSERT_TRUE(honest.post("/", "", ""));
    {
        const RawPeer second = RawPeer::connect_to(server.port());
        ASSERT_TRUE(comes_true([&] { return server.counts().accepted == 2; }));
        RawPeer third = RawPeer::connect_to(server.port());
        EXPECT_EQ(third.read_to_end(), "");
        EXPECT_EQ(server.counts().refused, 1U);
        EXPECT_TRUE(honest.post("/", "", "")) << "those that are in stay in";
    }
    ASSERT_TRUE(comes_true([&] { return server.counts().open == 1; }));
    EXPECT_TRUE(client_of(server).post("/", "", "")) << "there is room again";

    options = for_members();
    options.connections_max = 1;
    const HttpServer small = start(std::move(options));
    HttpClient only = client_of(small);
    ASSERT_TRUE(only.post("/", "", ""));
    EXPECT_EQ(RawPeer::connect_to(small.port()).read_to_end(), "");
}

TEST(Https, ManyCallersAreServedAtOnce) {
    const HttpServer server = start(for_members());
    HttpClient shared = client_of(server);
    std::vector<std::jthread> callers;
    std::atomic<int> served = 0;
    for (int i = 0; i < 6; ++i)
        callers.emplace_back([&, i] {
            HttpClient own = client_of(server);
            for (int j = 0; j < 10; ++j) {
                const std::string body = std::to_string(i * 100 + j);
                served += got(own.post("/", "", body)).body == body;
                served += got(shared.post("/", "", body)).body == body;
            }
        });
    callers.clear();
    EXPECT_EQ(served, 120);
    EXPECT_EQ(server.counts().accepted, 7U);
}

// Hostile requests ----------------------------------------------------------------------------------------

TEST(Https, ABodyIsHeldToItsLimit) {
    HttpServerOptions options = for_members();
    options.body_bytes_max = 100'000;
    const HttpServer server = start(std::move(options));
    HttpClient client = client_of(server);
    EXPECT_EQ(got(client.post("/", "", std::string(100'000, 'x'))).body.size(), 100'000U);
    EXPECT_EQ(got(client.post("/", "", std::string(100'001, 'x'))).status, 413);
    EXPECT_EQ(got(client.post("/", "", std::string(3'000'000, 'x'))).status, 413);

    const std::string chunked = post_head("Transfer-Encoding: chunked\r\nConnection: close\r\n");
    const std::string most = "18000\r\n" + std::string(0x18000, 'x') + "\r\n";  // 98304
    EXPECT_THAT(answer_to(server, chunked + most + "6a0\r\n" + std::string(0x6a0, 'y') + "\r\n0\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("Content-Length: 100000")));
    EXPECT_THAT(answer_to(server, chunked + most + "6a1\r\n" + std::string(0x6a1, 'y') + "\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(answer_to(server, chunked + "7fffffffffffffff\r\n"), StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(answer_to(server, post_head("Content-Length: -1\r\n")), StartsWith("HTTP/1.1 413 "));
    EXPECT_EQ(server.counts().requests, 2U);
}

TEST(Https, WhatCouldBeReadInTwoWaysIsRefused) {
    const HttpServer server = start(for_members());
    EXPECT_THAT(answer_to(server, post_head("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n") +
                                      "0\r\n\r\nGET / HTTP/1.1\r\nHost: hub\r\n\r\n"),
                AllOf(StartsWith("HTTP/1.1 400 "), Not(HasSubstr("200"))));
    const std::string chunked = post_head("Transfer-Encoding: chunked\r\n");
    for (const char* wrong : {"3\r\nabcde\r\n0\r\n\r\n", "x\r\n", "3\nabc\n0\n\n", "0\r\nTrailer: x\r\n\r\n"})
        EXPECT_THAT(answer_to(server, chunked + wrong + "\r\n\r\n"), StartsWith("HTTP/1.1 400 ")) << wrong;
    EXPECT_THAT(answer_to(server, chunked + "1;" + std::string(config::limits::kChunkLineBytesMax, 'e')),
                StartsWith("HTTP/1.1 400 "));
    EXPECT_THAT(answer_to(server, std::string(config::limits::kHeadBytesMax + 1, 'G')),
                StartsWith("HTTP/1.1 431 "));
    EXPECT_EQ(server.counts().requests, 0U);
}

TEST(Https, ABodyThatBreaksOffIsNoBody) {
    HttpServerOptions plain;
    plain.head_time = plain.request_time = 2s;
    const HttpServer server = start(plain);
    for (const std::string& broken : {post_head("Transfer-Encoding: chunked\r\n") + "5\r\nhel",
                                      post_head("Content-Length: 5\r\n") + "hel"}) {
        RawPeer peer = RawPeer::connect_to(server.port());
        peer.send(broken);
    }
    ASSERT_TRUE(comes_true([&] { return server.counts().accepted == 2 && server.counts().open == 0; }));
    EXPECT_EQ(server.counts().requests, 0U);
}

TEST(Https, RequestsThatFollowEachOtherCloselyAreAllAnswered) {
    const HttpServer server = start(for_members());
    const std::string one = post_head("Content-Length: 1\r\n") + "a";
    const std::string last = post_head("Content-Length: 1\r\nConnection: close\r\n") + "b";
    const std::string answers = answer_to(server, one + one + last);
    EXPECT_EQ(server.counts().requests, 3U);
    EXPECT_THAT(answers, ::testing::EndsWith("b"));
}

TEST(Https, AClientThatWaitsForContinueGetsIt) {
    const HttpServer server = start(for_members());
    RawPeer peer = raw_member(server);
    peer.send(post_head("Content-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n"));
    EXPECT_EQ(peer.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    peer.send("hi");
    EXPECT_THAT(peer.read_to_end(), ::testing::EndsWith("hi"));
}

TEST(Https, SlowPeersAreCutOffAndHinderNobody) {
    HttpServerOptions options = for_members();
    options.head_time = 800ms;
    options.request_time = 1200ms;
    options.idle_time = 300ms;
    const HttpServer server = start(std::move(options));
    const auto begin = steady_clock::now();
    std::vector<std::jthread> slow;
    const auto peer = [&](bool tls, const std::string& first, char then, bool raw) {
        slow.emplace_back([&server, tls, first, then, raw] {
            RawPeer one = tls ? raw_member(server) : RawPeer::connect_to(server.port());
            if (raw)
                one.send_raw(first);
            else
                one.send(first);
            one.drip_until_end(then, raw);
        });
    };
    peer(true, "POST / HTTP/1.1\r\nX: ", 'x', false);               // a head that never ends
    peer(true, post_head("Content-Length: 5000\r\n"), 'x', false);  // a body
    peer(true, post_head("Transfer-Encoding: chunked\r\n"), '0', false);
    peer(true, std::string("\x17\x03\x03\x40\x00", 5), 'x', true);     // a TLS record
    peer(false, std::string("\x16\x03\x01\x02\x00\x01", 6), 0, true);  // a handshake
    slow.emplace_back([&] {
        RawPeer silent = RawPeer::connect_to(server.port());
        EXPECT_EQ(silent.read_to_end(), "");
    });
    // All of them are in, none is out: an honest call is answered in the meantime.
    ASSERT_TRUE(comes_true([&] { return server.counts().accepted == slow.size(); }));
    EXPECT_EQ(got(client_of(server).post("/", "", "hello")).body, "hello");
    slow.clear();
    EXPECT_LT(steady_clock::now() - begin, 5s);
    ASSERT_TRUE(comes_true([&] { return server.counts().open == 0; }));
    EXPECT_GE(server.counts().cut_off, 6U);
    EXPECT_EQ(server.counts().requests, 1U);
}

TEST(Https, APeerThatDoesNotTakeItsResponseIsCutOff) {
    HttpServerOptions options = for_members();
    options.request_time = 200ms;
    options.linger_time = 100ms;
    const HttpServer server = start(std::move(options), [](const HttpServer::Request&) {
        return HttpServer::Response{200, "text/plain", std::string(64 << 20, 'x')};
    });
    RawPeer peer = raw_member(server);
    peer.send(post_head("Content-Length: 0\r\n"));
    ASSERT_TRUE(comes_true([&] { return server.counts().cut_off == 1 && server.counts().open == 0; }));
}

// Handlers ------------------------------------------------------------------------------------------------

TEST(Https, AHandlerThatThrowsTellsThePeerNothing) {
    Lines lines;
    HttpServerOptions options = for_members();
    options.log = lines.sink();
    const HttpServer server = start(std::move(options), [](const auto& request) -> HttpServer::Response {
        if (request.path == "/int") throw 5;
        throw std::runtime_error("table students is damaged");
    });
    HttpClient client = client_of(server);
    const auto one = got(client.post("/rpc", "", ""));
    const auto other = got(client.post("/int", "", ""));
    EXPECT_EQ(one.status, 500);
    EXPECT_EQ(one.body, "Internal error.\n");
    EXPECT_EQ(other.status, 500);
    EXPECT_EQ(other.body, one.body);
    EXPECT_THAT(lines.all(), AllOf(HasSubstr("POST /rpc of 127.0.0.1 failed: table students is damaged"),
                                   HasSubstr("POST /int of 127.0.0.1 failed")));
    EXPECT_EQ(server.counts().accepted, 1U) << "the connection is as good as before";
}

TEST(Https, HandlersWorkAtOnceUpToTheirCapAndOthersWaitTheirTurn) {
    HttpServerOptions options = for_members();
    options.handlers_max = 2;
    options.request_time = 500ms;
    std::latch both(2);
    std::promise<void> release;
    const std::shared_future<void> released = release.get_future().share();
    HttpServer server = start(std::move(options), [&](const HttpServer::Request& request) {
        if (request.body == "hold") {
            both.arrive_and_wait();
            released.wait();
        }
        return echo(request);
    });
    const auto call = [&](const char* body) { return got(client_of(server).post("/", "", body)).status; };
    auto first = std::async(std::launch::async, call, "hold");
    auto second = std::async(std::launch::async, call, "hold");
    both.wait();
    EXPECT_EQ(call("no turn"), 503);
    auto third = std::async(std::launch::async, call, "soon");
    release.set_value();
    EXPECT_EQ(first.get(), 200);
    EXPECT_EQ(second.get(), 200);
    EXPECT_EQ(third.get(), 200);
    server.stop();
}

TEST(Https, StoppingLetsARequestFinishAndTakesNoOther) {
    std::latch begun(1);
    std::promise<void> release;
    HttpServer server = start(for_members(), [&](const HttpServer::Request& request) {
        begun.count_down();
        release.get_future().wait();
        return echo(request);
    });
    RawPeer idle = raw_member(server);
    HttpClient client = client_of(server);
    auto call = std::async(std::launch::async, [&] { return client.post("/", "", "last words"); });
    begun.wait();
    auto stopped = std::async(std::launch::async, [&] { server.stop(10s); });
    EXPECT_EQ(idle.read_to_end(), "");
    EXPECT_TRUE(comes_true([&] {
        try {
            static_cast<void>(RawPeer::connect_to(server.port()));
        } catch (const std::runtime_error&) {
            return true;
        }
        return false;
    }));
    EXPECT_EQ(stopped.wait_for(0s), std::future_status::timeout);
    release.set_value();
    EXPECT_EQ(call.get().value().body, "last words");
    stopped.get();
    server.stop(10s);
    EXPECT_EQ(server.counts().open, 0U);
    EXPECT_THAT(client.post("/", "", "").error().what, HasSubstr("nobody listens"));
}

TEST(Https, StoppingCutsWhatOutlastsTheGrace) {
    HttpServer server = start(for_members());
    RawPeer peer = raw_member(server);
    peer.send(post_head("Content-Length: 5\r\nExpect: 100-continue\r\n"));
    peer.read_until("\r\n\r\n");  // the server now waits for the body
    const auto begin = steady_clock::now();
    server.stop(100ms);
    EXPECT_GE(steady_clock::now() - begin, 100ms);
    EXPECT_LT(steady_clock::now() - begin, 5s);
    EXPECT_EQ(peer.read_to_end(), "");
}

// Clients -------------------------------------------------------------------------------------------------

TEST(HttpsClient, SaysWhatIsWrongWithItsSettings) {
    HttpClientOptions options = to(1);
    for (const char* wrong :
         {"http://hub", "hub:1", "https://", "https://a/b", "https://me@hub", "https://h:x"}) {
        options.base_url = wrong;
        EXPECT_FALSE(HttpClient::create(options, nullptr)) << wrong;
    }
    options = to(1);
    options.server_fingerprint.pop_back();
    EXPECT_THAT(HttpClient::create(options, nullptr).error().what, HasSubstr("is no fingerprint"));
}

TEST(HttpsClient, NobodyThereIsARefusal) {
    std::uint16_t port = 0;
    {
        const RawListener listener;
        port = listener.port();
    }
    HttpClient client = HttpClient::create(to(port), &member()).value();
    EXPECT_EQ(client.post("/", "", "").error().what,
              "https://127.0.0.1:" + std::to_string(port) + ": nobody listens there (connection refused)");
}

TEST(HttpsClient, ASlowServerIsLeftAtTheDeadline) {
    RawListener listener;
    HttpClientOptions options = to(listener.port());
    options.call_time = 300ms;
    HttpClient client = HttpClient::create(options, &member()).value();
    for (const bool shakes_hands : {false, true}) {
        auto server = std::async(std::launch::async, [&] {
            RawPeer peer = listener.accept();
            if (shakes_hands) {
                EXPECT_TRUE(peer.tls_server(hub()));
                peer.read_until("\r\n\r\n");
                peer.send("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n");
                peer.drip_until_end('x', false);
            } else {
                peer.read_to_end();
            }
        });
        EXPECT_THAT(client.post("/", "", "").error().what, HasSubstr("no whole answer within 300 ms"));
        server.get();
    }
}

TEST(HttpsClient, ResponsesThatCannotBeTrustedToBeWholeAreRefused) {
    RawListener listener;
    HttpClientOptions options = to(listener.port());
    options.body_bytes_max = 10;
    HttpClient client = HttpClient::create(options, &member()).value();
    const auto refusal_of = [&](const std::string& response) {
        auto server = std::async(std::launch::async, [&] {
            RawPeer peer = listener.accept();
            EXPECT_TRUE(peer.tls_server(hub()));
            peer.read_until("\r\n\r\n");
            peer.send("HTTP/1.1 200 OK\r\n" + response);
        });
        const auto answer = client.post("/", "", "");
        server.get();
        return answer ? "none: " + answer->body : answer.error().what;
    };
    EXPECT_THAT(refusal_of("Content-Length: 10\r\n\r\n0123456789"), "none: 0123456789");
    EXPECT_THAT(refusal_of("Content-Length: 11\r\n\r\n01234567890"), HasSubstr("11 bytes, more than 10"));
    EXPECT_THAT(refusal_of("Content-Length: 10\r\n\r\n01234"), HasSubstr("broke off before its 10 bytes"));
    EXPECT_THAT(refusal_of("\r\n0123456789"), HasSubstr("without one plain Content-Length"));
    EXPECT_THAT(refusal_of("Transfer-Encoding: chunked\r\n\r\n5\r\n01"), HasSubstr("without one plain"));
    EXPECT_THAT(refusal_of("Content-Length: 1\r\nContent-Length: 2\r\n\r\n01"),
                HasSubstr("without one plain"));
    EXPECT_THAT(refusal_of("Content-Length: -1\r\n\r\n"), HasSubstr("without one plain"));
    EXPECT_THAT(refusal_of("broken"), HasSubstr("https://127.0.0.1"));
}

}  // namespace
}  // namespace assidu::rpc
