#include "rpc/http_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "config/limits.h"
#include "rpc/http_head.h"
#include "rpc/xml_text.h"

namespace assidu::rpc {
namespace {

using config::refuse;
using config::Result;

constexpr std::string_view kHeadEnd = "\r\n\r\n";

struct Head {
    int status = 0;
    std::string content_type;
    std::optional<std::uint64_t> length;
    bool chunked = false;
    std::size_t size = 0;  // with its empty line
};

std::string lower(std::string_view text) {
    std::string made(text);
    for (char& c : made)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c | 0x20);
    return made;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view()
                                           : text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// 0 for a request; nothing if the line begins no HTTP.
std::optional<int> status_of(std::string_view line) {
    if (line.ends_with(" HTTP/1.1") || line.ends_with(" HTTP/1.0")) return 0;
    constexpr std::size_t kStatusAt = 9, kDigits = 3;
    if (!line.starts_with("HTTP/1.") || line.size() < kStatusAt + kDigits) return std::nullopt;
    int status = 0;
    const char* const begin = line.data() + kStatusAt;
    const auto [stop, error] = std::from_chars(begin, begin + kDigits, status);
    if (error != std::errc() || stop != begin + kDigits || status < 100) return std::nullopt;
    return status;
}

Result<void> take_field(Head& head, std::string_view line) {
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0) return refuse("a line of its head is no field");
    const std::string name = lower(line.substr(0, colon));
    const std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "content-type") head.content_type = value;
    if (name == "content-length") {
        std::uint64_t length = 0;
        const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), length);
        if (head.length || error != std::errc() || stop != value.data() + value.size())
            return refuse("its Content-Length is no one number");
        head.length = length;
    }
    if (name == "transfer-encoding") {
        if (head.chunked || lower(value) != "chunked") return refuse("its Transfer-Encoding is not chunked");
        head.chunked = true;
    }
    if (name == "content-encoding" && lower(value) != "identity")
        return refuse(fmt::format("its Content-Encoding is {}, which nobody asked for", shown(value)));
    return {};
}

Result<Head> head_of(std::string_view bytes) {
    const std::size_t end = bytes.substr(0, config::limits::kHeadBytesMax + kHeadEnd.size()).find(kHeadEnd);
    if (end == std::string_view::npos) return refuse("it has no head of HTTP");
    std::string_view lines = bytes.substr(0, end + 2);
    const std::size_t first = lines.find("\r\n");
    const auto status = status_of(lines.substr(0, first));
    if (!status) return refuse("it is no HTTP/1.1");
    Head head;
    head.status = *status;
    head.size = end + kHeadEnd.size();
    for (lines.remove_prefix(first + 2); !lines.empty();) {
        const std::size_t line = lines.find("\r\n");
        if (auto taken = take_field(head, lines.substr(0, line)); !taken)
            return std::unexpected(taken.error());
        lines.remove_prefix(line + 2);
    }
    if (head.chunked && head.length) return refuse("it says its length in two ways");
    return head;
}

// The chunks' contents; nothing if they break off or are malformed.
std::optional<std::string> joined(std::string_view rest) {
    std::string body;
    while (true) {
        const std::size_t line = rest.substr(0, config::limits::kChunkLineBytesMax + 2).find("\r\n");
        if (line == std::string_view::npos) return std::nullopt;
        const std::int64_t size = chunk_size(rest.substr(0, line));
        rest.remove_prefix(line + 2);
        if (size == 0) return body;  // trailers are not looked at
        const auto bytes = static_cast<std::uint64_t>(size);
        if (size < 0 || rest.size() < 2 || bytes > rest.size() - 2 || rest.substr(bytes, 2) != "\r\n")
            return std::nullopt;
        body += rest.substr(0, bytes);
        rest.remove_prefix(bytes + 2);
    }
}

}  // namespace

Result<HttpMessage> read_http_message(std::string_view bytes) {
    auto head = head_of(bytes);
    if (!head) return std::unexpected(head.error());
    const std::string_view rest = bytes.substr(head->size);
    HttpMessage message{head->status, std::move(head->content_type), {}};
    if (head->chunked) {
        auto body = joined(rest);
        if (!body) return refuse("its chunks break off");
        message.body = std::move(*body);
    } else if (head->length) {
        if (rest.size() < *head->length)
            return refuse(fmt::format("it breaks off after {} of {} bytes", rest.size(), *head->length));
        message.body = rest.substr(0, *head->length);
    } else {
        message.body = rest;
    }
    return message;
}

bool is_whole_http_message(std::string_view bytes) {
    const auto head = head_of(bytes);
    if (!head) return false;
    if (head->chunked) return bytes.ends_with("0\r\n\r\n") && joined(bytes.substr(head->size)).has_value();
    return head->length && bytes.size() - head->size >= *head->length;
}

bool looks_like_http(std::string_view bytes) {
    return bytes.starts_with("POST ") || bytes.starts_with("GET ") || bytes.starts_with("HTTP/1.");
}

}  // namespace assidu::rpc
