// What is to be thought of a message of Moodle Networking: one judgement, for the listener, the client and
// the person who looks at a captured message.
//
// The order is Moodle's, and what it leaves open is closed: who seals is who signs (Moodle takes the inner
// name and forgets the outer), the certificate is the pinned one, and nothing of a message is believed before
// its signature is verified.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "rpc/mnet_envelope.h"
#include "rpc/mnet_key.h"

namespace assidu::rpc {

enum class MnetVerdict {
    accepted,        // sealed for the key in use, and signed by whoever it says it is of
    malformed,       // no document of Moodle Networking
    unknown_sender,  // nobody of that wwwroot is known
    not_opened,      // sealed for none of our keys
    former_key,      // sealed for a key that is no longer in use: the sender has to learn the new one
    sender_differs,  // sealed in one name, signed in another
    not_signed,      // sealed, and nothing vouches for it
    bad_signature,   // not signed with the pinned key of the sender
    not_sealed,      // in no envelope, or signed alone
};
// The fault that a Moodle answers with; 0 for `accepted`. Moodle has none of its own for what it does not
// refuse: `malformed` is phpxmlrpc's 15, `sender_differs` the 710 of a bad signature.
[[nodiscard]] std::int32_t fault_of(MnetVerdict verdict);
// The text of that fault, as Moodle has it. Of former_key: none, it is the certificate.
[[nodiscard]] std::string_view fault_text_of(MnetVerdict verdict);

struct MnetMessage {
    MnetVerdict verdict = MnetVerdict::malformed;
    std::string why;      // of a refusal, for people: in our own words
    std::string sender;   // the wwwroot that it claims; empty where it claims none
    std::string payload;  // the innermost document; empty where none was reached
    bool is_sealed = false, is_signed = false;
    bool is_verified = false;  // the signature, with the pinned certificate of `sender`: also of a message
                               // that is refused for another reason
    std::size_t key = 0;       // which of our keys opened it
    std::string seal;          // what is its own of each sealed message: the sealed key's SHA-256, 32 bytes
};

// The pinned certificate of a wwwroot, or nothing. Asked for the name on the outermost envelope.
using PinnedCertificate = std::function<std::optional<MnetCertificate>(const std::string& wwwroot)>;

// Throws ResourceFailure as open_envelope(), and what `pinned` throws.
[[nodiscard]] MnetMessage receive_message(std::string_view document, const MnetKeyRing& ring,
                                          const PinnedCertificate& pinned);

}  // namespace assidu::rpc
