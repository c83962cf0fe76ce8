#include "rpc/http_client.h"

#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/SSLException.h>
#include <Poco/URI.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "config/digest.h"
#include "rpc/socket_watch.h"
#include "rpc/tls_context.h"

namespace assidu::rpc {
namespace {

using config::refuse;
using Poco::Net::HTTPMessage;
using Poco::Net::HTTPRequest;
using Poco::Net::HTTPResponse;
using Poco::Net::SecureStreamSocket;
using Poco::Net::SocketAddress;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

struct Server {
    std::string url;        // as given, for texts
    std::string authority;  // host[:port], for the Host field
    std::string host;
    std::uint16_t port = 0;
};

config::Result<Server> server_of(const std::string& url) {
    const auto no_address = [&url] {
        return refuse(fmt::format("'{}' is no address of a node; write https://host:port", url));
    };
    try {
        const Poco::URI uri(url);
        if (uri.getScheme() != "https" || uri.getHost().empty() || !uri.getUserInfo().empty() ||
            (!uri.getPathEtc().empty() && uri.getPathEtc() != "/"))
            return no_address();
        return Server{url, uri.getAuthority(), uri.getHost(), uri.getPort()};
    } catch (const Poco::Exception&) {
        return no_address();
    }
}

// POCO's session on a socket that is connected already (HTTPSClientSession 1.11 refuses one). Its own way to
// send again, on a new connection that nobody watches, is taken away.
class Session : public Poco::Net::HTTPClientSession {
  public:
    explicit Session(const SecureStreamSocket& socket) : HTTPClientSession(socket) { setKeepAlive(true); }

  protected:
    int write(const char* buffer, std::streamsize length) override {
        return HTTPSession::write(buffer, length);  // NOLINT(bugprone-parent-virtual-call): see above
    }
};

// One connection: its socket, watched until it goes.
class Connection {
  public:
    Connection(SocketWatch& watch, Poco::Net::Context::Ptr context, const Server& server,
               milliseconds connect_time, steady_clock::time_point deadline)
        : socket_(std::move(context)) {
        socket_.setLazyHandshake(true);
        socket_.connect(SocketAddress(server.host, server.port),
                        Poco::Timespan(std::chrono::microseconds(connect_time).count()));
        socket_.setNoDelay(true);
        // Of its own: POCO's session closes its socket as it likes, and the number may then be another's.
        descriptor_ = ::fcntl(socket_.impl()->sockfd(), F_DUPFD_CLOEXEC, 0);
        if (descriptor_ < 0) throw Poco::Net::NetException("no file descriptor left");
        watched_.emplace(watch, descriptor_);
        watched_->set_deadline(deadline);
    }
    ~Connection() {
        // Nothing more is to be read: a close that waited for a peer that does not read would outlive the
        // deadline.
        watched_->cut_off();
        watched_->release();
        ::close(descriptor_);
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    void shake_hands() {
        ERR_clear_error();
        errno = 0;
        if (socket_.completeHandshake() <= 0)
            throw Poco::Net::NetException("the connection was closed during the TLS handshake");
        session_.emplace(socket_);
    }
    [[nodiscard]] Session& session() { return *session_; }
    [[nodiscard]] SocketWatch::Watched& watched() { return *watched_; }
    // Whether the server has said something, or its end, that nobody asked for.
    [[nodiscard]] bool is_stale() const {
        return socket_.poll(Poco::Timespan(0), Poco::Net::Socket::SELECT_READ);
    }

  private:
    SecureStreamSocket socket_;
    int descriptor_ = -1;
    std::optional<SocketWatch::Watched> watched_;
    std::optional<Session> session_;
};

std::optional<std::uint64_t> content_length_of(const HTTPResponse& response) {
    if (response.has(HTTPMessage::TRANSFER_ENCODING)) return std::nullopt;
    std::optional<std::uint64_t> length;
    for (auto field = response.find(HTTPMessage::CONTENT_LENGTH);
         field != response.end() && Poco::icompare(field->first, HTTPMessage::CONTENT_LENGTH) == 0; ++field) {
        std::uint64_t value = 0;
        const std::string& text = field->second;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (length || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
        length = value;
    }
    return length;
}

}  // namespace

struct HttpClient::Impl {
    // What a failed attempt leaves: whether a new connection may do better.
    struct Failure {
        config::Refusal refusal;
        bool stale = false;
    };

    Impl(HttpClientOptions with, Server to, const TlsIdentity* identity)
        : options(std::move(with)),
          server(std::move(to)),
          pin{options.server_fingerprint, {}},
          context(client_context(identity, pin)) {}

    config::Result<Response> post(std::string_view path, std::string_view content_type,
                                  std::string_view body);
    std::optional<config::Refusal> connect(steady_clock::time_point deadline);
    std::expected<Response, Failure> exchange(HTTPRequest& request, std::string_view body, bool reused);
    std::expected<Response, Failure> read_response(Session& session, const HTTPResponse& head,
                                                   std::istream& stream);
    config::Refusal told(std::string_view what) const { return {fmt::format("{}: {}", server.url, what)}; }
    // Of an exception, in the words of an operator.
    config::Refusal told(const Poco::Exception& error, bool connecting);

    HttpClientOptions options;
    Server server;
    std::mutex mutex;
    Pin pin;
    SocketWatch watch;
    Poco::Net::Context::Ptr context;
    std::optional<Connection> connection;
    steady_clock::time_point used_at;
};

config::Refusal HttpClient::Impl::told(const Poco::Exception& error, bool connecting) {
    if (connection && connection->watched().was_cut_off())
        return told(fmt::format("no whole answer within {} ms", options.call_time.count()));
    if (connecting && !pin.shown.empty() && pin.shown != *pin.expected)
        return told(
            fmt::format("shows the certificate {}, not the {} that was accepted; accept the new one only if "
                        "its owner confirms it",
                        pin.shown, *pin.expected));
    if (dynamic_cast<const Poco::Net::ConnectionRefusedException*>(&error) != nullptr)
        return told("nobody listens there (connection refused)");
    if (dynamic_cast<const Poco::TimeoutException*>(&error) != nullptr)
        return told(fmt::format("cannot be reached within {} ms", options.connect_time.count()));
    // A TLS connection that ends without a farewell is an error to OpenSSL.
    if (dynamic_cast<const Poco::Net::NoMessageException*>(&error) != nullptr ||
        dynamic_cast<const Poco::Net::SSLConnectionUnexpectedlyClosedException*>(&error) != nullptr ||
        error.message().find("unexpected eof") != std::string::npos)
        return told("closed the connection without an answer");
    return told(error.displayText());
}

std::optional<config::Refusal> HttpClient::Impl::connect(steady_clock::time_point deadline) {
    connection.reset();
    pin.shown.clear();
    try {
        connection.emplace(watch, context, server, std::min(options.connect_time, options.call_time),
                           deadline);
        connection->shake_hands();
        return std::nullopt;
    } catch (const Poco::Exception& e) {
        auto refusal = told(e, /*connecting=*/true);
        connection.reset();
        return refusal;
    }
}

std::expected<HttpClient::Response, HttpClient::Impl::Failure> HttpClient::Impl::exchange(
    HTTPRequest& request, std::string_view body, bool reused) {
    Session& session = connection->session();
    bool answered = false;
    try {
        ERR_clear_error();
        errno = 0;
        session.sendRequest(request).write(body.data(), static_cast<std::streamsize>(body.size()));
        HTTPResponse head;
        std::istream& stream = session.receiveResponse(head);
        answered = true;
        auto response = read_response(session, head, stream);
        if (response && !head.getKeepAlive()) connection.reset();
        return response;
    } catch (const Poco::Exception& e) {
        const bool closed = dynamic_cast<const Poco::Net::NoMessageException*>(&e) != nullptr ||
                            dynamic_cast<const Poco::Net::NetException*>(&e) != nullptr ||
                            dynamic_cast<const Poco::IOException*>(&e) != nullptr;
        const bool malformed = dynamic_cast<const Poco::Net::MessageException*>(&e) != nullptr &&
                               dynamic_cast<const Poco::Net::NoMessageException*>(&e) == nullptr;
        return std::unexpected(
            Failure{told(e, /*connecting=*/false),
                    reused && !answered && closed && !malformed && !connection->watched().was_cut_off()});
    }
}

std::expected<HttpClient::Response, HttpClient::Impl::Failure> HttpClient::Impl::read_response(
    Session& session, const HTTPResponse& head, std::istream& stream) {
    const auto failed = [this](std::string_view what) { return std::unexpected(Failure{told(what), false}); };
    // POCO takes a chunked body that breaks off for a whole one, and one that lasts to the end of the
    // connection cannot be told from one that was cut. A node always says the length.
    const auto length = content_length_of(head);
    if (!length) return failed("answers without one plain Content-Length");
    if (*length > options.body_bytes_max)
        return failed(fmt::format("answers {} bytes, more than {}", *length, options.body_bytes_max));
    Response response{head.getStatus(), head.getContentType(), {}};
    if (response.content_type == HTTPMessage::UNKNOWN_CONTENT_TYPE) response.content_type.clear();
    std::array<char, 1 << 14> part{};
    while (stream.read(part.data(), part.size()) || stream.gcount() > 0)
        response.body.append(part.data(), static_cast<std::size_t>(stream.gcount()));
    if (connection->watched().was_cut_off())
        return failed(fmt::format("no whole answer within {} ms", options.call_time.count()));
    if (session.networkException() != nullptr || response.body.size() != *length)
        return failed(fmt::format("the answer broke off before its {} bytes were there", *length));
    return response;
}

config::Result<HttpClient::Response> HttpClient::Impl::post(std::string_view path,
                                                            std::string_view content_type,
                                                            std::string_view body) {
    const std::lock_guard lock(mutex);
    const auto deadline = steady_clock::now() + options.call_time;
    if (connection && (steady_clock::now() - used_at > options.reuse_time || connection->is_stale()))
        connection.reset();
    for (bool reused = connection.has_value();; reused = false) {
        if (reused)
            connection->watched().set_deadline(deadline);
        else if (auto refusal = connect(deadline))
            return std::unexpected(std::move(*refusal));
        HTTPRequest request(HTTPRequest::HTTP_POST, std::string(path), HTTPMessage::HTTP_1_1);
        request.set(HTTPRequest::HOST, server.authority);
        request.setContentType(std::string(content_type));
        request.setContentLength64(static_cast<Poco::Int64>(body.size()));
        auto response = exchange(request, body, reused);
        if (response) {
            if (connection) connection->watched().set_deadline(std::nullopt);
            used_at = steady_clock::now();
            return std::move(*response);
        }
        connection.reset();
        if (!response.error().stale) return std::unexpected(std::move(response.error().refusal));
    }
}

config::Result<HttpClient> HttpClient::create(HttpClientOptions options, const TlsIdentity* identity) {
    ignore_broken_pipes();
    auto server = server_of(options.base_url);
    if (!server) return std::unexpected(server.error());
    const auto digest = config::unhex(options.server_fingerprint);
    if (!digest || digest->size() != sizeof(config::Sha256Digest))
        return refuse(fmt::format("{}: '{}' is no fingerprint (64 hexadecimal digits)", options.base_url,
                                  options.server_fingerprint));
    // As TlsIdentity writes it: people may have typed capitals.
    options.server_fingerprint =
        config::hex({reinterpret_cast<const std::uint8_t*>(digest->data()), digest->size()});
    return HttpClient(std::make_unique<Impl>(std::move(options), std::move(*server), identity));
}

HttpClient::HttpClient(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpClient::HttpClient(HttpClient&& other) noexcept = default;
HttpClient& HttpClient::operator=(HttpClient&& other) noexcept = default;
HttpClient::~HttpClient() = default;

config::Result<HttpClient::Response> HttpClient::post(std::string_view path, std::string_view content_type,
                                                      std::string_view body) {
    if (!path.starts_with('/') || path.find_first_of("\r\n ") != std::string_view::npos ||
        content_type.find_first_of("\r\n") != std::string_view::npos)
        throw std::logic_error("a path or content type that would break the request");
    return impl_->post(path, content_type, body);
}

config::Result<std::string> peek_fingerprint(const std::string& url, milliseconds time) {
    ignore_broken_pipes();
    const auto server = server_of(url);
    if (!server) return std::unexpected(server.error());
    Pin pin;
    SocketWatch watch;
    const auto context = client_context(nullptr, pin);
    try {
        Connection connection(watch, context, *server, time, steady_clock::now() + time);
        connection.shake_hands();
        return pin.shown;
    } catch (const Poco::Exception& e) {
        return refuse(fmt::format("{}: no TLS certificate to see there: {}", url, e.displayText()));
    }
}

}  // namespace assidu::rpc
