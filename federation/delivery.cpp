#include "federation/delivery.h"

#include <fmt/format.h>

namespace assidu::federation {
namespace {

using config::refuse;
using config::Result;
using rpc::Value;

constexpr const char* kTheHub = "the hub";

Result<Value> ask(const Carry& carry, std::string_view method, const std::vector<Value>& params) {
    const auto answer = carry(rpc::encode_call(method, params));
    if (!answer) return std::unexpected(answer.error());
    return value_of_answer(*answer, kTheHub);
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

Result<Names> ask_to_join(const Carry& carry, const std::string& introduction, const std::string& token) {
    const auto value = ask(carry, "pool.join", {Value::bytes(introduction), Value::text(token)});
    if (!value) return std::unexpected(value.error());
    const auto text = rpc::Field(*value, "answer").member("names").text();
    if (!text) return std::unexpected(text.error());
    const auto names = parse_names(*text);
    if (!names) return refuse("the hub's answer is malformed: it says no agreement on names");
    return *names;
}

Delivery::Delivery(std::string node, Hub hub, const rpc::SigningKey& key, const config::Clock& clock,
                   Carry carry)
    : node_(std::move(node)),
      hub_(std::move(hub)),
      correspondence_(node_, {hub_.id, hub_.key, kTheHub}, key, clock, std::move(carry)) {}

Result<StatementHead> Delivery::head() {
    return head_of(correspondence_.call("statement.head", {}));
}

Result<StatementHead> Delivery::announce(const StatementHead& made, std::int64_t* bytes) {
    return head_of(correspondence_.call("statement.announce",
                                        {Value::structure({{"number", Value::integer(made.number)},
                                                           {"digest", Value::text(made.digest)},
                                                           {"url", Value::text(hub_.own_url)}})},
                                        bytes));
}

Result<void> Delivery::deliver(StatementLog& log, Delivered& delivered) {
    const std::vector<std::int64_t> numbers = log.unreceipted(node_);
    delivered.waiting = static_cast<std::int64_t>(numbers.size());
    const auto head = announce(log.head(node_), &delivered.bytes);
    delivered.fault = correspondence_.fault();
    if (!head) return std::unexpected(head.error());
    for (const std::int64_t number : numbers) {
        const KeptStatement statement = log.find(node_, number).value();
        const auto value =
            correspondence_.call("statement.put", {Value::bytes(statement.bytes)}, &delivered.bytes);
        delivered.fault = correspondence_.fault();
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
