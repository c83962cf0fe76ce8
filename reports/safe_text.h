// Texts that others wrote (names of people, courses, causes) on their way into a document.
#pragma once

#include <string>
#include <string_view>

namespace assidu::reports {

// Valid UTF-8 of characters that every format of ours can carry: what is not UTF-8, and what XML 1.0 forbids
// (control characters but tab, line feed and carriage return; U+FFFE and U+FFFF), becomes U+FFFD, one for
// each byte that cannot be part of a character.
[[nodiscard]] std::string safe_text(std::string_view text);

// One CSV field, quoted where RFC 4180 asks for it, made of safe text. A text that a spreadsheet would take
// for a formula (it begins with = + - @ or a tab or carriage return, or one of these after apostrophes only)
// gets an apostrophe before it: a reader takes one apostrophe off where such a text follows it, and has the
// text again.
[[nodiscard]] std::string csv_field(std::string_view text);

// Orders names as a reader of French or English looks for them: without case and accents. Equal keys are
// possible.
[[nodiscard]] std::string sort_key(std::string_view name);

}  // namespace assidu::reports
