#include "rpc/signed_message.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "config/canonical_json.h"
#include "config/digest.h"
#include "rpc/secret.h"
#include "rpc/signed_note.h"

namespace assidu::rpc {
namespace {

constexpr std::string_view kTitle = "assidu.message/1\n";
constexpr std::size_t kMessageIdBytes = 16;

nlohmann::json header_json(const MessageHeader& header, std::string_view payload) {
    return {{"from", header.from},
            {"to", header.to},
            {"id", header.id},
            {"in_reply_to", header.in_reply_to},
            {"issued_utc_s", header.issued_utc_s},
            {"payload", config::hex(config::sha256(payload))}};
}

bool is_message_id(const std::string& id) {
    return id.size() == 2 * kMessageIdBytes && id.find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace

bool SignedMessage::is_signed_by(const VerifyingKey& key) const {
    const auto parsed = parse_note(note);
    return parsed && parsed->is_signed_by(header.from, key);
}

std::string make_message_id() {
    const Secret random = Secret::random(kMessageIdBytes);
    const std::string_view bytes = random.reveal();
    return config::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

SignedMessage sign_message(MessageHeader header, std::string payload, const SigningKey& key) {
    const std::string text =
        fmt::format("{}{}\n", kTitle, config::canonical_json(header_json(header, payload)).value());
    SignedMessage message{std::move(header), {}, std::move(payload)};
    message.note = sign_note(text, message.header.from, key);
    return message;
}

config::Result<SignedMessage> read_message(std::string_view note, std::string_view payload) {
    using config::refuse;
    const auto parsed = parse_note(note);
    if (!parsed) return std::unexpected(parsed.error());
    if (!parsed->text.starts_with(kTitle)) return refuse("not an assidu.message/1");
    const std::string text = parsed->text.substr(kTitle.size(), parsed->text.size() - kTitle.size() - 1);
    const auto object = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
    const auto member = [&](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    if (!object.is_object() || !object.contains("issued_utc_s") ||
        !object["issued_utc_s"].is_number_integer())
        return refuse("the message's header is malformed");
    MessageHeader header{member("from"), member("to"), member("id"), member("in_reply_to"),
                         object["issued_utc_s"].get<std::int64_t>()};
    if (header.from.empty() || header.to.empty() || !is_message_id(header.id) ||
        (!header.in_reply_to.empty() && !is_message_id(header.in_reply_to)))
        return refuse("the message's header is malformed");
    // What these members make must be the very text: nothing more stands in it, and the payload is the one it
    // names.
    if (config::canonical_json(header_json(header, payload)) != text)
        return refuse("the message's header is not canonical, or of another payload");
    return SignedMessage{std::move(header), std::string(note), std::string(payload)};
}

}  // namespace assidu::rpc
