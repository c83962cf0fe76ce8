// The web listener over a socket: who is served, with which limits, and what every answer carries.

#include "node/web/web_listener.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/limits.h"
#include "tests/rpc/raw_peer.h"

namespace assidu::tests {
namespace {

using node::web::WebAnswer;
using node::web::WebListener;
using node::web::WebRequest;
using node::web::WebRoute;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class WebListenerTest : public ::testing::Test {
  protected:
    void start(config::WebSettings settings = {}) {
        settings.listen = "127.0.0.1:0";
        const auto echo = [](const WebRequest& request) {
            return WebAnswer{200, "text/plain; charset=utf-8",
                             request.client + " " + request.path + " " + request.query.text("a") + " " +
                                 request.cookie("session") + " " + std::to_string(request.body.size())};
        };
        std::vector<WebRoute> routes{{"GET", "/", false, 0, echo},
                                     {"GET", "/small", true, 8, echo},
                                     {"POST", "/small", false, 8, echo},
                                     {"GET", "/defect", false, 8, [](const WebRequest&) -> WebAnswer {
                                          throw std::runtime_error("a secret of ours");
                                      }}};
        auto started =
            WebListener::start(settings, nullptr, std::move(routes), [this](std::string_view line) {
                const std::lock_guard lock(mutex);
                log += std::string(line) + "\n";
            });
        ASSERT_TRUE(started) << started.error().what;
        listener = std::move(*started);
    }
    std::string exchange(const std::string& request) {
        RawPeer peer = RawPeer::connect_to(listener->port());
        EXPECT_TRUE(peer.send(request));
        return peer.read_to_end();
    }
    std::string get(const std::string& target, const std::string& fields = "") {
        return exchange("GET " + target + " HTTP/1.1\r\nHost: node\r\nConnection: close\r\n" + fields +
                        "\r\n");
    }
    std::string post(const std::string& target, const std::string& body) {
        return exchange("POST " + target +
                        " HTTP/1.1\r\nHost: node\r\nConnection: close\r\nContent-Length: " +
                        std::to_string(body.size()) + "\r\n\r\n" + body);
    }

    std::mutex mutex;
    std::string log;
    std::unique_ptr<WebListener> listener;
};

TEST_F(WebListenerTest, EveryAnswerForbidsWhatItDoesNotNeed) {
    start();
    const std::string answer = get("/?a=%C3%A9+b", "Cookie: other=1; session=xyz\r\n");
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, HasSubstr("\r\n\r\n127.0.0.1 / \xC3\xA9 b xyz 0"));
    for (const char* const field :
         {"Content-Security-Policy: default-src 'none'; base-uri 'none'; frame-ancestors 'none'\r\n",
          "X-Content-Type-Options: nosniff\r\n", "X-Frame-Options: DENY\r\n",
          "Referrer-Policy: no-referrer\r\n", "Cache-Control: no-store\r\n"})
        EXPECT_THAT(answer, HasSubstr(field));
}

TEST_F(WebListenerTest, WhatIsNotHereIsNotHereAndNoReasonIsGiven) {
    start();
    EXPECT_THAT(get("/other"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(get("/smallish"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(get("/small/deep/er"), HasSubstr(" /small/deep/er "));
    EXPECT_THAT(post("/small/deep", ""), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(post("/", ""), StartsWith("HTTP/1.1 405 "));
    EXPECT_THAT(exchange("HEAD / HTTP/1.1\r\nHost: node\r\nConnection: close\r\n\r\n"),
                StartsWith("HTTP/1.1 200 "));
    EXPECT_THAT(get("/?a=%zz"), StartsWith("HTTP/1.1 400 "));
    const std::string defect = get("/defect");
    EXPECT_THAT(defect, StartsWith("HTTP/1.1 500 "));
    EXPECT_THAT(defect, Not(HasSubstr("secret")));
}

TEST_F(WebListenerTest, ABodyHasTheLimitOfItsRoute) {
    start();
    EXPECT_THAT(post("/small", "12345678"), HasSubstr("  8"));
    EXPECT_THAT(post("/small", "123456789"), StartsWith("HTTP/1.1 413 "));
    EXPECT_THAT(exchange("POST /small HTTP/1.1\r\nHost: n\r\nTransfer-Encoding: "
                         "chunked\r\n\r\n9\r\n123456789\r\n0\r\n\r\n"),
                StartsWith("HTTP/1.1 413 "));
}

TEST_F(WebListenerTest, WhereAProxyIsNamedNobodyElseIsServedAndItsWordForTheClientIsTaken) {
    config::WebSettings settings;
    settings.trusted_proxies = {"127.0.0.0/8", "10.0.0.0/8"};
    start(settings);
    EXPECT_THAT(get("/"), HasSubstr("\r\n\r\n127.0.0.1 /"));
    EXPECT_THAT(get("/", "X-Forwarded-For: 192.0.2.1\r\n"), HasSubstr("\r\n\r\n192.0.2.1 /"));
    // The client wrote the first itself; only what trusted proxies appended counts.
    EXPECT_THAT(get("/", "X-Forwarded-For: 203.0.113.9, 192.0.2.1, 10.1.1.1\r\n"),
                HasSubstr("\r\n\r\n192.0.2.1 /"));
    EXPECT_THAT(get("/", "X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-For: 192.0.2.1\r\n"),
                HasSubstr("\r\n\r\n192.0.2.1 /"));
    EXPECT_THAT(get("/", "X-Forwarded-For: <script>\r\n"), HasSubstr("\r\n\r\n127.0.0.1 /"));
    listener.reset();
    settings.trusted_proxies = {"192.0.2.9"};
    start(settings);
    EXPECT_THAT(get("/"), StartsWith("HTTP/1.1 403 "));
}

TEST_F(WebListenerTest, WithoutAProxyNobodysWordForTheClientIsTaken) {
    start();
    EXPECT_THAT(get("/", "X-Forwarded-For: 192.0.2.1\r\n"), HasSubstr("\r\n\r\n127.0.0.1 /"));
}

TEST_F(WebListenerTest, ItDoesNotListenInClearToANetwork) {
    config::WebSettings settings;
    settings.listen = "0.0.0.0:0";
    const auto refused = WebListener::start(settings, nullptr, {}, [](std::string_view) {});
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("only loopback is listened on"));
    settings.trusted_proxies = {"127.0.0.1"};
    EXPECT_TRUE(WebListener::start(settings, nullptr, {}, [](std::string_view) {}));
}

}  // namespace
}  // namespace assidu::tests
