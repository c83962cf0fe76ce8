#include "federation/correspondence.h"

#include <fmt/format.h>

#include "rpc/signed_message.h"

namespace assidu::federation {

using config::refuse;
using config::Result;
using rpc::Value;

Result<Value> value_of_answer(std::string_view document, const std::string& title, std::int32_t* fault_code) {
    auto response = rpc::decode_response(document);
    if (!response) return refuse(fmt::format("{}'s answer is malformed: {}", title, response.error().what));
    if (const auto* fault = std::get_if<rpc::Fault>(&*response)) {
        if (fault_code != nullptr) *fault_code = fault->code;
        return refuse(fmt::format("{} answers: {} (fault {})", title, fault->text, fault->code));
    }
    return std::get<Value>(std::move(*response));
}

Correspondence::Correspondence(std::string self, Correspondent other, const rpc::SigningKey& key,
                               const config::Clock& clock, Carry carry)
    : self_(std::move(self)), other_(std::move(other)), key_(key), clock_(clock), carry_(std::move(carry)) {}

Result<Value> Correspondence::call(std::string_view method, const std::vector<Value>& params,
                                   std::int64_t* bytes) {
    fault_ = 0;
    has_other_key_ = false;
    const rpc::SignedMessage request =
        rpc::sign_message({self_, other_.id, rpc::make_message_id(), "", clock_.now_utc_s()},
                          rpc::encode_call(method, params), key_);
    const std::string body =
        rpc::encode_call("pool.message", {Value::structure({{"note", Value::bytes(request.note)},
                                                            {"payload", Value::bytes(request.payload)}})});
    const auto answer = carry_(body);
    if (!answer) return std::unexpected(answer.error());
    if (bytes != nullptr) *bytes += static_cast<std::int64_t>(body.size() + answer->size());
    const auto outer = value_of_answer(*answer, other_.title, &fault_);
    if (!outer) return std::unexpected(outer.error());
    const rpc::Field fields(*outer, "answer");
    const auto note = fields.member("note").bytes();
    const auto payload = fields.member("payload").bytes();
    if (!note) return std::unexpected(note.error());
    if (!payload) return std::unexpected(payload.error());
    const auto message = rpc::read_message(*note, *payload);
    if (!message)
        return refuse(fmt::format("{}'s answer is malformed: {}", other_.title, message.error().what));
    const rpc::MessageHeader& header = message->header;
    has_other_key_ = header.from == other_.id && !message->is_signed_by(other_.key);
    if (header.from != other_.id || has_other_key_)
        return refuse(fmt::format("the answer is not signed by {}", other_.title));
    if (header.to != self_ || header.in_reply_to != request.header.id)
        return refuse("the answer is not to this message");
    return value_of_answer(message->payload, other_.title, &fault_);
}

}  // namespace assidu::federation
