// One POST to the public web: certificates by authority and name, and nothing that lasts.

#include "rpc/web_post.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <cstdlib>
#include <future>

#include "tests/rpc/raw_peer.h"
#include "tests/temporary_folder.h"

namespace assidu::rpc {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using tests::RawListener;
using tests::RawPeer;

WebUrl local(std::uint16_t port, bool tls) {
    return web_url_of((tls ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port) + "/call?a=b")
        .value();
}

TEST(WebUrl, HasItsPartsAndNoOthers) {
    const WebUrl url = web_url_of("https://Moodle.example/local/x.php?a=b").value();
    EXPECT_TRUE(url.tls);
    EXPECT_EQ(url.host, "moodle.example");
    EXPECT_EQ(url.port, 443);
    EXPECT_EQ(url.path, "/local/x.php?a=b");
    EXPECT_EQ(web_url_of("http://192.0.2.7:8080").value().port, 8080);
    for (const char* none :
         {"", "moodle.example", "ftp://a/", "file:///etc/passwd", "https://", "https:///x", "https://a@b/",
          "https://a:b/", "https://a:0/", "https://a:65536/", "https://a:/", "https://[::1]/", "https://a/#b",
          "https://a/ b", "https://a\\b/", "https://a/\r\nX: y", "https://%61/", "https://a?b"})
        EXPECT_FALSE(web_url_of(none)) << none;
    const std::string longest = "https://a/" + std::string(config::limits::kUrlBytesMax - 10, 'x');
    EXPECT_TRUE(web_url_of(longest));
    EXPECT_FALSE(web_url_of(longest + "x"));
}

TEST(WebPost, GivesTheStatusWhateverItIs) {
    RawListener listener;
    auto status = std::async(std::launch::async, [&] {
        return web_post(local(listener.port(), false), "application/json", "{\"a\":1}");
    });
    RawPeer peer = listener.accept();
    const std::string request = peer.read_until("{\"a\":1}");
    EXPECT_THAT(request, StartsWith("POST /call?a=b HTTP/1.1\r\nHost: 127.0.0.1:"));
    EXPECT_THAT(request, HasSubstr("\r\nContent-Length: 7\r\n"));
    peer.send("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n");
    EXPECT_EQ(status.get().value(), 302) << "not followed";
}

TEST(WebPost, EndsInTimeWhateverTheOtherSideDoes) {
    for (const char* answer : {"", "HTTP/1.1 2", "nonsense\r\n"}) {
        RawListener listener;
        auto status = std::async(std::launch::async, [&] {
            return web_post(local(listener.port(), false), "a/b", "x", {.connect = 1s, .call = 300ms});
        });
        RawPeer peer = listener.accept();
        peer.send(answer);
        EXPECT_FALSE(status.get()) << answer;
    }
    std::uint16_t closed = 0;
    {
        const RawListener listener;
        closed = listener.port();
    }
    EXPECT_FALSE(web_post(local(closed, false), "a/b", "x"));
}

TEST(WebPost, ACertificateCountsOnlyIfAnAuthorityAndTheNameVouchForIt) {
    const tests::TemporaryFolder folder;
    const auto identity = [&](const std::string& name) {
        const std::string file = folder / (name + ".pem");
        const std::string command = "cd " + folder.path().string() +
                                    " && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 "
                                    "-nodes -days 30 -subj /CN=x "
                                    "-addext subjectAltName=IP:" +
                                    name + " -keyout key -out cert 2>/dev/null && cat key cert > " + file +
                                    " && chmod 600 " + file + " && cp cert " + name + ".cert";
        EXPECT_EQ(std::system(command.c_str()), 0);
        return TlsIdentity::read(file);
    };
    const auto status_with = [&](const TlsIdentity& server) {
        RawListener listener;
        auto status = std::async(std::launch::async, [&] {
            return web_post(local(listener.port(), true), "a/b", "x", {.connect = 5s, .call = 5s});
        });
        RawPeer peer = listener.accept();
        if (peer.tls_server(server)) {
            (void)peer.read_until("\r\n\r\nx");
            peer.send("HTTP/1.1 200 OK\r\n\r\n");
        }
        return status.get();
    };
    const auto right = identity("127.0.0.1"), other = identity("127.0.0.9");
    ASSERT_TRUE(right);
    ASSERT_TRUE(other);
    EXPECT_FALSE(status_with(*right)) << "no authority knows it";
    ::setenv("SSL_CERT_FILE", (folder / "127.0.0.1.cert").c_str(), 1);
    EXPECT_EQ(status_with(*right).value_or(0), 200);
    ::setenv("SSL_CERT_FILE", (folder / "127.0.0.9.cert").c_str(), 1);
    EXPECT_FALSE(status_with(*other)) << "another name";
    ::unsetenv("SSL_CERT_FILE");
}

}  // namespace
}  // namespace assidu::rpc
