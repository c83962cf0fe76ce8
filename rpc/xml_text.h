// Texts inside XML, for the codec of XML-RPC: characters, references, escapes. Internal to rpc/.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace assidu::rpc {

// The offset of the first byte that begins no character XML 1.0 allows (its section 2.2, "Char"), or that is
// not UTF-8 (RFC 3629: no overlong forms, no surrogates); nothing if all of it is good.
[[nodiscard]] std::optional<std::size_t> first_bad_byte(std::string_view text);

inline constexpr std::string_view kBlanks = " \t\r\n";  // XML 1.0, "S"
[[nodiscard]] bool is_blank(std::string_view text);

// Appends XML text as the content of an element: `&`, `<`, `>` as entities; CR as a reference, because an XML
// parser turns a raw one into a line feed.
void append_escaped(std::string& out, std::string_view text);

// The same in ASCII alone, as Moodle's own server writes: every character but printable ASCII as a decimal
// reference, quotation marks as entities.
void append_escaped_ascii(std::string& out, std::string_view text);

// Appends the content of an element, its references resolved: the five predefined entities and numbers of
// characters that XML allows. Nothing else exists without a DOCTYPE. Gives the offset in `raw` of what is
// not one, or nothing if all went well.
[[nodiscard]] std::optional<std::size_t> append_resolved(std::string& out, std::string_view raw);

// xmlrpc-c loses CR and refuses characters past U+FFFF, so they cross it disguised: U+E000, the code point in
// hexadecimal, ';'. U+E000 itself crosses the same way, which makes the disguise reversible.
// Appends XML text disguised and escaped.
void append_disguised(std::string& out, std::string_view text);
// The text that was disguised; nothing if `disguised` is not what append_disguised() makes.
[[nodiscard]] std::optional<std::string> undisguised(std::string_view disguised);

// The text of which each byte of UTF-8 was written as a character of its own; nothing if it was not: no
// character past U+007F, one past U+00FF, or bytes that are no UTF-8 of XML characters.
[[nodiscard]] std::optional<std::string> decoded_again(std::string_view text);

// A peer's bytes for a message to people: printable ASCII as it is, the rest as '?', cut after 60 bytes.
[[nodiscard]] std::string shown(std::string_view foreign);

}  // namespace assidu::rpc
