// Signed notes (C2SP signed-note, Ed25519): a text that people can read and the signatures under it.
//
//   TEXT, ending with a line feed
//   (an empty line)
//   "— NAME BASE64(KEYID | SIGNATURE)", a line a signature
//
// KEYID is the first four bytes of SHA-256(NAME | 0x0A | 0x01 | the 32 bytes of the public key); the
// signature is over TEXT with its last line feed. Source: github.com/C2SP/C2SP, signed-note.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "rpc/signing_key.h"

namespace assidu::rpc {

// Bytes of a note that is read, and signatures under it.
inline constexpr std::size_t kNoteBytesMax = std::size_t{1} << 20;
inline constexpr std::size_t kNoteSignaturesMax = 16;

struct NoteSignature {
    std::string name;
    std::string key_id;     // 4 bytes
    std::string signature;  // the bytes after it
};

struct SignedNote {
    std::string text;  // what is signed
    std::vector<NoteSignature> signatures;

    // Whether a signature under that name verifies with that key. Others may be there, of names nobody asked
    // for.
    [[nodiscard]] bool is_signed_by(std::string_view name, const VerifyingKey& key) const;
};

// Signs `text`, which must end with a line feed and hold no other control character, under `name`, which must
// be a word without '+': std::logic_error otherwise.
[[nodiscard]] std::string sign_note(std::string_view text, std::string_view name, const SigningKey& key);

// Takes a note apart; says nothing of whether its signatures hold. Refused, saying what is wrong, if it is
// not exactly of that form, is not UTF-8, or is over a limit above.
[[nodiscard]] config::Result<SignedNote> parse_note(std::string_view bytes);

}  // namespace assidu::rpc
