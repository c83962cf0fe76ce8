#include "rpc/http_head.h"

#include <algorithm>
#include <charconv>

#include "config/limits.h"

namespace assidu::rpc {
namespace {

namespace limits = config::limits;
using std::unexpected;

constexpr std::string_view kDigits = "0123456789";

bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return is_letter_or_digit(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

// Visible ASCII alone, or also blanks and bytes above ASCII.
bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}
bool is_field_value(std::string_view text) {
    return std::ranges::none_of(
        text, [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == '\x7f'; });
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool equals(std::string_view text, std::string_view lower_case) {
    return std::ranges::equal(text, lower_case, {}, lower);
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The next line of `rest`, which loses it. The head ends in CRLF CRLF: there is one.
std::string_view take_line(std::string_view& rest) {
    const std::size_t end = rest.find("\r\n");
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(rest.size(), line.size() + 2));
    return line;
}

bool has_option(std::string_view list, std::string_view option) {
    while (!list.empty()) {
        const std::size_t comma = std::min(list.find(','), list.size());
        if (equals(trimmed(list.substr(0, comma)), option)) return true;
        list.remove_prefix(std::min(list.size(), comma + 1));
    }
    return false;
}

// What decides how a request is read; a second one of the same name is refused.
struct Fields {
    std::string_view host, connection, content_type, content_length, transfer_encoding, expect;
};

int read_request_line(std::string_view line, RequestHead& head, bool& version_1_1) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) return 400;
    const std::string_view method = line.substr(0, first);
    const std::string_view target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (!is_token(method) || !target.starts_with('/') || !is_visible(target)) return 400;
    if (target.size() > limits::kTargetBytesMax) return 414;
    if (version.size() != 8 || !version.starts_with("HTTP/")) return 400;
    if (version != "HTTP/1.1" && version != "HTTP/1.0") return 505;
    head.method = method;
    head.path = target;
    version_1_1 = version == "HTTP/1.1";
    return 0;
}

int read_fields(std::string_view rest, Fields& fields, RequestHead& head) {
    const std::pair<std::string_view, std::string_view*> known[] = {
        {"host", &fields.host},
        {"connection", &fields.connection},
        {"content-type", &fields.content_type},
        {"content-length", &fields.content_length},
        {"transfer-encoding", &fields.transfer_encoding},
        {"expect", &fields.expect},
    };
    std::size_t count = 0;
    for (std::string_view line = take_line(rest); !line.empty(); line = take_line(rest)) {
        if (++count > limits::kHeadFieldsMax) return 431;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) return 400;
        const std::string_view value = trimmed(line.substr(colon + 1));
        if (!is_field_value(value)) return 400;
        std::string name_of_field(line.substr(0, colon));
        std::ranges::transform(name_of_field, name_of_field.begin(), lower);
        head.fields.emplace_back(std::move(name_of_field), value);
        for (const auto& [name, place] : known) {
            if (!equals(line.substr(0, colon), name)) continue;
            // Nothing among them is both repeatable and needed; an empty one would hide a second.
            if (place->data() != nullptr || value.empty()) return 400;
            *place = value;
        }
    }
    return rest.empty() ? 0 : 400;
}

int read_content_length(std::string_view text, std::uint64_t body_bytes_max, std::uint64_t& length) {
    const bool negative = text.starts_with('-');
    if (negative) text.remove_prefix(1);
    if (text.empty() || text.find_first_not_of(kDigits) != std::string_view::npos) return 400;
    if (negative) return 413;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
    return error != std::errc{} || length > body_bytes_max ? 413 : 0;
}

}  // namespace

std::expected<RequestHead, int> read_request_head(std::string_view text, std::uint64_t body_bytes_max) {
    if (text.size() > limits::kHeadBytesMax) return unexpected(431);
    if (!text.ends_with("\r\n\r\n")) return unexpected(400);
    RequestHead head;
    Fields fields;
    bool version_1_1 = false;
    std::string_view rest = text;
    if (const int status = read_request_line(take_line(rest), head, version_1_1)) return unexpected(status);
    if (const int status = read_fields(rest, fields, head)) return unexpected(status);
    if (version_1_1 && fields.host.empty()) return unexpected(400);
    if (!fields.transfer_encoding.empty()) {
        if (!fields.content_length.empty() || !version_1_1) return unexpected(400);
        if (!equals(fields.transfer_encoding, "chunked")) return unexpected(501);
        head.chunked = true;
    }
    if (!fields.content_length.empty()) {
        if (const int status =
                read_content_length(fields.content_length, body_bytes_max, head.content_length))
            return unexpected(status);
    }
    if (!fields.expect.empty()) {
        if (!equals(fields.expect, "100-continue")) return unexpected(417);
        head.expects_continue = version_1_1;
    }
    head.content_type = fields.content_type;
    head.keep_alive = version_1_1 && !has_option(fields.connection, "close");
    return head;
}

std::int64_t chunk_size(std::string_view line) {
    const std::string_view digits = line.substr(0, line.find(';'));
    std::int64_t size = -1;
    // from_chars takes a sign; a size has none.
    if (digits.empty() || digits.front() == '-' || !is_field_value(line)) return -1;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    return error == std::errc{} && end == digits.data() + digits.size() ? size : -1;
}

}  // namespace assidu::rpc
