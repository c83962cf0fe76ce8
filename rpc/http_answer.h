// An HTTP/1.1 message that is there as a whole, taken apart: an answer read until its sender ended the
// connection, or a captured message out of a file. Of anything that has two meanings, none is taken.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::rpc {

struct HttpMessage {
    int status = 0;  // of an answer; 0: a request
    std::string content_type;
    std::string body;  // without its chunks' frames
};

// Refused, with why, if it has no head within limits::kHeadBytesMax, is no HTTP/1.x, says its length twice,
// breaks off before it, or has a coding other than chunks. Bytes behind an announced length are not looked
// at.
[[nodiscard]] config::Result<HttpMessage> read_http_message(std::string_view bytes);

// Whether all of it is there already, so that nobody waits for a sender that keeps the connection open. False
// where only the end of the connection tells.
[[nodiscard]] bool is_whole_http_message(std::string_view bytes);

// Whether a file begins as such a message does.
[[nodiscard]] bool looks_like_http(std::string_view bytes);

}  // namespace assidu::rpc
