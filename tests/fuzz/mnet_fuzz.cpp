// Fuzzing of the envelopes of Moodle Networking and of the XML-RPC inside: whatever the bytes, a refusal, or
// layers that are read again the same; and nothing is accepted that A did not sign.

#include <stdlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "rpc/mnet_envelope.h"
#include "rpc/mnet_key.h"
#include "rpc/mnet_reception.h"
#include "rpc/moodle_xmlrpc.h"
#include "rpc/xmlrpc.h"

namespace {

using namespace assidu::rpc;

void require(bool held, const char* broken) {
    if (held) return;
    std::cerr << broken << '\n';
    std::abort();
}

// Keys of one run. What is found is found with any.
struct Keys {
    Keys() : ring(make()) {}
    static MnetKeyRing make() {
        char folder[] = "/tmp/assidu-fuzz-XXXXXX";
        if (::mkdtemp(folder) == nullptr) std::abort();
        auto ring = MnetKeyRing::open(folder, "https://b.example", 1'795'000'000);
        std::filesystem::remove_all(folder);
        if (!ring) std::abort();
        return std::move(*ring);
    }
    MnetKeyRing ring;
};

// What a peer's document inside an envelope may do.
void read_payload(std::string_view xml) {
    if (const auto call = decode_call(xml, Dialect::moodle)) {
        const auto again = decode_call(encode_moodle_call(call->method, call->params), Dialect::moodle);
        require(again && again->method == call->method && again->params.size() == call->params.size(),
                "a call does not come back");
    }
    if (const auto response = decode_response(xml, Dialect::moodle)) {
        if (const auto* const fault = std::get_if<Fault>(&*response))
            require(
                decode_response(encode_moodle_fault(fault->code, fault->text), Dialect::moodle).has_value(),
                "a fault is refused");
        else
            require(decode_response(encode_moodle_response(std::get<Value>(*response)), Dialect::moodle) ==
                        *response,
                    "a response does not come back");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const Keys keys;
    static const MnetCertificate own = keys.ring.current().certificate();
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    const auto known = [&](const std::string&) { return std::optional(own); };
    // As it came; and as what somebody sealed for us in our own name.
    const MnetMessage bare = receive_message(bytes, keys.ring, known);
    require(bare.verdict != MnetVerdict::accepted, "accepted what nobody signed");
    read_payload(bytes);
    if (const auto layer = read_layer(bytes)) {
        if (const auto* const sealed = std::get_if<SealedEnvelope>(&*layer))
            require(sealed->wwwroot == bare.sender, "the sender is another");
        if (const auto* const is_signed = std::get_if<SignedEnvelope>(&*layer))
            read_payload(is_signed->payload);
        if (size < 4'096) {
            const MnetMessage inside =
                receive_message(seal_envelope(bytes, own, "https://b.example"), keys.ring, known);
            require(inside.verdict != MnetVerdict::accepted, "accepted what nobody signed, sealed");
            require(inside.is_sealed, "a seal of ours is none");
        }
    }
    (void)MnetCertificate::of(bytes);
    return 0;
}
