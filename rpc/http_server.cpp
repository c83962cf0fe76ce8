#include "rpc/http_server.h"

#include <Poco/Exception.h>
#include <Poco/Net/ServerSocket.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <limits>
#include <list>
#include <mutex>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "rpc/http_connection.h"
#include "rpc/socket_watch.h"
#include "rpc/tls_context.h"

namespace assidu::rpc {
namespace {

using config::refuse;
using Poco::Net::SecureStreamSocket;
using Poco::Net::SocketAddress;
using Poco::Net::StreamSocket;
using std::chrono::steady_clock;

constexpr std::string_view kPlainText = "text/plain; charset=utf-8";
constexpr int kTooLarge = 413;
// Of a body whose head is read before its length is judged: chunks are counted as they come.
constexpr std::uint64_t kAnyLength = std::numeric_limits<std::int64_t>::max();

// What a peer gets to read of a refusal: the same for everyone.
std::string_view text_of(int status) {
    switch (status) {
        case 403:
            return "This node does not know you.\n";
        case 404:
            return "";
        case 413:
            return "Too large.\n";
        case 500:
            return "Internal error.\n";
        case 503:
            return "Busy.\n";
        default:
            return "Not a request that is understood here.\n";
    }
}

bool is_one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

void refuse_broken_lines(const HttpServer::Response& response) {
    for (const auto& [name, value] : response.fields)
        if (!is_one_line(name) || !is_one_line(value))
            throw std::logic_error("a field of a head with a line break");
}

std::string lines_of(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string lines;
    for (const auto& [name, value] : fields)
        lines += fmt::format("{}: {}\r\n", name, value);
    return lines;
}

// Signals are for the program's own threads. A system call of ours that one interrupts would be taken by POCO
// for a time-out.
class SignalsBlocked {
  public:
    SignalsBlocked() {
        sigset_t all{};
        ::sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

  private:
    sigset_t before_{};
};

// A connection and its thread.
struct Live {
    Live(SocketWatch& watch, const StreamSocket& connected, std::string from)
        : socket(connected),
          address(std::move(from)),
          accepted_at(steady_clock::now()),
          watched(watch, socket.impl()->sockfd()) {}

    StreamSocket socket;
    const std::string address;
    const steady_clock::time_point accepted_at;
    SocketWatch::Watched watched;
    std::thread thread;
    // Under the server's mutex: a request has begun; the thread is about to end.
    bool busy = false;
    bool finished = false;
};

}  // namespace

struct HttpServer::Impl {
    Impl(HttpServerOptions with, Handler handle, const Poco::Net::ServerSocket& listening)
        : options(std::move(with)), handler(std::move(handle)), listener(listening) {
        if (options.identity != nullptr)
            context = server_context(*options.identity, options.client_certificate);
        else if (options.web_certificate != nullptr)
            context = server_context(*options.web_certificate, options.client_certificate);
        options.identity = nullptr;
        options.web_certificate = nullptr;
    }

    void accept_connections();
    void admit(const StreamSocket& socket, const SocketAddress& from);
    void join_finished();
    void run(Live& live);
    void serve(Live& live);
    bool serve_request(Live& live, HttpConnection& connection, const std::optional<std::string>& fingerprint,
                       bool last, steady_clock::time_point head_deadline);
    // Answers a request that is not wholly read. Always false: the connection ends with it.
    bool refuse_request(Live& live, HttpConnection& connection, int status);
    bool refuse_body(Live& live, HttpConnection& connection, int status);
    Response handle(const Request& request, steady_clock::time_point deadline);
    bool take_turn(steady_clock::time_point deadline);
    void end_turn();
    bool begin_request(Live& live);
    void end_request(Live& live);
    bool is_stopping() const;
    void say(std::string_view line) const {
        if (options.log) options.log(line);
    }
    void stop(std::chrono::milliseconds grace);

    HttpServerOptions options;
    const Handler handler;
    Poco::Net::ServerSocket listener;
    std::uint16_t port = 0;
    Poco::Net::Context::Ptr context;  // none: plain

    SocketWatch watch;
    mutable std::mutex mutex;
    std::condition_variable changed;
    // All under the mutex.
    std::list<Live> connections;
    std::size_t handlers = 0;
    bool stopping = false;
    bool out_of_grace = false;

    std::atomic<std::uint64_t> accepted = 0, refused = 0, cut_off = 0, requests = 0;
    std::thread acceptor;
};

void HttpServer::Impl::accept_connections() {
    while (!is_stopping()) {
        try {
            SocketAddress from;
            const StreamSocket socket = listener.acceptConnection(from);
            admit(socket, from);
        } catch (const std::exception& e) {
            if (is_stopping()) return;
            // A peer that left again, or no descriptor or memory left: not a reason to spin.
            say(fmt::format("cannot take a connection: {}", e.what()));
            std::unique_lock lock(mutex);
            changed.wait_for(lock, std::chrono::milliseconds(50), [this] { return stopping; });
        }
    }
}

void HttpServer::Impl::admit(const StreamSocket& socket, const SocketAddress& from) {
    const std::string address = from.host().toString();
    const std::lock_guard lock(mutex);
    join_finished();
    const auto same = std::ranges::count(connections, address, &Live::address);
    if (stopping || connections.size() >= options.connections_max ||
        static_cast<std::size_t>(same) >= options.connections_per_address_max) {
        ++refused;
        return;
    }
    Live& live = connections.emplace_back(watch, socket, address);
    try {
        live.thread = std::thread([this, &live] { run(live); });
    } catch (const std::system_error&) {
        connections.pop_back();
        throw;
    }
    ++accepted;
}

// Under the mutex, which a finished thread no longer needs.
void HttpServer::Impl::join_finished() {
    for (auto live = connections.begin(); live != connections.end();) {
        if (live->finished) {
            live->thread.join();
            live = connections.erase(live);
        } else {
            ++live;
        }
    }
}

void HttpServer::Impl::run(Live& live) {
    try {
        serve(live);
    } catch (const std::exception& e) {
        say(fmt::format("a connection of {} ended: {}", live.address, e.what()));
    }
    const std::lock_guard lock(mutex);
    if (live.watched.was_cut_off() && !stopping) ++cut_off;
    live.watched.release();
    live.finished = true;
    changed.notify_all();
}

void HttpServer::Impl::serve(Live& live) {
    // Closes with its connection still watched: a TLS close writes, and a peer that does not read would block
    // it. The descriptor itself is closed after release().
    struct Closing {
        Impl& server;
        Live& connection;
        StreamSocket socket;
        ~Closing() {
            connection.watched.set_deadline(steady_clock::now() + server.options.linger_time);
            try {
                socket.shutdown();
            } catch (const Poco::Exception&) {  // NOLINT(bugprone-empty-catch): the peer was faster
            }
            connection.watched.release();
        }
    };
    const auto first_deadline = live.accepted_at + options.head_time;
    live.watched.set_deadline(first_deadline);
    Closing closing{*this, live, std::exchange(live.socket, StreamSocket())};
    closing.socket.setNoDelay(true);
    std::optional<std::string> fingerprint;
    if (context) {
        SecureStreamSocket secure = SecureStreamSocket::attach(closing.socket, context);
        closing.socket = secure;
        try {
            if (secure.completeHandshake() <= 0) return;
        } catch (const Poco::Exception& e) {
            if (!live.watched.was_cut_off())
                say(fmt::format("no TLS with {}: {}", live.address, e.displayText()));
            return;
        }
        fingerprint = peer_fingerprint(secure);
    }
    HttpConnection connection(closing.socket);
    for (std::size_t count = 1; connection.wait(); ++count) {
        if (!begin_request(live)) return;
        const auto deadline = count == 1 ? first_deadline : steady_clock::now() + options.head_time;
        const bool last = count >= options.requests_per_connection_max;
        if (!serve_request(live, connection, fingerprint, last, deadline)) return;
        live.watched.set_deadline(steady_clock::now() + options.idle_time);
        end_request(live);
    }
}

bool HttpServer::Impl::serve_request(Live& live, HttpConnection& connection,
                                     const std::optional<std::string>& fingerprint, bool last,
                                     steady_clock::time_point head_deadline) {
    const auto deadline = steady_clock::now() + options.request_time;
    live.watched.set_deadline(std::min(head_deadline, deadline));
    // Who judges by the head sees it whatever length it announces.
    auto head =
        connection.read_head(options.judge || options.body_limit ? kAnyLength : options.body_bytes_max);
    // Before anything else is looked at: to an unknown peer every request is the same.
    if (fingerprint && options.accept_peer && !options.accept_peer(*fingerprint)) {
        if (!head && head.error() == HttpConnection::kEnded) return false;
        say(fmt::format("refused a peer that is not known: {} at {}", *fingerprint, live.address));
        return refuse_request(live, connection, 403);
    }
    if (!head) return refuse_request(live, connection, head.error());
    const int verdict = options.judge ? options.judge(head->method, head->path, live.address) : 0;
    if (verdict != 0) return refuse_request(live, connection, verdict);
    const std::uint64_t body_bytes_max =
        options.body_limit ? options.body_limit(head->method, head->path) : options.body_bytes_max;
    if (head->content_length > body_bytes_max) return refuse_body(live, connection, kTooLarge);
    live.watched.set_deadline(deadline);
    if (head->expects_continue && !connection.send_continue()) return false;
    auto body = connection.read_body(*head, body_bytes_max);
    if (!body) return refuse_body(live, connection, body.error());

    live.watched.set_deadline(std::nullopt);
    const Response response = handle(Request{head->method, head->path, head->content_type, live.address,
                                             std::move(*body), fingerprint, std::move(head->fields)},
                                     deadline);
    const bool keep_alive = head->keep_alive && !last && !is_stopping();
    live.watched.set_deadline(steady_clock::now() + options.request_time);
    return connection.respond(head->method, response.status, response.content_type, response.body, keep_alive,
                              lines_of(response.fields)) &&
           keep_alive;
}

bool HttpServer::Impl::refuse_body(Live& live, HttpConnection& connection, int status) {
    if (status == kTooLarge && options.too_large) options.too_large(live.address);
    return refuse_request(live, connection, status);
}

bool HttpServer::Impl::refuse_request(Live& live, HttpConnection& connection, int status) {
    if (status == HttpConnection::kEnded) return false;
    live.watched.set_deadline(steady_clock::now() + options.linger_time);
    if (connection.respond("", status, kPlainText, text_of(status), /*keep_alive=*/false))
        connection.linger();
    return false;
}

HttpServer::Response HttpServer::Impl::handle(const Request& request, steady_clock::time_point deadline) {
    if (!take_turn(deadline)) return {503, std::string(kPlainText), std::string(text_of(503))};
    struct Turn {
        Impl& server;
        ~Turn() { server.end_turn(); }
    } const turn{*this};
    ++requests;
    try {
        Response response = handler(request);
        refuse_broken_lines(response);
        return response;
    } catch (const std::exception& e) {
        say(fmt::format("{} {} of {} failed: {}", request.method, request.path, request.peer_address,
                        e.what()));
    } catch (...) {
        say(fmt::format("{} {} of {} failed", request.method, request.path, request.peer_address));
    }
    return {500, std::string(kPlainText), std::string(text_of(500))};
}

bool HttpServer::Impl::take_turn(steady_clock::time_point deadline) {
    std::unique_lock lock(mutex);
    changed.wait_until(lock, deadline, [this] { return out_of_grace || handlers < options.handlers_max; });
    if (out_of_grace || handlers >= options.handlers_max) return false;
    ++handlers;
    return true;
}

void HttpServer::Impl::end_turn() {
    const std::lock_guard lock(mutex);
    --handlers;
    changed.notify_all();
}

bool HttpServer::Impl::begin_request(Live& live) {
    const std::lock_guard lock(mutex);
    live.busy = !stopping;
    return live.busy;
}

void HttpServer::Impl::end_request(Live& live) {
    const std::lock_guard lock(mutex);
    live.busy = false;
    // stop() has passed over it while it was busy.
    if (stopping) live.watched.cut_off();
}

bool HttpServer::Impl::is_stopping() const {
    const std::lock_guard lock(mutex);
    return stopping;
}

void HttpServer::Impl::stop(std::chrono::milliseconds grace) {
    const auto deadline = steady_clock::now() + grace;
    {
        const std::lock_guard lock(mutex);
        stopping = true;
        changed.notify_all();
        for (Live& live : connections)
            if (!live.busy) live.watched.cut_off();
    }
    if (acceptor.joinable()) {
        // Wakes the thread that waits in accept().
        ::shutdown(listener.impl()->sockfd(), SHUT_RDWR);
        acceptor.join();
        listener.close();
    }
    std::unique_lock lock(mutex);
    const auto all_finished = [this] { return std::ranges::all_of(connections, &Live::finished); };
    changed.wait_until(lock, deadline, all_finished);
    out_of_grace = true;
    for (Live& live : connections)
        live.watched.cut_off();
    changed.notify_all();
    changed.wait(lock, all_finished);
    join_finished();
}

std::optional<std::string_view> HttpServer::Request::field(std::string_view name) const {
    std::optional<std::string_view> found;
    for (const auto& [field, value] : fields) {
        if (field != name) continue;
        if (found) return std::nullopt;
        found = value;
    }
    return found;
}

config::Result<HttpServer> HttpServer::start(HttpServerOptions options, Handler handler) {
    ignore_broken_pipes();
    const std::string place = fmt::format("{} port {}", options.address, options.port);
    try {
        const SocketAddress address(Poco::Net::IPAddress(options.address), options.port);
        if (options.identity == nullptr && options.web_certificate == nullptr &&
            !options.plain_beyond_loopback && !address.host().isLoopback())
            return refuse(fmt::format("{}: without a TLS identity only loopback is listened on", place));
        Poco::Net::ServerSocket listener;
        // A restart takes the port over from connections that are still closing; two servers never share it.
        listener.bind(address, /*reuseAddress=*/true, /*reusePort=*/false);
        listener.listen(static_cast<int>(options.connections_max));
        // Threads inherit it.
        const SignalsBlocked blocked;
        auto impl = std::make_unique<Impl>(std::move(options), std::move(handler), listener);
        impl->port = listener.address().port();
        impl->acceptor = std::thread([server = impl.get()] { server->accept_connections(); });
        return HttpServer(std::move(impl));
    } catch (const Poco::Exception& e) {
        return refuse(fmt::format("cannot listen on {}: {}", place, e.displayText()));
    }
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::HttpServer(HttpServer&& other) noexcept = default;

HttpServer::~HttpServer() {
    if (impl_) stop();
}

std::uint16_t HttpServer::port() const {
    return impl_->port;
}

HttpServer::Counts HttpServer::counts() const {
    const std::lock_guard lock(impl_->mutex);
    const auto open = std::ranges::count(impl_->connections, false, &Live::finished);
    return {impl_->accepted, impl_->refused, impl_->cut_off, impl_->requests, static_cast<std::size_t>(open)};
}

void HttpServer::stop(std::chrono::milliseconds grace) {
    impl_->stop(grace);
}

}  // namespace assidu::rpc
