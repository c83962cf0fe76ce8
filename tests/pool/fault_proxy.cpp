#include "tests/pool/fault_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

namespace assidu::tests {
namespace {

constexpr int kWatchMilliseconds = 20;  // how soon a thread sees that all is to end
constexpr int kSendSeconds = 10;

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

bool send_all(int to, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(to, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// Not a polite end: whoever reads on the other side gets "connection reset".
void reset(int socket) {
    const linger at_once{1, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

}  // namespace

FaultProxy::FaultProxy(std::uint16_t to_port, std::uint64_t seed) : to_port_(to_port), dice_(seed) {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    if (listening_ < 0 || ::bind(listening_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
        ::listen(listening_, 64) != 0 ||
        ::getsockname(listening_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        throw std::runtime_error("the proxy cannot listen");
    port_ = ntohs(address.sin_port);
    accepting_ = std::thread([this] { accept_all(); });
}

FaultProxy::~FaultProxy() {
    ends_ = true;
    accepting_.join();
    for (std::thread& connection : connections_)
        connection.join();
    ::close(listening_);
}

void FaultProxy::set(Mode mode, std::int64_t limit) {
    const std::lock_guard lock(mutex_);
    mode_ = mode;
    limit_ = limit;
    // A connection that is kept alive is older than what is to happen from now on.
    if (mode == Mode::carry) return;
    for (const int socket : open_) {
        reset(socket);
        ::shutdown(socket, SHUT_RDWR);
    }
}
void FaultProxy::carry() {
    set(Mode::carry);
}
void FaultProxy::misbehave() {
    set(Mode::misbehave);
}
void FaultProxy::cut_off() {
    set(Mode::cut_off);
}
void FaultProxy::carry_up_to(std::int64_t bytes) {
    set(Mode::limited, bytes);
}

FaultProxy::Fate FaultProxy::draw() {
    if (mode_ == Mode::limited) return {Fault::cut, limit_, true, 0};
    if (mode_ != Mode::misbehave || dice_.one_in(3)) return {};
    Fate fate;
    constexpr Fault kFaults[] = {Fault::cut, Fault::truncate, Fault::delay, Fault::duplicate};
    fate.fault = kFaults[dice_.roll(0, 3)];
    fate.from_client = dice_.one_in(2);
    // From the first bytes of the handshake to the middle of a statement.
    fate.after_bytes = dice_.one_in(2) ? dice_.roll(1, 4'000) : dice_.roll(1, 120'000);
    fate.delay_ms = static_cast<int>(dice_.roll(5, 40));
    return fate;
}

int FaultProxy::connect_on() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const sockaddr_in address = loopback(to_port_);
    const timeval patience{kSendSeconds, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return socket;
    ::close(socket);
    return -1;
}

void FaultProxy::accept_all() {
    while (!ends_) {
        pollfd watched{listening_, POLLIN, 0};
        if (::poll(&watched, 1, kWatchMilliseconds) <= 0) continue;
        const int client = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) continue;
        const timeval patience{kSendSeconds, 0};
        ::setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        const std::lock_guard lock(mutex_);
        if (mode_ == Mode::cut_off) {
            ++counts_.kept_out;
            reset(client);
            ::close(client);
            continue;
        }
        open_.insert(client);
        connections_.emplace_back([this, client, fate = draw()] { serve(client, fate); });
    }
}

// Both ways until either side ends, or the fate is reached.
void FaultProxy::serve(int client, const Fate& fate) {
    const int server = connect_on();
    if (server >= 0) {
        const std::lock_guard lock(mutex_);
        open_.insert(server);
    }
    std::string first;  // what came from the client, for a second playing
    std::int64_t passed = 0;
    bool broken = false;
    const std::array<int, 2> sides{client, server};
    while (server >= 0 && !ends_ && !broken) {
        std::array<pollfd, 2> watched{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
        if (::poll(watched.data(), watched.size(), kWatchMilliseconds) <= 0) continue;
        for (std::size_t from = 0; from < 2 && !broken; ++from) {
            if ((watched[from].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
            std::array<char, 8192> buffer{};
            const ssize_t size = ::recv(sides[from], buffer.data(), buffer.size(), 0);
            if (size <= 0) {
                broken = true;
                break;
            }
            std::string_view bytes(buffer.data(), static_cast<std::size_t>(size));
            const bool counts = (from == 0) == fate.from_client;
            if (from == 0 && fate.fault == Fault::duplicate && first.size() < 100'000) first += bytes;
            if (counts) passed += size;
            if (fate.fault == Fault::delay) ::poll(nullptr, 0, fate.delay_ms);
            const bool is_reached = counts && passed >= fate.after_bytes;
            if (is_reached && (fate.fault == Fault::cut || fate.fault == Fault::truncate)) {
                broken = true;
                // What is left of the piece still goes out, or not.
                if (fate.fault == Fault::truncate)
                    bytes =
                        bytes.substr(0, bytes.size() - static_cast<std::size_t>(passed - fate.after_bytes));
                else
                    bytes = {};
            }
            if (!send_all(sides[1 - from], bytes)) broken = true;
        }
    }
    switch (fate.fault) {
        case Fault::none:
            ++counts_.carried;
            break;
        case Fault::cut:
            ++counts_.cut;
            break;
        case Fault::truncate:
            ++counts_.truncated;
            break;
        case Fault::delay:
            ++counts_.delayed;
            break;
        case Fault::duplicate:
            ++counts_.duplicated;
            break;
    }
    {
        const std::lock_guard lock(mutex_);
        for (const int socket : sides) {
            open_.erase(socket);
            if (socket >= 0 && fate.fault == Fault::cut) reset(socket);
            if (socket >= 0) ::close(socket);
        }
    }
    if (first.empty()) return;
    // The same bytes once more, on a connection of their own, as a network that doubles would.
    if (const int again = connect_on(); again >= 0) {
        (void)send_all(again, first);
        ::shutdown(again, SHUT_WR);
        std::array<char, 8192> buffer{};
        pollfd watched{again, POLLIN, 0};
        while (::poll(&watched, 1, 1000) > 0 && ::recv(again, buffer.data(), buffer.size(), 0) > 0) {
        }
        ::close(again);
    }
}

}  // namespace assidu::tests
