#include "config/settings_web.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "config/settings.h"

namespace assidu::config {
namespace {

bool is_loopback(const std::string& address) {
    const auto v4 = parse_address_range("127.0.0.0/8"), v6 = parse_address_range("::1");
    return v4->contains(address) || v6->contains(address);
}

// A header that decides what a request is must not be taken for who makes it.
bool is_header_name(const std::string& name) {
    static constexpr std::string_view kTaken[] = {
        "host",   "connection", "content-type",    "content-length",
        "cookie", "expect",     "x-forwarded-for", "transfer-encoding"};
    std::string lower = name;
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return name.size() <= limits::kNameBytesMax &&
           lower.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos &&
           std::ranges::find(kTaken, lower) == std::end(kTaken);
}

std::string optional_text(const char* key, const std::string& value, const char* example) {
    return value.empty() ? fmt::format("# {} = \"{}\"\n", key, example)
                         : fmt::format("{} = {}\n", key, toml_text(value));
}

}  // namespace

WebSettings read_web(TableReader table) {
    WebSettings web;
    web.listen = table.text("listen");
    web.tls_certificate = table.text("tls_certificate");
    web.tls_key = table.text("tls_key");
    web.trusted_proxies = table.texts("trusted_proxies");
    web.public_url = table.text("public_url");
    web.identity_header = table.text("identity_header");
    table.finish();
    if (web.tls_certificate.empty() != web.tls_key.empty())
        table.object_to("tls_certificate", "and tls_key must both be set, or neither");
    for (const auto& [key, path] :
         {std::pair{"tls_certificate", &web.tls_certificate}, std::pair{"tls_key", &web.tls_key}}) {
        if (path->size() > limits::kPathBytesMax) table.object_to(key, "is too long a path");
    }
    if (web.trusted_proxies.size() > limits::kIntakeListMax)
        table.object_to("trusted_proxies", fmt::format("has more than {} entries", limits::kIntakeListMax));
    for (const std::string& range : web.trusted_proxies) {
        if (const auto parsed = parse_address_range(range); !parsed)
            table.object_to("trusted_proxies", "is refused: " + parsed.error().what);
    }
    if (const std::string& url = web.public_url;
        !url.empty() && ((!url.starts_with("https://") && !url.starts_with("http://")) ||
                         url.ends_with('/') || url.size() > limits::kUrlBytesMax))
        table.object_to("public_url", "must begin with https:// or http://, without a slash at its end");
    if (!is_header_name(web.identity_header))
        table.object_to("identity_header", "is no name of a header that could say who somebody is");
    if (!web.identity_header.empty() && web.trusted_proxies.empty())
        table.object_to("identity_header", "is believed only of trusted_proxies, and none are named");
    if (web.listen.empty()) return web;
    const auto endpoint = parse_endpoint(web.listen);
    if (!endpoint)
        table.object_to("listen", "is refused: " + endpoint.error().what);
    else if (web.tls_certificate.empty() && web.trusted_proxies.empty() && !is_loopback(endpoint->address))
        table.object_to(
            "listen",
            "would show tokens and students' hours to the network: set tls_certificate and tls_key, "
            "or name the trusted_proxies in front of it, or listen on 127.0.0.1");
    return web;
}

std::string web_document(const WebSettings& web) {
    std::string proxies;
    for (const std::string& range : web.trusted_proxies)
        proxies += (proxies.empty() ? "" : ", ") + toml_text(range);
    return "\n"
           "[web]\n"
           "# Where `assidu serve` answers ERPs (docs/web-services.md), staff and whoever checks a report, "
           "such as "
           "\"0.0.0.0:8444\".\n"
           "# Empty: nowhere.\n" +
           fmt::format("listen = {}\n", toml_text(web.listen)) +
           "# Its certificate and key (PEM, paths from this folder). Without them only 127.0.0.1 or trusted "
           "proxies "
           "are served.\n" +
           optional_text("tls_certificate", web.tls_certificate, "/etc/ssl/assidu.pem") +
           optional_text("tls_key", web.tls_key, "/etc/ssl/assidu.key") +
           "# Reverse proxies in front of it, addresses or blocks: nobody else is served then.\n" +
           (proxies.empty() ? std::string("# trusted_proxies = [\"127.0.0.1\"]\n")
                            : fmt::format("trusted_proxies = [{}]\n", proxies)) +
           "# How it is reached from outside, if not by that address.\n" +
           optional_text("public_url", web.public_url, "https://assidu.univ-lyon.fr") +
           "# The header in which a trusted proxy names the member of staff who logged in there.\n" +
           optional_text("identity_header", web.identity_header, "X-Remote-User");
}

}  // namespace assidu::config
