// The pool's envelope: a signed note that binds sender, recipient, message id, instant and payload. Byte by
// byte in docs/formats/message.md. The payload travels beside the note, and what is verified is the payload's
// bytes as they came: a proxy that writes the outer XML anew changes neither.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "config/refusal.h"
#include "rpc/signing_key.h"

namespace assidu::rpc {

// How far the clocks of two nodes may be apart, and how long message ids are remembered: a replay inside the
// first is caught by the second.
inline constexpr std::int64_t kClockSkewMax_s = 300;
inline constexpr std::int64_t kMessageIdsKept_s = 900;

struct MessageHeader {
    std::string from, to;     // node ids
    std::string id;           // 32 hexadecimal digits, random
    std::string in_reply_to;  // the id that this answers; empty for a request
    std::int64_t issued_utc_s = 0;
};

struct SignedMessage {
    MessageHeader header;
    std::string note, payload;

    [[nodiscard]] bool is_signed_by(const VerifyingKey& key) const;
};

// A fresh message id.
[[nodiscard]] std::string make_message_id();

[[nodiscard]] SignedMessage sign_message(MessageHeader header, std::string payload, const SigningKey& key);

// Takes a message apart and checks that the note is about this payload; whose signature it bears is the
// caller's next question. Refused, saying what is wrong, if it is not of that form.
[[nodiscard]] config::Result<SignedMessage> read_message(std::string_view note, std::string_view payload);

}  // namespace assidu::rpc
