// XML-RPC as Moodle's client and server read it: the documents that go into the envelopes of Moodle
// Networking. They are read by rpc/xmlrpc.h in its dialect `moodle`.
//
// Equal values give equal bytes. Limits and exceptions are those of encode_call() and encode_response().
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rpc/value.h"
#include "rpc/xmlrpc.h"

namespace assidu::rpc {

// "system/listServices", "blocks/use_stats/rpclib.php/use_stats_rpc_get_stats": the grammar without which
// Moodle's server looks at nothing else (fault 713).
[[nodiscard]] bool is_mnet_method(std::string_view path);

// UTF-8, and said so.
[[nodiscard]] std::string encode_moodle_call(std::string_view method, const std::vector<Value>& params);
// ASCII alone, everything else as references, without an encoding in its declaration: the one form that
// versions which decode as ISO-8859-1 and such that decode as UTF-8 read the same.
[[nodiscard]] std::string encode_moodle_response(const Value& value);
// With blanks between its tags: of a fault in no envelope, Moodle's client finds code and text only where
// there are some behind <fault>. Characters that XML does not have become '?'.
[[nodiscard]] std::string encode_moodle_fault(std::int32_t code, std::string_view text);

}  // namespace assidu::rpc
