#include "rpc/http_connection.h"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPResponse.h>
#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

#include "config/limits.h"

namespace assidu::rpc {

namespace limits = config::limits;
using std::unexpected;

HttpConnection::HttpConnection(const Poco::Net::StreamSocket& socket) : socket_(socket) {}

bool HttpConnection::fill() {
    next_ = end_ = 0;
    // POCO 1.11 reads again for ever when it finds an EINTR of old.
    errno = 0;
    try {
        const int size = socket_.receiveBytes(buffer_.data(), static_cast<int>(buffer_.size()));
        end_ = size > 0 ? static_cast<std::size_t>(size) : 0;
    } catch (const Poco::Exception&) {
        // Reset, cut off, or a broken TLS record: the end, each of them.
        end_ = 0;
    }
    return end_ > 0;
}

int HttpConnection::get() {
    if (next_ == end_ && !fill()) return kNoByte;
    return static_cast<unsigned char>(buffer_[next_++]);
}

bool HttpConnection::append(std::string& to, std::uint64_t size) {
    while (size > 0) {
        if (next_ == end_ && !fill()) return false;
        const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(size, end_ - next_));
        to.append(buffer_.data() + next_, part);
        next_ += part;
        size -= part;
    }
    return true;
}

bool HttpConnection::send(std::string_view bytes) {
    // Parts, so that no size is too large for an int.
    constexpr std::size_t kPart = 1 << 20;
    while (!bytes.empty()) {
        errno = 0;
        try {
            const int sent = socket_.sendBytes(bytes.data(), static_cast<int>(std::min(bytes.size(), kPart)));
            if (sent <= 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        } catch (const Poco::Exception&) {
            return false;
        }
    }
    return true;
}

bool HttpConnection::wait() {
    return next_ < end_ || fill();
}

std::expected<RequestHead, int> HttpConnection::read_head(std::uint64_t body_bytes_max) {
    std::string head;
    while (!head.ends_with("\r\n\r\n")) {
        if (head.size() == limits::kHeadBytesMax) return unexpected(431);
        const int byte = get();
        if (byte == kNoByte) return unexpected(kEnded);
        head.push_back(static_cast<char>(byte));
    }
    return read_request_head(head, body_bytes_max);
}

std::expected<std::string, int> HttpConnection::read_body(const RequestHead& head,
                                                          std::uint64_t body_bytes_max) {
    if (head.chunked) return read_chunks(body_bytes_max);
    std::string body;
    if (!append(body, head.content_length)) return unexpected(kEnded);
    return body;
}

std::expected<std::string, int> HttpConnection::read_line() {
    std::string line;
    while (!line.ends_with("\r\n")) {
        if (line.size() == limits::kChunkLineBytesMax) return unexpected(400);
        const int byte = get();
        if (byte == kNoByte) return unexpected(kEnded);
        line.push_back(static_cast<char>(byte));
    }
    line.resize(line.size() - 2);
    return line;
}

// POCO's own reader is not used: it takes a chunked body that breaks off for a whole one.
std::expected<std::string, int> HttpConnection::read_chunks(std::uint64_t body_bytes_max) {
    std::string body;
    for (;;) {
        const auto line = read_line();
        if (!line) return unexpected(line.error());
        const std::int64_t size = chunk_size(*line);
        if (size < 0) return unexpected(400);
        if (static_cast<std::uint64_t>(size) > body_bytes_max - body.size()) return unexpected(413);
        if (!append(body, static_cast<std::uint64_t>(size))) return unexpected(kEnded);
        // After the last chunk trailers could stand here; nobody sends us any.
        const auto end = read_line();
        if (!end) return unexpected(end.error());
        if (!end->empty()) return unexpected(400);
        if (size == 0) return body;
    }
}

bool HttpConnection::send_continue() {
    return send("HTTP/1.1 100 Continue\r\n\r\n");
}

bool HttpConnection::respond(std::string_view method, int status, std::string_view content_type,
                             std::string_view body, bool keep_alive, std::string_view fields) {
    using Poco::Net::HTTPResponse;
    std::string bytes =
        fmt::format("HTTP/1.1 {} {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: {}\r\n{}\r\n",
                    status, HTTPResponse::getReasonForStatus(static_cast<HTTPResponse::HTTPStatus>(status)),
                    content_type, body.size(), keep_alive ? "keep-alive" : "close", fields);
    if (method != "HEAD") bytes.append(body);
    return send(bytes);
}

void HttpConnection::linger() {
    const int descriptor = socket_.impl()->sockfd();
    if (::shutdown(descriptor, SHUT_WR) != 0) return;
    // Past POCO and TLS: nobody looks at these bytes any more.
    while (::recv(descriptor, buffer_.data(), buffer_.size(), 0) > 0) {
    }
    next_ = end_ = 0;
}

}  // namespace assidu::rpc
