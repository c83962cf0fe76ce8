// The head of an HTTP/1.1 request (RFC 9110, RFC 9112), read strictly: whatever two readers could understand
// in two ways is refused. Private to this floor; pure, so that tests and fuzzers reach it.
//
// POCO's reader is not used for it: it passes over lines without a colon, unfolds and MIME-decodes values,
// and takes the first of two Content-Lengths, also beside a Transfer-Encoding.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assidu::rpc {

struct RequestHead {
    std::string method;
    std::string path;  // the request's target: path and query, as sent
    std::string content_type;
    bool keep_alive = false;
    bool expects_continue = false;
    bool chunked = false;
    std::uint64_t content_length = 0;  // if not chunked
    // All of them in their order: names in small letters, values without the blanks around them.
    std::vector<std::pair<std::string, std::string>> fields;
};

// Reads `head`: the bytes up to and with the empty line, at most limits::kHeadBytesMax of them. Refused with
// the status to answer: 400 what is malformed or ambiguous, 413 a Content-Length below 0 or over
// `body_bytes_max`, 414 too long a target, 417 another expectation than 100-continue, 431 too many fields,
// 501 another transfer coding than chunked, 505 another version than 1.0 and 1.1.
[[nodiscard]] std::expected<RequestHead, int> read_request_head(std::string_view head,
                                                                std::uint64_t body_bytes_max);

// The size that a chunk's line announces ("1a" or "1a;extension", without its CRLF); -1 if it is none.
[[nodiscard]] std::int64_t chunk_size(std::string_view line);

}  // namespace assidu::rpc
