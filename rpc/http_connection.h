// The server's end of one connection: requests in, responses out, no policy. Private to this floor (POCO).
//
// Reads and writes block; the SocketWatch that watches the socket ends them. Nothing is thrown for what a
// peer or the network does. One thread at a time.
#pragma once

#include <Poco/Net/StreamSocket.h>

#include <array>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "rpc/http_head.h"

namespace assidu::rpc {

class HttpConnection {
  public:
    // `socket` is connected and past its TLS handshake, if it has one.
    explicit HttpConnection(const Poco::Net::StreamSocket& socket);

    // In place of a status: the connection has ended or was cut off, and nobody is there to answer.
    static constexpr int kEnded = 0;

    // Waits for the first byte of the next request; false if the connection ends first.
    [[nodiscard]] bool wait();
    // The next request's head (http_head.h for the statuses), and then its body: 400 a malformed chunk, 413
    // more than `body_bytes_max`. After a status the rest of the request is unread: answer, then linger().
    [[nodiscard]] std::expected<RequestHead, int> read_head(std::uint64_t body_bytes_max);
    [[nodiscard]] std::expected<std::string, int> read_body(const RequestHead& head,
                                                            std::uint64_t body_bytes_max);

    // False if the connection ended before everything was handed to the network.
    [[nodiscard]] bool send_continue();
    // A body is left out, but counted, if `method` is HEAD. `fields`: whole lines of the head, each with its
    // CRLF.
    [[nodiscard]] bool respond(std::string_view method, int status, std::string_view content_type,
                               std::string_view body, bool keep_alive, std::string_view fields = {});

    // Ends our side and reads what still comes until the peer ends its own: closing with bytes unread would
    // reset the connection and take the response away from a peer that is still sending.
    void linger();

  private:
    static constexpr int kNoByte = -1;

    // Fills the empty buffer; false at the end.
    bool fill();
    // The next byte, or kNoByte at the end.
    int get();
    // Appends up to `size` bytes; false at the end.
    bool append(std::string& to, std::uint64_t size);
    bool send(std::string_view bytes);
    std::expected<std::string, int> read_chunks(std::uint64_t body_bytes_max);
    // A line of the chunked coding without its CRLF.
    std::expected<std::string, int> read_line();

    Poco::Net::StreamSocket socket_;
    std::array<char, 1 << 14> buffer_{};
    std::size_t next_ = 0;
    std::size_t end_ = 0;
};

}  // namespace assidu::rpc
