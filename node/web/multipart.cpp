#include "node/web/multipart.h"

#include <algorithm>
#include <optional>

#include "config/limits.h"
#include "node/collect/text.h"

namespace assidu::node::web {
namespace {

using config::refuse;

constexpr std::size_t kBoundaryBytesMax = 70;  // RFC 2046
constexpr std::size_t kPartHeadBytesMax = 2048;

// The value of `key` in "...; key=value" or "...; key="value"".
std::optional<std::string> parameter_of(std::string_view text, std::string_view key) {
    while (true) {
        const std::size_t semicolon = text.find(';');
        if (semicolon == std::string_view::npos) return std::nullopt;
        text = collect::trimmed(text.substr(semicolon + 1));
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        const bool is_it = collect::lower_ascii(collect::trimmed(text.substr(0, equals))) == key;
        std::string_view value = text.substr(equals + 1);
        if (value.starts_with('"')) {
            const std::size_t end = value.find('"', 1);
            if (end == std::string_view::npos) return std::nullopt;
            if (is_it) return std::string(value.substr(1, end - 1));
            text = value.substr(end);
        } else if (is_it) {
            return std::string(collect::trimmed(value.substr(0, value.find(';'))));
        }
    }
}

std::optional<std::string> name_of(std::string_view head) {
    while (!head.empty()) {
        const std::string_view line = head.substr(0, head.find("\r\n"));
        head.remove_prefix(std::min(head.size(), line.size() + 2));
        if (collect::lower_ascii(line.substr(0, line.find(':'))) == "content-disposition")
            return parameter_of(line, "name");
    }
    return std::nullopt;
}

}  // namespace

config::Result<std::vector<FormPart>> read_multipart(std::string_view content_type, std::string_view body) {
    const auto boundary = parameter_of(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > kBoundaryBytesMax) return refuse("no boundary");
    const std::string first = "--" + *boundary, between = "\r\n--" + *boundary;
    if (!body.starts_with(first)) return refuse("it does not begin with a part");
    body.remove_prefix(first.size());
    std::vector<FormPart> parts;
    while (body != "--" && body != "--\r\n") {
        if (!body.starts_with("\r\n")) return refuse("a part without a head");
        body.remove_prefix(2);
        const std::size_t head_end = body.substr(0, kPartHeadBytesMax).find("\r\n\r\n");
        if (head_end == std::string_view::npos) return refuse("a part without a head");
        const auto name = name_of(body.substr(0, head_end));
        if (!name) return refuse("a part without a name");
        body.remove_prefix(head_end + 4);
        const std::size_t end = body.find(between);
        if (end == std::string_view::npos) return refuse("a part without an end");
        if (parts.size() == config::limits::kFormFieldsMax) return refuse("too many parts");
        parts.push_back({*name, body.substr(0, end)});
        body.remove_prefix(end + between.size());
    }
    return parts;
}

}  // namespace assidu::node::web
