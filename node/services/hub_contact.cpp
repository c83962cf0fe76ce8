#include "node/services/hub_contact.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "config/digest.h"
#include "config/durable_file.h"
#include "config/limits.h"
#include "rpc/http_client.h"

namespace assidu::node::services {
namespace {

constexpr std::string_view kPath = "/pool";
constexpr std::string_view kXml = "text/xml";

}  // namespace

config::Result<std::optional<federation::Hub>> read_hub(const NodeFolder& folder) {
    if (!std::filesystem::exists(folder.hub())) return std::nullopt;
    const auto text = config::read_file(folder.hub(), config::limits::kDocumentBytesMax);
    if (!text) return std::unexpected(text.error());
    const auto object = nlohmann::json::parse(*text, nullptr, /*allow_exceptions=*/false);
    const auto member = [&](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    const auto key =
        rpc::VerifyingKey::of(config::unhex(object.is_object() ? member("key") : "").value_or(""));
    if (!object.is_object() || !key || member("url").empty() || member("id").empty() || member("tls").empty())
        return config::refuse(
            fmt::format("{}: not a hub that was joined; run assidu join again", folder.hub().string()));
    const auto names = federation::parse_names(member("names")).value_or(federation::Names::none);
    const auto invited = federation::parse_names(member("invited_names")).value_or(federation::Names::roster);
    return federation::Hub{member("url"),     member("id"), *key, member("tls"), std::min(names, invited),
                           member("own_url"), invited};
}

void write_hub(const NodeFolder& folder, const federation::Hub& hub) {
    const std::string& raw = hub.key.raw();
    const nlohmann::ordered_json object = {
        {"url", hub.url},
        {"id", hub.id},
        {"key", config::hex({reinterpret_cast<const std::uint8_t*>(raw.data()), raw.size()})},
        {"tls", hub.tls_fingerprint},
        {"names", name_of(hub.names)},
        {"invited_names", name_of(hub.invited_names)},
        {"own_url", hub.own_url}};
    config::write_file_durably(folder.hub(), object.dump(2) + "\n", 0600);
}

config::Result<federation::Carry> carry_to(const std::string& url, const std::string& tls_fingerprint,
                                           const rpc::TlsIdentity& identity) {
    rpc::HttpClientOptions options;
    options.base_url = url;
    options.server_fingerprint = tls_fingerprint;
    // A statement that comes back is as long as one that is sent.
    options.body_bytes_max = config::limits::kMessageBytesMax;
    auto client = rpc::HttpClient::create(std::move(options), &identity);
    if (!client) return std::unexpected(client.error());
    auto shared = std::make_shared<rpc::HttpClient>(std::move(*client));
    return [shared, url](std::string_view body) -> config::Result<std::string> {
        auto response = shared->post(kPath, kXml, body);
        if (!response) return std::unexpected(response.error());
        if (response->status != 200)
            return config::refuse(fmt::format("{}: answers with HTTP status {}", url, response->status));
        return std::move(response->body);
    };
}

}  // namespace assidu::node::services
