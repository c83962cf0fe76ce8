// The examination of a foreign XML-RPC document, before xmlrpc-c is let near it. Internal to rpc/.
//
// xmlrpc-c follows a peer into deep nesting until the stack ends, expands entities without limit, and dies of
// an <i8> that is no number of 64 bits. So it never sees a peer's bytes: pugixml reads those, what it read is
// held against the grammar of XML-RPC (http://xmlrpc.com/spec.md) and config/limits.h, and a plain document
// is written from what was found good. xmlrpc-c reads that. Each byte string thus has one reader, and two
// parsers cannot disagree about it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "rpc/xmlrpc.h"

namespace assidu::rpc {

enum class MessageKind { call, response };

struct PlainMessage {
    // A <methodCall> or <methodResponse> without declaration, comments, white space, references other than
    // those of markup, and untyped values; its texts are disguised (rpc/xml_text.h). A fault's struct stands
    // as the value of an ordinary response. Every integer is an <i8>.
    std::string document;
    // The byte strings, decoded; in the document stands an <i4>, the index here, so that they are not carried
    // through one more parser.
    std::vector<std::string> bytes;
    bool is_fault = false;
    bool says_encoding = false;  // whether the declaration names one
};

// What needs no parser and comes before any: refused if there are more than `bytes_max` or kMessageTagsMax
// '<', bytes that are no characters of XML, or markup that begins with "<!" and is neither comment nor CDATA.
[[nodiscard]] config::Result<void> check_bytes(std::string_view xml, std::size_t bytes_max);

// Refused, with the place in the message: whatever is not XML 1.0 in UTF-8 or ASCII, not of the grammar, of a
// type that rpc/value.h does not have, or past a limit. Attributes, processing instructions and "<!" other
// than comments between elements and CDATA are refused too; so is "<!DOCTYPE" inside those.
//
// In Moodle's dialect (rpc/xmlrpc.h), what rpc/value.h does not have stands as a text.
[[nodiscard]] config::Result<PlainMessage> prescan(std::string_view xml, MessageKind kind,
                                                   Dialect dialect = Dialect::pool);

}  // namespace assidu::rpc
