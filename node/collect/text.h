// Text that came from outside: what it is encoded in, how it is compared, how it is shown to a person.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace assidu::node::collect {

// Well-formed UTF-8 without control characters (C0, DEL, C1): what a name may be.
[[nodiscard]] bool is_plain_text(std::string_view bytes);

// The bytes themselves if they are UTF-8, else their reading as Windows-1252, kept in `storage`: spreadsheets
// of Windows and old servers write that, and every byte has a meaning in it (the five unassigned ones become
// the C1 controls of the same number, as browsers have it). Decided by the field, not by the file: real
// downloads mix both.
[[nodiscard]] std::string_view decoded(std::string_view bytes, std::string& storage);

// UTF-8 text as it is compared: trimmed, spaces of every kind as one space, ASCII and Latin letters in lower
// case without accents, typographic apostrophes straight. "Nom de l'événement" in either typography gives
// "nom de l'evenement".
[[nodiscard]] std::string folded(std::string_view utf8);

// UTF-8 text to keep: spaces and control characters of every kind become one space, the ends are trimmed, and
// no more than `bytes_max` bytes stay, cut between two characters.
[[nodiscard]] std::string cleaned(std::string_view utf8, std::size_t bytes_max);

// Bytes in one line of a message, whatever they are: control characters, those that turn a line's direction,
// and bytes that are no UTF-8 as \xNN.
[[nodiscard]] std::string printable(std::string_view bytes);

// Bytes as a message shows them: in single quotes, shortened, control characters and bytes that are no UTF-8
// as \xNN.
[[nodiscard]] std::string shown(std::string_view bytes, std::size_t bytes_max = 48);

// Without spaces, tabs and line ends at either end.
[[nodiscard]] std::string_view trimmed(std::string_view text);

// The ASCII letters in lower case, the rest as it is.
[[nodiscard]] std::string lower_ascii(std::string_view text);

}  // namespace assidu::node::collect
