// The two envelopes of Moodle Networking, byte-compatible with Moodle's: a document is signed, and what comes
// of it is sealed. Both look like XML signature and encryption and are not: what is signed are the bytes of
// the document inside, RSA and SHA-1, and nothing of what stands around them; what is sealed has no
// protection against changes. So a sender is known by the signature inside alone, and everything around it is
// read with one meaning or not at all: Moodle's own parser takes element names in any case and place, joins
// repeats and expands entities, and each of those is a way to say one thing to it and another to us.
//
// Pure functions; from any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "config/refusal.h"
#include "rpc/mnet_key.h"

namespace assidu::rpc {

// <encryptedMessage>: nothing of it is vouched for.
struct SealedEnvelope {
    std::string data, key;  // sealed with `key`, which is sealed with the recipient's
    std::string wwwroot;    // of the sender, as it says
};
// <signedMessage>: `payload` is vouched for once MnetCertificate::verifies() says so, the rest never.
struct SignedEnvelope {
    std::string payload, signature;
    std::string wwwroot;    // of the sender, as it says
    std::string timestamp;  // as it was written; empty where there is none
    std::string digest;     // SHA-1 of the payload, as it says; Moodle never looks at it
};
// A <methodCall> or <methodResponse> in no envelope. Not examined further (rpc/prescan.h does).
struct BareDocument {
    bool is_call = false;
};
using MnetLayer = std::variant<SealedEnvelope, SignedEnvelope, BareDocument>;

// The outermost layer of a document. Refused, saying what is wrong: more than limits::kMnetBodyBytesMax, a
// document type, no XML, another root; in an envelope, a part that is missing, that is there twice however it
// is written, in another place, or whose base64 is none; more than the envelope's limits. Blanks around the
// document are passed over.
[[nodiscard]] config::Result<MnetLayer> read_layer(std::string_view document);

// The hexadecimal SHA-1 that a signed envelope's digest has to be.
[[nodiscard]] std::string payload_digest(std::string_view payload);

// `wwwroot` is the sender's (check_wwwroot()). The layout is such that Moodle's client knows it again: the
// declaration in front, no attributes on the root.
[[nodiscard]] std::string sign_envelope(std::string_view payload, const MnetKey& key,
                                        std::string_view wwwroot, std::int64_t now_utc_s);
// Throws ResourceFailure if there is no RC4 (Arcfour::get()), which callers have asked for before.
[[nodiscard]] std::string seal_envelope(std::string_view document, const MnetCertificate& recipient,
                                        std::string_view wwwroot);

struct OpenedEnvelope {
    std::string document;  // what was sealed
    MnetLayer layer;       // of it: signed or bare
    std::size_t key = 0;   // which of the ring's keys opened it; 0 is the one in use
};
// Opens with whichever key of the ring gives a document with a signed layer or a bare one: judged by the
// result, since a wrong key may well give bytes. Nothing otherwise, and no reason: who sent it must not learn
// at which step it failed. Throws ResourceFailure as seal_envelope().
[[nodiscard]] std::optional<OpenedEnvelope> open_envelope(const SealedEnvelope& envelope,
                                                          const MnetKeyRing& ring);

}  // namespace assidu::rpc
