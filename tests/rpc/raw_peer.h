// The other end of a connection, byte by byte: what a well-behaved client or server would never do.
#pragma once

#include <openssl/ssl.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "rpc/tls_identity.h"

namespace assidu::tests {

// A socket on loopback. Every wait is bounded (ten seconds) and fails the test when it is over.
class RawPeer {
  public:
    explicit RawPeer(int descriptor);
    [[nodiscard]] static RawPeer connect_to(std::uint16_t port);
    RawPeer(RawPeer&& other) noexcept;
    RawPeer& operator=(RawPeer&&) = delete;
    ~RawPeer();

    // False if the handshake fails. With TLS 1.3 a server's refusal of a client shows only at the first read.
    bool tls_client(const rpc::TlsIdentity* identity, int version_max = TLS1_3_VERSION);
    bool tls_server(const rpc::TlsIdentity& identity);

    // Through TLS if there is one; false once the other side has gone.
    bool send(std::string_view bytes);
    // Past TLS, onto the wire.
    bool send_raw(std::string_view bytes);
    // Everything until the other side ends.
    std::string read_to_end();
    // Until what was read ends in `end`, or the other side does.
    std::string read_until(std::string_view end);
    // Sends `byte` again and again, past TLS or through it, until the other side ends.
    void drip_until_end(char byte, bool raw);

  private:
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
        void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
    };
    int read_some(char* to, int size);
    bool has_ended(int milliseconds);
    bool prepare(const SSL_METHOD* method, const rpc::TlsIdentity* identity);

    int descriptor_;
    std::unique_ptr<SSL_CTX, Free> context_;
    std::unique_ptr<SSL, Free> ssl_;
};

// Listens on a free port of loopback.
class RawListener {
  public:
    RawListener();
    ~RawListener();
    RawListener(const RawListener&) = delete;
    RawListener& operator=(const RawListener&) = delete;
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] RawPeer accept();

  private:
    int descriptor_;
    std::uint16_t port_ = 0;
};

}  // namespace assidu::tests
