#include "rpc/web_post.h"

#include <Poco/Exception.h>
#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>
#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <stdexcept>

#include "rpc/socket_watch.h"
#include "rpc/tls_context.h"

namespace assidu::rpc {
namespace {

using config::refuse;
using config::Result;
using Poco::Net::Context;
using Poco::Net::SecureStreamSocket;
using Poco::Net::StreamSocket;
using std::chrono::steady_clock;

constexpr std::size_t kStatusLineBytesMax = 1024;
constexpr std::uint16_t kHttpsPort = 443;
constexpr std::uint16_t kHttpPort = 80;

void check(bool done) {
    if (!done) throw config::ResourceFailure("OpenSSL refuses the settings of a TLS context");
}

Context::Ptr web_context(const std::string& host) {
    Context::Params parameters;
    parameters.verificationMode = Context::VERIFY_RELAXED;
    Context::Ptr context(new Context(Context::TLS_CLIENT_USE, parameters));
    // OpenSSL compares the name, within its verification of the chain.
    context->enableExtendedCertificateVerification(false);
    SSL_CTX* raw = context->sslContext();
    check(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1);
    check(SSL_CTX_set_default_verify_paths(raw) == 1);
    // Without POCO's callback, which asks a handler of the whole process.
    SSL_CTX_set_verify(raw, SSL_VERIFY_PEER, nullptr);
    X509_VERIFY_PARAM* expected = SSL_CTX_get0_param(raw);
    in_addr address{};
    if (::inet_pton(AF_INET, host.c_str(), &address) == 1) {
        check(X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1);
    } else {
        X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
        check(X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1);
    }
    return context;
}

bool send_all(StreamSocket& socket, std::string_view bytes) {
    constexpr std::size_t kPart = 1 << 16;
    while (!bytes.empty()) {
        const int sent = socket.sendBytes(bytes.data(), static_cast<int>(std::min(bytes.size(), kPart)));
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

// The status of "HTTP/1.1 200 OK"; nothing if it is none.
std::optional<int> status_of(std::string_view line) {
    constexpr std::string_view kVersion = "HTTP/1.";
    constexpr std::size_t kStatusAt = 9, kDigits = 3;
    if (!line.starts_with(kVersion) || line.size() < kStatusAt + kDigits || line[kStatusAt - 1] != ' ')
        return std::nullopt;
    int status = 0;
    const char* const begin = line.data() + kStatusAt;
    const auto [stop, error] = std::from_chars(begin, begin + kDigits, status);
    constexpr int kLowest = 100;
    if (error != std::errc() || stop != begin + kDigits || status < kLowest) return std::nullopt;
    return status;
}

Result<int> read_status(StreamSocket& socket) {
    std::string line;
    while (!line.ends_with('\n') && line.size() < kStatusLineBytesMax) {
        char byte = 0;
        if (socket.receiveBytes(&byte, 1) <= 0) return refuse("closed the connection without an answer");
        line.push_back(byte);
    }
    const auto status = status_of(line);
    if (!status) return refuse("answers in no HTTP/1.1");
    return *status;
}

Result<HttpMessage> read_whole(StreamSocket& socket, std::uint64_t bytes_max) {
    std::string bytes;
    std::array<char, 1 << 14> part{};
    while (!is_whole_http_message(bytes)) {
        const int got = socket.receiveBytes(part.data(), static_cast<int>(part.size()));
        if (got <= 0) break;
        bytes.append(part.data(), static_cast<std::size_t>(got));
        if (bytes.size() > 2 * bytes_max + config::limits::kHeadBytesMax)
            return refuse(fmt::format("answers more than {} bytes", bytes_max));
    }
    if (bytes.empty()) return refuse("closed the connection without an answer");
    auto message = read_http_message(bytes);
    if (!message) return refuse("its answer is not taken: " + message.error().what);
    if (message->status == 0) return refuse("answers in no HTTP/1.1");
    if (message->body.size() > bytes_max) return refuse(fmt::format("answers more than {} bytes", bytes_max));
    return message;
}

// Sends the request and lets `read` take the answer.
template <class Read>
auto exchange(StreamSocket& socket, SecureStreamSocket* secure, const std::string& request, const Read& read)
    -> decltype(read(socket)) {
    if (secure != nullptr && secure->completeHandshake() <= 0)
        return refuse("closed the connection during the TLS handshake");
    if (!send_all(socket, request)) return refuse("closed the connection without an answer");
    return read(socket);
}

// One request on a connection of its own.
template <class Read>
auto request_once(const WebUrl& url, std::string_view content_type, std::string_view body,
                  const WebPostTimes& times, const Read& read)
    -> decltype(read(std::declval<StreamSocket&>())) {
    using Answer = decltype(read(std::declval<StreamSocket&>()));
    if (content_type.find_first_of("\r\n") != std::string_view::npos)
        throw std::logic_error("a content type that would break the request");
    ignore_broken_pipes();
    const std::string place = fmt::format("{}://{}:{}", url.tls ? "https" : "http", url.host, url.port);
    const std::string request = fmt::format(
        "POST {} HTTP/1.1\r\nHost: {}:{}\r\nUser-Agent: Assidu\r\nAccept: */*\r\nConnection: close\r\n"
        "Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
        url.path, url.host, url.port, content_type, body.size(), body);
    SocketWatch watch;
    std::optional<SocketWatch::Watched> watched;
    const auto told = [&](const std::string& what) {
        return refuse(fmt::format("{}: {}", place,
                                  watched && watched->was_cut_off()
                                      ? fmt::format("no answer within {} ms", times.call.count())
                                      : what));
    };
    const auto deadline = steady_clock::now() + times.call;
    StreamSocket socket;
    try {
        SecureStreamSocket* secure = nullptr;
        std::optional<SecureStreamSocket> over_tls;
        if (url.tls) {
            over_tls.emplace(web_context(url.host));
            over_tls->setLazyHandshake(true);
            over_tls->setPeerHostName(url.host);
            secure = &*over_tls;
            socket = *over_tls;
        }
        socket.connect(
            Poco::Net::SocketAddress(url.host, url.port),
            Poco::Timespan(std::chrono::microseconds(std::min(times.connect, times.call)).count()));
        watched.emplace(watch, socket.impl()->sockfd());
        watched->set_deadline(deadline);
        ERR_clear_error();
        errno = 0;
        Answer answer = exchange(socket, secure, request, read);
        if (!answer) answer = told(answer.error().what);
        // Nothing more is to be read, and a farewell must not outlive the deadline.
        watched->cut_off();
        watched->release();
        return answer;
    } catch (const Poco::Exception& error) {
        Answer refusal = told(error.displayText());
        if (watched) watched->release();
        return refusal;
    }
}

}  // namespace

Result<WebUrl> web_url_of(std::string_view url) {
    const auto none = [&] { return refuse("it is no plain address of the web"); };
    if (url.size() > config::limits::kUrlBytesMax ||
        !std::ranges::all_of(url, [](char c) { return c > ' ' && c < '\x7f'; }))
        return none();
    WebUrl parts;
    std::string_view rest = url;
    if (rest.starts_with("https://")) {
        rest.remove_prefix(8);
    } else if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
        parts.tls = false;
    } else {
        return none();
    }
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    std::string_view authority = rest.substr(0, slash);
    parts.path = slash == rest.size() ? "/" : std::string(rest.substr(slash));
    parts.port = parts.tls ? kHttpsPort : kHttpPort;
    if (const std::size_t colon = authority.find(':'); colon != std::string_view::npos) {
        const char* const end = authority.data() + authority.size();
        const auto [stop, error] = std::from_chars(authority.data() + colon + 1, end, parts.port);
        if (error != std::errc() || stop != end || parts.port == 0) return none();
        authority = authority.substr(0, colon);
    }
    constexpr std::string_view kOfNames = "abcdefghijklmnopqrstuvwxyz0123456789.-";
    for (const char c : authority)
        parts.host.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    if (parts.host.empty() || parts.host.find_first_not_of(kOfNames) != std::string::npos ||
        parts.path.find('#') != std::string::npos)
        return none();
    return parts;
}

Result<int> web_post(const WebUrl& url, std::string_view content_type, std::string_view body,
                     const WebPostTimes& times) {
    return request_once(url, content_type, body, times, read_status);
}

Result<HttpMessage> web_exchange(const WebUrl& url, std::string_view content_type, std::string_view body,
                                 std::uint64_t bytes_max, const WebPostTimes& times) {
    return request_once(url, content_type, body, times,
                        [bytes_max](StreamSocket& socket) { return read_whole(socket, bytes_max); });
}

}  // namespace assidu::rpc
