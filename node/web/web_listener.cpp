#include "node/web/web_listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "config/limits.h"
#include "node/collect/text.h"

namespace assidu::node::web {
namespace {

namespace limits = config::limits;
using Request = rpc::HttpServer::Request;
using Response = rpc::HttpServer::Response;

constexpr int kGoOn = 0;
constexpr int kForbidden = 403, kNotFound = 404, kNotAllowed = 405, kMalformed = 400;

std::string path_of(std::string_view target) {
    return std::string(target.substr(0, target.find('?')));
}

class Listening final : public WebListener {
  public:
    Listening(const config::WebSettings& settings, std::vector<WebRoute> routes)
        : routes_(std::move(routes)), public_url_(settings.public_url) {
        for (const std::string& text : settings.trusted_proxies) {
            if (const auto range = config::parse_address_range(text)) proxies_.push_back(*range);
        }
    }

    config::Result<void> listen(const config::WebSettings& settings, const rpc::WebCertificate* certificate,
                                std::function<void(std::string_view line)> log) {
        const auto endpoint = config::parse_endpoint(settings.listen);
        if (!endpoint) return std::unexpected(endpoint.error());
        tls_ = certificate != nullptr;
        rpc::HttpServerOptions options;
        options.address = endpoint->address;
        options.port = endpoint->port;
        options.web_certificate = certificate;
        options.client_certificate = rpc::ClientCertificate::not_asked;
        options.plain_beyond_loopback = !proxies_.empty();
        options.judge = [this](const std::string& method, const std::string& target,
                               const std::string& address) { return judge(method, target, address); };
        options.body_limit = [this](const std::string& method, const std::string& target) {
            const WebRoute* const route = route_of(method, path_of(target));
            return route == nullptr ? 0 : route->body_bytes_max;
        };
        options.log = std::move(log);
        // Behind a reverse proxy everybody has its address.
        if (!proxies_.empty()) options.connections_per_address_max = options.connections_max;
        auto server = rpc::HttpServer::start(std::move(options),
                                             [this](const Request& request) { return answer(request); });
        if (!server) return std::unexpected(server.error());
        server_ = std::make_unique<rpc::HttpServer>(std::move(*server));
        return {};
    }

    std::uint16_t port() const override { return server_->port(); }
    void stop(std::chrono::milliseconds grace) override { server_->stop(grace); }

  private:
    [[nodiscard]] bool is_proxy(std::string_view address) const {
        return std::ranges::any_of(proxies_, [&](const auto& range) { return range.contains(address); });
    }

    [[nodiscard]] const WebRoute* route_of(const std::string& method, const std::string& path) const {
        const std::string& wanted = method == "HEAD" ? "GET" : method;
        const WebRoute* found = nullptr;
        for (const WebRoute& route : routes_) {
            const bool here = path == route.path || (route.below && path.starts_with(route.path + "/"));
            if (here && (found == nullptr || found->path.size() < route.path.size()) &&
                route.method == wanted)
                found = &route;
        }
        return found;
    }

    [[nodiscard]] int judge(const std::string& method, const std::string& target,
                            const std::string& address) const {
        if (!proxies_.empty() && !is_proxy(address)) return kForbidden;
        const std::string path = path_of(target);
        if (route_of(method, path) != nullptr) return kGoOn;
        const bool other = route_of("GET", path) != nullptr || route_of("POST", path) != nullptr;
        return other ? kNotAllowed : kNotFound;
    }

    // Whom the proxy speaks for: proxies append, so what stands before the last stranger is that one's word.
    [[nodiscard]] std::string client_of(const Request& request) const {
        if (!is_proxy(request.peer_address)) return request.peer_address;
        std::string client = request.peer_address;
        for (const auto& [name, value] : request.fields | std::views::reverse) {
            if (name != "x-forwarded-for") continue;
            std::string_view rest = value;
            while (true) {
                const std::size_t comma = rest.rfind(',');
                const std::string_view one =
                    collect::trimmed(comma == std::string_view::npos ? rest : rest.substr(comma + 1));
                if (one.contains('/') || !config::parse_address_range(one)) return client;
                client = one;
                if (!is_proxy(one)) return client;
                if (comma == std::string_view::npos) break;
                rest = rest.substr(0, comma);
            }
        }
        return client;
    }

    Response answer(const Request& raw) {
        WebRequest request;
        request.method = raw.method;
        request.path = path_of(raw.path);
        request.raw = &raw;
        request.content_type_full = raw.content_type;
        request.content_type = collect::lower_ascii(
            collect::trimmed(std::string_view(raw.content_type).substr(0, raw.content_type.find(';'))));
        request.body = raw.body;
        request.by_proxy = is_proxy(raw.peer_address);
        request.client = client_of(raw);
        request.secure = tls_ || (request.by_proxy && !public_url_.starts_with("http://"));
        const WebRoute* const route = route_of(raw.method, request.path);
        if (route == nullptr) return hardened({kNotFound, "text/plain; charset=utf-8", "Not here.\n"});
        if (request.path.size() < raw.path.size()) {
            const auto read = request.query.add(std::string_view(raw.path).substr(request.path.size() + 1));
            if (!read) return hardened({kMalformed, "text/plain; charset=utf-8", "Not a query.\n"});
        }
        return hardened(route->answer(request));
    }

    [[nodiscard]] Response hardened(WebAnswer answer) const {
        Response response{answer.status, std::move(answer.content_type), std::move(answer.body),
                          std::move(answer.fields)};
        const std::string policy =
            answer.content_policy.empty() ? "default-src 'none'" : answer.content_policy;
        response.fields.emplace_back("Content-Security-Policy",
                                     policy + "; base-uri 'none'; frame-ancestors 'none'");
        response.fields.emplace_back("X-Content-Type-Options", "nosniff");
        response.fields.emplace_back("X-Frame-Options", "DENY");
        response.fields.emplace_back("Referrer-Policy", "no-referrer");
        response.fields.emplace_back("Cross-Origin-Resource-Policy", "same-origin");
        response.fields.emplace_back("Cache-Control", "no-store");
        if (tls_) response.fields.emplace_back("Strict-Transport-Security", "max-age=31536000");
        return response;
    }

    const std::vector<WebRoute> routes_;
    const std::string public_url_;
    std::vector<config::AddressRange> proxies_;
    bool tls_ = false;
    std::unique_ptr<rpc::HttpServer> server_;  // last: its threads use all above
};

}  // namespace

std::string WebRequest::cookie(std::string_view name) const {
    const auto header = raw->field("cookie");
    std::string_view rest = header.value_or("");
    while (!rest.empty()) {
        const std::string_view one = collect::trimmed(rest.substr(0, rest.find(';')));
        rest.remove_prefix(std::min(
            rest.size(), rest.find(';') == std::string_view::npos ? rest.size() : rest.find(';') + 1));
        const std::size_t equals = one.find('=');
        if (equals != std::string_view::npos && one.substr(0, equals) == name)
            return std::string(one.substr(equals + 1));
    }
    return "";
}

config::Result<std::unique_ptr<WebListener>> WebListener::start(
    const config::WebSettings& settings, const rpc::WebCertificate* certificate, std::vector<WebRoute> routes,
    std::function<void(std::string_view line)> log) {
    auto listener = std::make_unique<Listening>(settings, std::move(routes));
    if (auto listening = listener->listen(settings, certificate, std::move(log)); !listening)
        return std::unexpected(listening.error());
    return listener;
}

std::string public_root(const config::WebSettings& settings, std::uint16_t port) {
    if (!settings.public_url.empty()) return settings.public_url;
    auto endpoint = config::parse_endpoint(settings.listen).value_or(config::Endpoint{});
    endpoint.port = port;
    return config::url_of(endpoint, !settings.tls_certificate.empty());
}

}  // namespace assidu::node::web
