#include "rpc/mnet_reception.h"

#include <fmt/format.h>

#include <utility>

#include "config/digest.h"
#include "rpc/xml_text.h"

namespace assidu::rpc {
namespace {

MnetMessage refused(MnetMessage message, MnetVerdict verdict, std::string why) {
    message.verdict = verdict;
    message.why = std::move(why);
    return message;
}

// Takes what a signed envelope says; whether it is true is judged after.
void read_signed(MnetMessage& message, SignedEnvelope& envelope, const MnetCertificate& certificate) {
    message.is_signed = true;
    message.is_verified = certificate.verifies(envelope.payload, envelope.signature);
    message.payload = std::move(envelope.payload);
}

MnetMessage unsealed(MnetMessage message, MnetLayer& layer, const PinnedCertificate& pinned) {
    if (auto* const envelope = std::get_if<SignedEnvelope>(&layer)) {
        message.sender = envelope->wwwroot;
        const auto certificate = pinned(message.sender);
        message.is_signed = true;
        if (!certificate) {
            message.payload = std::move(envelope->payload);
            return refused(std::move(message), MnetVerdict::unknown_sender,
                           fmt::format("nobody is known as '{}'", shown(envelope->wwwroot)));
        }
        read_signed(message, *envelope, *certificate);
        return refused(std::move(message), MnetVerdict::not_sealed, "it is signed, and not sealed");
    }
    return refused(std::move(message), MnetVerdict::not_sealed, "it is neither signed nor sealed");
}

}  // namespace

std::int32_t fault_of(MnetVerdict verdict) {
    switch (verdict) {
        case MnetVerdict::accepted:
            return 0;
        case MnetVerdict::malformed:
            return 15;
        case MnetVerdict::unknown_sender:
            return 7020;
        case MnetVerdict::not_opened:
            return 7023;
        case MnetVerdict::former_key:
            return 7025;
        case MnetVerdict::not_signed:
            return 711;
        case MnetVerdict::sender_differs:
        case MnetVerdict::bad_signature:
            return 710;
        case MnetVerdict::not_sealed:
            return 7021;
    }
    return 7000;
}

std::string_view fault_text_of(MnetVerdict verdict) {
    switch (verdict) {
        case MnetVerdict::accepted:
        case MnetVerdict::former_key:
            return "";
        case MnetVerdict::malformed:
            return "Invalid request payload";
        case MnetVerdict::unknown_sender:
            return "wrong-wwwroot";
        case MnetVerdict::not_opened:
            return "mnet/encryption-invalid";
        case MnetVerdict::not_signed:
            return "The signature verification failed. An error has occurred.";
        case MnetVerdict::sender_differs:
        case MnetVerdict::bad_signature:
            return "The signature verification failed. It appears that this payload was not signed by you.";
        case MnetVerdict::not_sealed:
            return "The transport method you are trying to use is not permitted.";
    }
    return "";
}

MnetMessage receive_message(std::string_view document, const MnetKeyRing& ring,
                            const PinnedCertificate& pinned) {
    MnetMessage message;
    auto layer = read_layer(document);
    if (!layer) return refused(std::move(message), MnetVerdict::malformed, layer.error().what);
    if (std::holds_alternative<BareDocument>(*layer)) message.payload = document;
    const auto* const sealed = std::get_if<SealedEnvelope>(&*layer);
    if (sealed == nullptr) return unsealed(std::move(message), *layer, pinned);

    message.is_sealed = true;
    message.sender = sealed->wwwroot;
    const config::Sha256Digest seal = config::sha256(sealed->key);
    message.seal.assign(seal.begin(), seal.end());
    const auto certificate = pinned(message.sender);
    if (!certificate)
        return refused(std::move(message), MnetVerdict::unknown_sender,
                       fmt::format("nobody is known as '{}'", shown(sealed->wwwroot)));
    auto opened = open_envelope(*sealed, ring);
    if (!opened)
        return refused(std::move(message), MnetVerdict::not_opened,
                       "it is sealed for none of this side's keys");
    message.key = opened->key;
    auto* const envelope = std::get_if<SignedEnvelope>(&opened->layer);
    if (envelope == nullptr) {
        message.payload = std::move(opened->document);
    } else {
        if (envelope->wwwroot != sealed->wwwroot)
            return refused(std::move(message), MnetVerdict::sender_differs,
                           fmt::format("it is sealed in the name of '{}' and signed in that of '{}'",
                                       shown(sealed->wwwroot), shown(envelope->wwwroot)));
        read_signed(message, *envelope, *certificate);
    }
    // Before any verdict on the signature, as Moodle does: where both sides have new keys, the sender must
    // learn ours first.
    if (message.key > 0)
        return refused(std::move(message), MnetVerdict::former_key,
                       "it is sealed for a key that is no longer in use");
    if (!message.is_signed)
        return refused(std::move(message), MnetVerdict::not_signed, "what was sealed is not signed");
    if (!message.is_verified)
        return refused(std::move(message), MnetVerdict::bad_signature,
                       "the signature is not one of the sender's key");
    message.verdict = MnetVerdict::accepted;
    return message;
}

}  // namespace assidu::rpc
