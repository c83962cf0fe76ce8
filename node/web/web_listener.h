// The web listener: one HTTP server for people, ERPs and whoever checks a report. What is common to all of
// its answers is done here: who a request comes from, limits by route, security headers, the query decoded.
// What an address answers is a route's.
//
// In clear only on loopback or to trusted proxies (settings, [web]); where proxies are named, nobody else is
// served at all, and the last address in X-Forwarded-For that is none of theirs is who a request comes from.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/refusal.h"
#include "config/settings.h"
#include "node/web/form_fields.h"
#include "rpc/http_server.h"
#include "rpc/web_certificate.h"

namespace assidu::node::web {

struct WebRequest {
    std::string method, path;  // without the query
    FormFields query;
    std::string content_type;  // in small letters, without parameters; `content_type_full` is as it was sent
    std::string content_type_full;
    std::string_view body;  // of `raw`
    std::string client;     // address in figures: of the client, also behind a proxy
    bool by_proxy = false;  // it came by a trusted proxy, whose headers are to be believed
    bool secure = false;    // the way to whoever asks is encrypted, as far as this node knows
    const rpc::HttpServer::Request* raw = nullptr;
    // The cookie of that name; empty if there is none.
    [[nodiscard]] std::string cookie(std::string_view name) const;
};

struct WebAnswer {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> fields = {};  // beside the security headers
    // What a page may load, in the place of "default-src 'none'".
    std::string content_policy = {};
};

struct WebRoute {
    // "GET" (which answers HEAD, too) or "POST"; a path of its own, or with `below` also every path under it.
    std::string method, path;
    bool below = false;
    std::uint64_t body_bytes_max = 0;
    // Called on the listener's threads, several at once. What it throws becomes a 500 that tells nothing.
    std::function<WebAnswer(const WebRequest&)> answer;
};

class WebListener {
  public:
    // Listens when it returns. `log` gets one line a refusal or defect, from any thread. Refused if the
    // address cannot be listened on, or would be clear to a network without a trusted proxy.
    [[nodiscard]] static config::Result<std::unique_ptr<WebListener>> start(
        const config::WebSettings& settings, const rpc::WebCertificate* certificate,
        std::vector<WebRoute> routes, std::function<void(std::string_view line)> log);
    virtual ~WebListener() = default;

    [[nodiscard]] virtual std::uint16_t port() const = 0;
    // Lets exchanges in flight finish for `grace`.
    virtual void stop(std::chrono::milliseconds grace) = 0;
};

// "https://assidu.univ-lyon.fr": `public_url`, or the address itself with the port it got.
[[nodiscard]] std::string public_root(const config::WebSettings& settings, std::uint16_t port);

}  // namespace assidu::node::web
