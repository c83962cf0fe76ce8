// Calls to one node over HTTPS: TLS 1.3, our certificate shown, the server's pinned by its fingerprint. The
// one place where clients are made, so that keep-alive, deadlines and pins are the same everywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "config/limits.h"
#include "config/refusal.h"
#include "rpc/tls_identity.h"

namespace assidu::rpc {

struct HttpClientOptions {
    // https://host[:port], nothing after it.
    std::string base_url;
    // TlsIdentity::fingerprint() of the server, as an administrator accepted it: 64 hexadecimal digits.
    std::string server_fingerprint;

    std::uint64_t body_bytes_max = config::limits::kBodyBytesMax;  // of a response
    std::chrono::milliseconds connect_time{config::limits::kConnectMillisecondsMax};
    // For a whole call: connection, handshake, request, response; absolute, not from byte to byte. Only the
    // look-up of a host's name is outside it.
    std::chrono::milliseconds call_time{config::limits::kCallMillisecondsMax};
    // A connection that was silent for longer is not used again.
    std::chrono::milliseconds reuse_time{config::limits::kReuseMillisecondsMax};
};

// Threads: any may call; calls of one client take turns on its one connection.
class HttpClient {
  public:
    struct Response {
        int status = 0;
        std::string content_type;
        std::string body;
    };

    // Refused if the URL or the fingerprint is not of its form. Connects to nobody yet. `identity` is read
    // here alone; with none, no certificate is shown. Throws ResourceFailure if OpenSSL refuses.
    [[nodiscard]] static config::Result<HttpClient> create(HttpClientOptions options,
                                                           const TlsIdentity* identity);
    HttpClient(HttpClient&& other) noexcept;
    HttpClient& operator=(HttpClient&& other) noexcept;
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;
    ~HttpClient();

    // One exchange, whatever its status. Refused, with a text for the operator's log that names the server,
    // when there is no whole response: nobody listens, another certificate than the pinned one (both
    // fingerprints are named), out of time, connection broken, response without Content-Length or over its
    // limit.
    //
    // A connection kept from an earlier call may be closed by the server just as we use it. Only then, and if
    // no byte of a response came, the request is sent again, once, on a new connection: it may reach the
    // server twice, so what it asks must be idempotent. `path` begins with a slash; neither it nor
    // `content_type` may hold line breaks (std::logic_error).
    [[nodiscard]] config::Result<Response> post(std::string_view path, std::string_view content_type,
                                                std::string_view body);

  private:
    struct Impl;
    explicit HttpClient(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

// The fingerprint of whoever answers at `url` (as HttpClientOptions::base_url), for an administrator to
// compare with the one that the other side reads out. Trusts nothing and sends nothing but a TLS handshake.
[[nodiscard]] config::Result<std::string> peek_fingerprint(
    const std::string& url,
    std::chrono::milliseconds time = std::chrono::milliseconds(config::limits::kConnectMillisecondsMax));

}  // namespace assidu::rpc
