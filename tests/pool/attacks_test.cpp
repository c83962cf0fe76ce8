// A hub that is attacked over the network, as a real process: every attack is refused within bounded time and
// memory, while a member's statements go on arriving. Each prints what it took.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <iostream>
#include <sstream>

#include "config/limits.h"
#include "federation/delivery.h"
#include "node/node.h"
#include "node/services/hub_contact.h"
#include "rpc/http_client.h"
#include "rpc/signed_message.h"
#include "rpc/xmlrpc.h"
#include "tests/pool/pool_fixture.h"
#include "tests/rpc/raw_peer.h"

namespace assidu::tests {
namespace {

using rpc::Value;
using ::testing::AnyOf;
using ::testing::HasSubstr;

// What an attack may make the hub grow by, and take until it is refused, on a machine that does other things
// too.
constexpr std::int64_t kGrowthKib = 160 * 1024;
constexpr std::int64_t kSeconds = 60;

class Attacks : public PoolTest {
  protected:
    void SetUp() override {
        PoolTest::SetUp();
        join("lyon");
        import_some(1);
        ASSERT_EQ(assidu({"--dir", dir_of("lyon"), "send"}).exit_code, 0);
        opened.emplace(*node::Node::open(node::NodeFolder{dir_of("lyon")}, clock, node::Node::Access::look));
        port = static_cast<std::uint16_t>(std::stoi(hub->port()));
    }
    void import_some(std::int64_t first_id) {
        ASSERT_EQ(assidu({"--dir", dir_of("lyon"), "import",
                          folder.write("log" + std::to_string(first_id) + ".csv", some_days(first_id, 100))})
                      .exit_code,
                  0);
    }
    const node::Node& lyon() const { return *opened; }
    std::int64_t memory_kib(const char* what) const {
        std::ifstream file("/proc/" + std::to_string(hub->id()) + "/status");
        for (std::string line; std::getline(file, line);) {
            if (line.starts_with(what)) return std::stoll(line.substr(line.find(':') + 1));
        }
        return -1;
    }
    // Runs the attack, then (while whatever it left still stands) an honest delivery.
    void withstand(const std::string& name, const std::function<void()>& attack) {
        static std::int64_t next_id = 10'000;
        const std::int64_t before = memory_kib("VmRSS");
        const auto begin = std::chrono::steady_clock::now();
        attack();
        const auto took = std::chrono::steady_clock::now() - begin;
        import_some(next_id += 1'000);
        const Finished honest = assidu({"--dir", dir_of("lyon"), "send"});
        EXPECT_EQ(honest.exit_code, 0) << name << honest.err;
        EXPECT_EQ(totals(hub_dir(), "lyon"), totals(dir_of("lyon"), "lyon")) << name;
        const std::int64_t growth = memory_kib("VmHWM") - before;
        const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
        std::cout << "attack " << name << ": " << ms << " ms, hub at most " << growth << " KiB more\n";
        EXPECT_LT(growth, kGrowthKib) << name;
        EXPECT_LT(ms, kSeconds * 1000) << name;
    }
    // As the member's own connection, byte by byte.
    std::string raw_answer(const std::string& head, const std::function<bool(RawPeer&)>& body) const {
        RawPeer peer = RawPeer::connect_to(port);
        if (!peer.tls_client(&lyon().tls_identity())) return "no handshake";
        if (peer.send(head)) (void)body(peer);
        return peer.read_to_end();
    }
    // What the hub answers to a document, over the member's connection: the text of a fault, or "taken".
    std::string verdict(const std::string& body) const {
        rpc::HttpClientOptions options;
        options.base_url = hub->url();
        options.server_fingerprint = (*node::services::read_hub(lyon().folder()))->tls_fingerprint;
        auto client = rpc::HttpClient::create(options, &lyon().tls_identity());
        const auto answer = client->post("/pool", "text/xml", body);
        if (!answer) return answer.error().what;
        const auto outer = rpc::decode_response(answer->body);
        if (!outer) return outer.error().what;
        if (const auto* fault = std::get_if<rpc::Fault>(&*outer)) return "outside: " + fault->text;
        const auto inside =
            rpc::decode_response(*std::get<Value>(*outer).find("payload")->as_bytes()).value();
        if (const auto* fault = std::get_if<rpc::Fault>(&inside)) return "inside: " + fault->text;
        return "taken";
    }
    std::string envelope(const rpc::MessageHeader& header, const rpc::SigningKey& key) const {
        const auto message = rpc::sign_message(header, rpc::encode_call("statement.head", {}), key);
        return rpc::encode_call("pool.message",
                                {Value::structure({{"note", Value::bytes(message.note)},
                                                   {"payload", Value::bytes(message.payload)}})});
    }
    rpc::MessageHeader header(std::int64_t later_s = 0, const std::string& to = "pole") const {
        return {"lyon", to, rpc::make_message_id(), "", clock.now_utc_s() + later_s};
    }

    config::SystemClock clock;
    std::optional<node::Node> opened;
    std::uint16_t port = 0;
};

TEST_F(Attacks, WhatWasSignedForAnotherTimeOrPlaceOrAlreadyHeardIsRefusedAlsoAfterARestart) {
    withstand("replay, other recipient, clock 10 min off", [&] {
        const std::string once = envelope(header(), lyon().signing_key());
        EXPECT_EQ(verdict(once), "taken");
        EXPECT_THAT(verdict(once), HasSubstr("inside: replay"));
        EXPECT_THAT(verdict(envelope(header(600), lyon().signing_key())), HasSubstr("inside: stale"));
        EXPECT_THAT(verdict(envelope(header(-600), lyon().signing_key())), HasSubstr("inside: stale"));
        EXPECT_THAT(verdict(envelope(header(0, "other-hub"), lyon().signing_key())),
                    HasSubstr("inside: wrong_recipient"));
        EXPECT_EQ(verdict(envelope(header(), rpc::SigningKey::generate())), "outside: refused");
        hub->end(SIGKILL);
        hub = serve_hub(std::to_string(port));
        EXPECT_THAT(verdict(once), HasSubstr("inside: replay")) << "after a restart";
    });
}

TEST_F(Attacks, ASignatureDoesNotCoverWhatIsWrappedAroundIt) {
    withstand("signature wrapping", [&] {
        const auto good =
            rpc::sign_message(header(), rpc::encode_call("statement.head", {}), lyon().signing_key());
        const auto other = rpc::encode_call("statement.put", {Value::bytes("x")});
        const auto call = [](const std::string& note, const std::string& payload) {
            return rpc::encode_call(
                "pool.message",
                {Value::structure({{"note", Value::bytes(note)}, {"payload", Value::bytes(payload)}})});
        };
        EXPECT_EQ(verdict(call(good.note, other)), "outside: refused") << "another payload";
        EXPECT_EQ(verdict(call(good.note + good.note, good.payload)), "outside: refused") << "two notes";
        const auto forged = rpc::sign_message(header(), other, rpc::SigningKey::generate());
        const std::string line = good.note.substr(good.note.rfind("\n\xE2\x80\x94") + 1);
        EXPECT_EQ(verdict(call(forged.note + line, other)), "outside: refused")
            << "the member's signature under it";
        // The same member twice in one struct: neither reading is chosen.
        std::string twice = call(good.note, good.payload);
        const std::string member = "<member><name>payload</name>";
        twice.insert(twice.find(member), member + "<value><base64>eA==</base64></value></member>");
        EXPECT_EQ(verdict(twice), "outside: refused") << "two payloads";
    });
}

TEST_F(Attacks, XmlThatIsMadeToHurtIsRefusedBeforeItIsUnderstood) {
    withstand("DOCTYPE, entity bombs, deep nesting", [&] {
        std::string bomb = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a0 \"ha\">";
        for (int i = 1; i < 30; ++i)
            bomb += "<!ENTITY a" + std::to_string(i) + " \"&a" + std::to_string(i - 1) + ";&a" +
                    std::to_string(i - 1) + ";\">";
        bomb += "]><methodCall><methodName>&a29;</methodName></methodCall>";
        std::string deep = "<methodCall><methodName>pool.message</methodName><params><param>";
        for (int i = 0; i < 300'000; ++i)
            deep += "<value><array><data>";
        const std::string external =
            "<!DOCTYPE x [<!ENTITY e SYSTEM "
            "\"file:///etc/passwd\">]><methodCall><methodName>&e;</methodName></methodCall>";
        for (const std::string& document :
             {bomb, deep, external, std::string("<"), std::string(1 << 20, '<')})
            EXPECT_THAT(verdict(document), AnyOf("outside: refused", HasSubstr("413"), HasSubstr("400")))
                << document.substr(0, 60);
    });
}

TEST_F(Attacks, AGigabyteIsRefusedByItsHeadOrAtTheLimit) {
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    withstand("1 GB body", [&] {
        const std::string head = "POST /pool HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\n";
        const std::string piece(kPiece, 'x');
        std::size_t sent = 0;
        const auto pour = [&](RawPeer& peer, const std::string& bytes) {
            for (sent = 0; sent < (std::size_t{1} << 30) && peer.send(bytes); sent += bytes.size()) {
            }
            return true;
        };
        const std::string told = raw_answer(head + "Content-Length: 1073741824\r\n\r\n",
                                            [&](RawPeer& peer) { return pour(peer, piece); });
        // It is refused by its head, and may go on arriving for a moment, unread.
        EXPECT_THAT(told, HasSubstr("413"));
        const std::string chunked =
            raw_answer(head + "Transfer-Encoding: chunked\r\n\r\n",
                       [&](RawPeer& peer) { return pour(peer, "100000\r\n" + piece + "\r\n"); });
        EXPECT_THAT(chunked, HasSubstr("413"));
    });
}

TEST_F(Attacks, OlderTlsAndStrangersGetNoConnection) {
    withstand("TLS downgrade, no certificate", [&] {
        RawPeer old = RawPeer::connect_to(port);
        EXPECT_FALSE(old.tls_client(&lyon().tls_identity(), TLS1_2_VERSION));
        RawPeer stranger = RawPeer::connect_to(port);
        if (stranger.tls_client(nullptr)) {
            (void)stranger.send("POST /pool HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
            EXPECT_EQ(stranger.read_to_end(), "");
        }
        RawPeer plain = RawPeer::connect_to(port);
        (void)plain.send("POST /pool HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        EXPECT_EQ(plain.read_to_end().find("HTTP"), std::string::npos);
    });
}

// A connection from another address of loopback, which then says nothing.
int idle_connection(std::uint16_t port, const char* from) {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, from, &address.sin_addr);
    (void)::bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address);
    address.sin_port = htons(port);
    ::inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        return descriptor;
    ::close(descriptor);
    return -1;
}

TEST_F(Attacks, TenThousandIdleConnectionsAndSlowHeadersHinderNobody) {
    std::vector<int> open;
    std::int64_t made = 0;
    withstand("10,000 idle connections", [&] {
        constexpr std::size_t kHeldOpen = 400;
        for (int i = 0; i < 10'000; ++i) {
            const int descriptor = idle_connection(port, "127.0.0.2");
            if (descriptor < 0) continue;
            ++made;
            open.push_back(descriptor);
            // As many as a test may have open; the hub has closed the earliest of them long ago.
            if (open.size() > kHeldOpen) {
                ::close(open.front());
                open.erase(open.begin());
            }
        }
        EXPECT_GT(made, 9'000);
    });
    withstand("slow headers", [&] {
        for (int i = 0; i < 40; ++i) {
            const int descriptor = idle_connection(port, "127.0.0.3");
            if (descriptor < 0) continue;
            (void)::send(descriptor, "\x16\x03\x01", 3, MSG_NOSIGNAL);  // the beginning of a handshake
            open.push_back(descriptor);
        }
    });
    for (const int descriptor : open)
        ::close(descriptor);
}

}  // namespace
}  // namespace assidu::tests
