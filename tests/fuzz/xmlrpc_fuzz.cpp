// Fuzzing of the XML-RPC codec: whatever the bytes, a refusal, or a value that goes out and comes back the
// same.

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string_view>

#include "rpc/xmlrpc.h"

namespace {

using namespace assidu::rpc;

void require(bool held, const char* broken) {
    if (held) return;
    std::cerr << broken << '\n';
    std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view xml(reinterpret_cast<const char*>(data), size);
    if (const auto call = decode_call(xml)) {
        const auto again = decode_call(encode_call(call->method, call->params));
        require(again && *again == *call, "a call does not come back");
    }
    if (const auto response = decode_response(xml)) {
        if (const auto* const fault = std::get_if<Fault>(&*response)) {
            require(decode_response(encode_fault(fault->code, fault->text)).has_value(),
                    "a fault is refused");
        } else {
            const auto again = decode_response(encode_response(std::get<Value>(*response)));
            require(again && *again == *response, "a response does not come back");
        }
    } else {
        require(is_xml_text(response.error().what), "a refusal cannot be answered");
        (void)encode_fault(1, response.error().what);
    }
    return 0;
}
