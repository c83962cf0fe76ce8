#include "tests/rpc/raw_peer.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

#include "rpc/tls_context.h"

namespace assidu::tests {
namespace {

constexpr timeval kPatience{10, 0};

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

RawPeer::RawPeer(int descriptor) : descriptor_(descriptor) {
    rpc::ignore_broken_pipes();
    const int on = 1;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
    ::setsockopt(descriptor_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
    ::setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

RawPeer RawPeer::connect_to(std::uint16_t port) {
    const sockaddr_in address = loopback(port);
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
        ::close(descriptor);
        throw std::runtime_error("nobody listens");
    }
    return RawPeer(descriptor);
}

RawPeer::RawPeer(RawPeer&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      context_(std::move(other.context_)),
      ssl_(std::move(other.ssl_)) {}

RawPeer::~RawPeer() {
    ssl_.reset();
    if (descriptor_ >= 0) ::close(descriptor_);
}

bool RawPeer::prepare(const SSL_METHOD* method, const rpc::TlsIdentity* identity) {
    context_.reset(SSL_CTX_new(method));
    if (identity != nullptr) {
        EXPECT_EQ(SSL_CTX_use_certificate(context_.get(), identity->handles().certificate.get()), 1);
        EXPECT_EQ(SSL_CTX_use_PrivateKey(context_.get(), identity->handles().key.get()), 1);
    }
    ssl_.reset(SSL_new(context_.get()));
    return SSL_set_fd(ssl_.get(), descriptor_) == 1;
}

bool RawPeer::tls_client(const rpc::TlsIdentity* identity, int version_max) {
    return prepare(TLS_client_method(), identity) &&
           SSL_set_max_proto_version(ssl_.get(), version_max) == 1 && SSL_connect(ssl_.get()) == 1;
}

bool RawPeer::tls_server(const rpc::TlsIdentity& identity) {
    return prepare(TLS_server_method(), &identity) && SSL_accept(ssl_.get()) == 1;
}

bool RawPeer::send(std::string_view bytes) {
    if (!ssl_) return send_raw(bytes);
    return SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) > 0;
}

bool RawPeer::send_raw(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

int RawPeer::read_some(char* to, int size) {
    errno = 0;
    const int count = ssl_ ? SSL_read(ssl_.get(), to, size)
                           : static_cast<int>(::recv(descriptor_, to, static_cast<std::size_t>(size), 0));
    if (count <= 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        ADD_FAILURE() << "the other side neither speaks nor ends";
    return count;
}

std::string RawPeer::read_to_end() {
    return read_until({});
}

std::string RawPeer::read_until(std::string_view end) {
    std::string all;
    std::array<char, 4096> part{};
    while (end.empty() || !all.ends_with(end)) {
        const int count = read_some(part.data(), end.empty() ? static_cast<int>(part.size()) : 1);
        if (count <= 0) break;
        all.append(part.data(), static_cast<std::size_t>(count));
    }
    return all;
}

bool RawPeer::has_ended(int milliseconds) {
    pollfd wait{descriptor_, POLLIN, 0};
    return ::poll(&wait, 1, milliseconds) > 0;
}

void RawPeer::drip_until_end(char byte, bool raw) {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (!has_ended(20)) {
        if (std::chrono::steady_clock::now() > give_up) {
            ADD_FAILURE() << "still open";
            return;
        }
        const std::string_view one(&byte, 1);
        if (!(raw ? send_raw(one) : send(one))) return;
    }
}

RawListener::RawListener() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    if (::bind(descriptor_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(descriptor_, 16) != 0 ||
        ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("cannot listen");
    ::setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
    port_ = ntohs(address.sin_port);
}

RawListener::~RawListener() {
    ::close(descriptor_);
}

RawPeer RawListener::accept() {
    const int descriptor = ::accept(descriptor_, nullptr, nullptr);
    if (descriptor < 0) throw std::runtime_error("nobody connects");
    return RawPeer(descriptor);
}

}  // namespace assidu::tests
