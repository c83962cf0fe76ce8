#include "federation/delivery.h"

#include <fmt/format.h>

namespace assidu::federation {
namespace {

using config::refuse;
using config::Result;
using rpc::Value;

// The value of an answer; a fault becomes a refusal in its own words.
Result<Value> value_of(std::string_view document, std::int32_t* fault_code = nullptr) {
    auto response = rpc::decode_response(document);
    if (!response) return refuse("the hub's answer is malformed: " + response.error().what);
    if (const auto* fault = std::get_if<rpc::Fault>(&*response)) {
        if (fault_code != nullptr) *fault_code = fault->code;
        return refuse(fmt::format("the hub answers: {} (fault {})", fault->text, fault->code));
    }
    return std::get<Value>(std::move(*response));
}

Result<Value> ask(const Carry& carry, std::string_view method, const std::vector<Value>& params) {
    const auto answer = carry(rpc::encode_call(method, params));
    if (!answer) return std::unexpected(answer.error());
    return value_of(*answer);
}

Result<StatementHead> head_of(const Result<Value>& answer) {
    if (!answer) return std::unexpected(answer.error());
    const rpc::Field fields(*answer, "answer");
    const auto number = fields.member("number").integer();
    const auto digest = fields.member("digest").text();
    if (!number) return std::unexpected(number.error());
    if (!digest) return std::unexpected(digest.error());
    return StatementHead{*number, std::string(*digest)};
}

}  // namespace

Result<Introduction> ask_introduction(const Carry& carry) {
    const auto value = ask(carry, "pool.introduce", {});
    if (!value) return std::unexpected(value.error());
    if (value->as_bytes() == nullptr) return refuse("the hub's introduction is no bytes");
    return read_introduction(*value->as_bytes());
}

Result<void> ask_to_join(const Carry& carry, const std::string& introduction, const std::string& token) {
    const auto value = ask(carry, "pool.join", {Value::bytes(introduction), Value::text(token)});
    if (!value) return std::unexpected(value.error());
    return {};
}

Delivery::Delivery(std::string node, Hub hub, const rpc::SigningKey& key, const config::Clock& clock,
                   Carry carry)
    : node_(std::move(node)), hub_(std::move(hub)), key_(key), clock_(clock), carry_(std::move(carry)) {}

Result<Value> Delivery::call(std::string_view method, const std::vector<Value>& params, std::int64_t* bytes) {
    fault_ = 0;
    const rpc::SignedMessage request =
        rpc::sign_message({node_, hub_.id, rpc::make_message_id(), "", clock_.now_utc_s()},
                          rpc::encode_call(method, params), key_);
    const std::string body =
        rpc::encode_call("pool.message", {Value::structure({{"note", Value::bytes(request.note)},
                                                            {"payload", Value::bytes(request.payload)}})});
    const auto answer = carry_(body);
    if (!answer) return std::unexpected(answer.error());
    if (bytes != nullptr) *bytes += static_cast<std::int64_t>(body.size() + answer->size());
    const auto outer = value_of(*answer, &fault_);
    if (!outer) return std::unexpected(outer.error());
    const rpc::Field fields(*outer, "answer");
    const auto note = fields.member("note").bytes();
    const auto payload = fields.member("payload").bytes();
    if (!note) return std::unexpected(note.error());
    if (!payload) return std::unexpected(payload.error());
    const auto message = rpc::read_message(*note, *payload);
    if (!message) return refuse("the hub's answer is malformed: " + message.error().what);
    const rpc::MessageHeader& header = message->header;
    if (header.from != hub_.id || !message->is_signed_by(hub_.key))
        return refuse("the answer is not signed by the hub");
    if (header.to != node_ || header.in_reply_to != request.header.id)
        return refuse("the answer is not to this message");
    return value_of(message->payload, &fault_);
}

Result<StatementHead> Delivery::head() {
    return head_of(call("statement.head", {}));
}

Result<StatementHead> Delivery::announce(const StatementHead& made) {
    return head_of(call("statement.announce", {Value::structure({{"number", Value::integer(made.number)},
                                                                 {"digest", Value::text(made.digest)},
                                                                 {"url", Value::text(hub_.own_url)}})}));
}

Result<void> Delivery::deliver(StatementLog& log, Delivered& delivered) {
    const std::vector<std::int64_t> numbers = log.unreceipted(node_);
    delivered.waiting = static_cast<std::int64_t>(numbers.size());
    const auto head = announce(log.head(node_));
    delivered.fault = fault_;
    if (!head) return std::unexpected(head.error());
    for (const std::int64_t number : numbers) {
        const KeptStatement statement = log.find(node_, number).value();
        const auto value = call("statement.put", {Value::bytes(statement.bytes)}, &delivered.bytes);
        delivered.fault = fault_;
        if (!value) return std::unexpected(value.error());
        const auto note = rpc::Field(*value, "answer").member("receipt").bytes();
        if (!note) return std::unexpected(note.error());
        const auto receipt = read_receipt(*note, hub_.key);
        if (!receipt) return std::unexpected(receipt.error());
        if (receipt->hub != hub_.id || receipt->node != node_ || receipt->number != number ||
            receipt->statement != statement.digest)
            return refuse(fmt::format("the receipt for statement {} is of another one", number));
        log.put_receipt(node_, number, std::string(*note));
        ++delivered.statements;
        --delivered.waiting;
    }
    return {};
}

}  // namespace assidu::federation
