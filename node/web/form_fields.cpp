#include "node/web/form_fields.h"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "config/limits.h"
#include "config/utf8.h"

namespace assidu::node::web {
namespace {

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::optional<std::string> decoded(std::string_view text) {
    constexpr int kBase = 16;
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '+') {
            out.push_back(' ');
        } else if (text[at] != '%') {
            out.push_back(text[at]);
        } else {
            const bool is_whole = text.size() - at > 2;
            const int high = is_whole ? digit_of(text[at + 1]) : -1;
            const int low = is_whole ? digit_of(text[at + 2]) : -1;
            if (high < 0 || low < 0) return std::nullopt;
            out.push_back(static_cast<char>(high * kBase + low));
            at += 2;
        }
    }
    if (!config::is_utf8(out) || out.find('\0') != std::string::npos) return std::nullopt;
    return out;
}

}  // namespace

config::Result<void> FormFields::add(std::string_view text) {
    namespace limits = config::limits;
    while (!text.empty()) {
        const std::string_view field = text.substr(0, text.find('&'));
        text.remove_prefix(std::min(text.size(), field.size() + 1));
        if (field.empty()) continue;
        if (fields_.size() == limits::kFormFieldsMax)
            return config::refuse(fmt::format("more than {} fields", limits::kFormFieldsMax));
        const std::size_t equals = std::min(field.find('='), field.size());
        auto name = decoded(field.substr(0, equals));
        auto value = decoded(field.substr(std::min(field.size(), equals + 1)));
        if (!name || !value) return config::refuse("a field is no text");
        if (name->size() > limits::kFormFieldBytesMax || value->size() > limits::kFormFieldBytesMax)
            return config::refuse(fmt::format("a field of more than {} bytes", limits::kFormFieldBytesMax));
        fields_.emplace_back(*std::move(name), *std::move(value));
    }
    return {};
}

std::optional<std::string> FormFields::find(std::string_view name) const {
    for (const auto& [key, value] : fields_ | std::views::reverse)
        if (key == name) return value;
    return std::nullopt;
}

std::string url_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                           std::string_view("-._~").find(c) != std::string_view::npos;
        if (plain)
            out.push_back(c);
        else
            out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

}  // namespace assidu::node::web
