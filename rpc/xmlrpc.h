// XML-RPC (http://xmlrpc.com/spec.md): the one way of values into XML and out of it.
//
// Written as the specification has it, with <int> for what has 32 bits and <i8> beyond. A text survives
// character by character, whatever XML 1.0 allows in it; bytes and integers always. Read strictly, within
// config/limits.h, and never by xmlrpc-c before everything was checked (rpc/prescan.h): a peer's message
// becomes a value or a refusal, whatever its bytes.
//
// Every function may be called from many threads at once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "config/refusal.h"
#include "rpc/value.h"

namespace assidu::rpc {

struct Call {
    std::string method;
    std::vector<Value> params;
    friend bool operator==(const Call&, const Call&) = default;
};

struct Fault {
    std::int32_t code = 0;
    std::string text;
    friend bool operator==(const Fault&, const Fault&) = default;
};

using Response = std::variant<Value, Fault>;

// Who speaks.
enum class Dialect {
    pool,    // nodes: strictly what this file says
    moodle,  // Moodle and Mahara (rpc/moodle_xmlrpc.h): a <double> and a <dateTime.iso8601> become the text
             // that stands in them, a <nil/> the empty text that PHP makes of it; blanks around numbers are
             // passed over; <boolean> also holds "true" and "false"
};

// 1 to kMethodNameBytesMax of A-Z a-z 0-9 _ . : /
[[nodiscard]] bool is_method_name(std::string_view name);

// A whole document, with its declaration. Equal values give equal bytes. What decode_call() or
// decode_response() would refuse cannot be made: std::length_error where kMessageBytesMax is passed, and
// std::logic_error for a text that is not is_xml_text(), a bad method name, or another limit passed. Whoever
// passes on what others wrote checks it first, or sends bytes.
[[nodiscard]] std::string encode_call(std::string_view method, const std::vector<Value>& params);
[[nodiscard]] std::string encode_response(const Value& value);

// Never throws on account of the text: it is an error's, and may quote what caused it. Characters that XML
// does not have become '?', and it is cut after kFaultTextBytesMax.
[[nodiscard]] std::string encode_fault(std::int32_t code, std::string_view text);

// Refused with what is wrong and where: "params[0].rows[3]: <double> is not taken; ... (byte 512 of the
// message)". The words are ours and quote at most a few printable characters of the message, so they may be
// answered to whoever sent it. Throws std::bad_alloc where memory is short.
[[nodiscard]] config::Result<Call> decode_call(std::string_view xml, Dialect dialect = Dialect::pool);
// Of a response of Moodle's dialect whose declaration names an encoding, which versions up to 3.11 and Mahara
// write, texts that were encoded twice (each byte of UTF-8 a reference of its own) are made good.
[[nodiscard]] config::Result<Response> decode_response(std::string_view xml, Dialect dialect = Dialect::pool);

}  // namespace assidu::rpc
