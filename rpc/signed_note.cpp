#include "rpc/signed_note.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "config/digest.h"
#include "config/utf8.h"
#include "rpc/base64.h"

namespace assidu::rpc {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // an em dash and a space
constexpr std::size_t kKeyIdBytes = 4;

std::string key_id(std::string_view name, const VerifyingKey& key) {
    const auto digest = config::sha256(fmt::format("{}\n\x01{}", name, key.raw()));
    return {digest.begin(), digest.begin() + kKeyIdBytes};
}

bool is_name(std::string_view name) {
    return !name.empty() && std::ranges::none_of(name, [](char c) {
        return static_cast<unsigned char>(c) <= 0x20 || c == '+' || c == 0x7f;
    });
}

bool is_text(std::string_view text) {
    return text.ends_with('\n') && config::is_utf8(text) && std::ranges::none_of(text, [](char c) {
               return static_cast<unsigned char>(c) < 0x20 && c != '\n';
           });
}

}  // namespace

bool SignedNote::is_signed_by(std::string_view name, const VerifyingKey& key) const {
    const std::string id = key_id(name, key);
    return std::ranges::any_of(signatures, [&](const NoteSignature& one) {
        return one.name == name && one.key_id == id && key.verifies(text, one.signature);
    });
}

std::string sign_note(std::string_view text, std::string_view name, const SigningKey& key) {
    if (!is_text(text) || !is_name(name))
        throw std::logic_error("a note's text or the name under it is malformed");
    const std::string signature = key_id(name, key.verifying_key()) + key.sign(text);
    return fmt::format("{}\n{}{} {}\n", text, kDash, name, base64(signature));
}

config::Result<SignedNote> parse_note(std::string_view bytes) {
    using config::refuse;
    if (bytes.size() > kNoteBytesMax)
        return refuse(fmt::format("the note is longer than {} bytes", kNoteBytesMax));
    const std::size_t gap = bytes.rfind("\n\n");
    if (gap == std::string_view::npos) return refuse("the note has no signatures under an empty line");
    SignedNote note;
    note.text = bytes.substr(0, gap + 1);
    if (!is_text(note.text)) return refuse("the note's text is not UTF-8 or has control characters");
    std::string_view rest = bytes.substr(gap + 2);
    while (!rest.empty()) {
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos) return refuse("the note's last line has no end");
        std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 1);
        const std::size_t space =
            line.starts_with(kDash) ? line.find(' ', kDash.size()) : std::string_view::npos;
        if (space == std::string_view::npos) return refuse("a line under the note is not a signature");
        const std::string_view name = line.substr(kDash.size(), space - kDash.size());
        const auto payload = unbase64(line.substr(space + 1));
        if (!is_name(name) || !config::is_utf8(name) || !payload || payload->size() <= kKeyIdBytes)
            return refuse("a signature under the note is malformed");
        if (note.signatures.size() == kNoteSignaturesMax)
            return refuse(fmt::format("the note has more than {} signatures", kNoteSignaturesMax));
        note.signatures.push_back(
            {std::string(name), payload->substr(0, kKeyIdBytes), payload->substr(kKeyIdBytes)});
    }
    if (note.signatures.empty()) return refuse("the note has no signature");
    return note;
}

}  // namespace assidu::rpc
