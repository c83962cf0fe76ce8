// An HTTP/1.1 server over TLS 1.3 with certificates accepted by fingerprint, made for hostile peers.
//
// Each connection has a thread, and connections are few: `connections_max` in all,
// `connections_per_address_max` of one address; one more is closed at once. Every byte is waited for until a
// deadline, absolute, over TLS too. A request reaches the handler only when it is whole, and only
// `handlers_max` of them at once: so a slow peer holds nothing but its own connection. What the limits mean
// stands in config/limits.h.
//
// What is refused before the handler: no certificate or one that is not accepted (closed in the handshake, or
// 403 before the body is read), a head that could be understood in two ways (400, or see http_head.h), what
// judge() refuses, a body over its limit (413, before it is read if its length was told), no handler free in
// time (503).
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

#include "config/limits.h"
#include "config/refusal.h"
#include "rpc/tls_identity.h"
#include "rpc/web_certificate.h"

namespace assidu::rpc {

struct HttpServerOptions {
    // A numeric address of this machine ("127.0.0.1", "::1", "0.0.0.0"), and a port; 0 takes any free one.
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;

    // Read by start() alone. With none the server speaks plain HTTP, on a loopback address only unless
    // `plain_beyond_loopback` says that somebody else sees to the privacy of the way.
    const TlsIdentity* identity = nullptr;
    // In the place of an identity, for clients that are not nodes; read by start() alone.
    const WebCertificate* web_certificate = nullptr;
    bool plain_beyond_loopback = false;
    ClientCertificate client_certificate = ClientCertificate::required;
    // Whether the peer of this fingerprint may be served; asked for every request that came with a
    // certificate, so that a peer struck off loses its open connections too. Every peer may if there is none.
    // Called on the connections' threads, several at once; must not throw.
    std::function<bool(const std::string& fingerprint)> accept_peer;
    // Judges a request by its head, before a byte of its body is read, so that an unknown sender gets no
    // memory: 0 to go on, or the status to refuse it with. Called as accept_peer is.
    std::function<int(const std::string& method, const std::string& path, const std::string& peer_address)>
        judge;
    // The limit of a body in the place of `body_bytes_max`, by the request that judge() let pass. Called as
    // accept_peer is.
    std::function<std::uint64_t(const std::string& method, const std::string& path)> body_limit;
    // A request that judge() let pass has a body over its limit. Called as accept_peer is.
    std::function<void(const std::string& peer_address)> too_large;
    // One line for the operator's log, without line feed. Called as accept_peer is.
    std::function<void(std::string_view line)> log;

    std::uint64_t body_bytes_max = config::limits::kBodyBytesMax;
    std::chrono::milliseconds head_time{config::limits::kHeadMillisecondsMax};
    std::chrono::milliseconds request_time{config::limits::kRequestMillisecondsMax};
    std::chrono::milliseconds idle_time{config::limits::kIdleMillisecondsMax};
    std::chrono::milliseconds linger_time{config::limits::kLingerMillisecondsMax};
    std::size_t connections_max = config::limits::kConnectionsMax;
    std::size_t connections_per_address_max = config::limits::kConnectionsPerAddressMax;
    std::size_t handlers_max = config::limits::kHandlersMax;
    std::size_t requests_per_connection_max = config::limits::kRequestsPerConnectionMax;
};

class HttpServer {
  public:
    struct Request {
        std::string method;
        std::string path;  // with the query, undecoded
        std::string content_type;
        std::string peer_address;  // without the port
        std::string body;
        // SHA-256 of the SubjectPublicKeyInfo of the client's certificate, as TlsIdentity::fingerprint().
        std::optional<std::string> peer_fingerprint;
        // The head's fields in their order: names in small letters, values without the blanks around them.
        std::vector<std::pair<std::string, std::string>> fields = {};
        // The value of the one field of that name; nothing if there is none, or more than one.
        [[nodiscard]] std::optional<std::string_view> field(std::string_view name) const;
    };
    struct Response {
        int status = 200;
        std::string content_type;  // the handler's own text: nothing from a peer may stand in it
        std::string body;
        // Further fields of the head: a line break in one is a broken invariant, and the peer gets a 500.
        std::vector<std::pair<std::string, std::string>> fields = {};
    };
    // Called on the connections' threads, several at once. What it throws is logged, and the peer gets a 500
    // that tells nothing. A client may send a request again when the connection broke before its answer.
    using Handler = std::function<Response(const Request&)>;

    // Since the start. `open` is now.
    struct Counts {
        std::uint64_t accepted = 0;  // connections
        std::uint64_t refused = 0;   // connections over a cap
        std::uint64_t cut_off = 0;   // connections that missed a deadline
        std::uint64_t requests = 0;  // handed to the handler
        std::size_t open = 0;
    };

    // Listens when it returns. Refused if the address is none of this machine, is in use, or would be plain
    // beyond loopback. Throws ResourceFailure if OpenSSL refuses.
    [[nodiscard]] static config::Result<HttpServer> start(HttpServerOptions options, Handler handler);

    HttpServer(HttpServer&& other) noexcept;
    HttpServer& operator=(HttpServer&& other) = delete;
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    // stop() with no grace.
    ~HttpServer();

    [[nodiscard]] std::uint16_t port() const;
    [[nodiscard]] Counts counts() const;

    // Takes no further connection or request, lets the requests that have begun finish for `grace`, then cuts
    // their connections, and returns when every thread has ended: not before the last handler returns. May be
    // repeated; from one thread at a time, and never from a handler.
    void stop(std::chrono::milliseconds grace = std::chrono::milliseconds(0));

  private:
    struct Impl;
    explicit HttpServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace assidu::rpc
