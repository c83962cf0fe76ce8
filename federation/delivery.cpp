#include "federation/delivery.h"

#include <fmt/format.h>

#include <algorithm>

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

Result<Joined> ask_to_join(const Carry& carry, const std::string& introduction, const std::string& token) {
    const auto value = ask(carry, "pool.join", {Value::bytes(introduction), Value::text(token)});
    if (!value) return std::unexpected(value.error());
    const auto text = rpc::Field(*value, "answer").member("names").text();
    if (!text) return std::unexpected(text.error());
    const auto names = parse_names(*text);
    if (!names) return refuse("the hub's answer is malformed: it says no agreement on names");
    Joined joined{*names, std::nullopt};
    if (const auto head = head_of(*value)) joined.head = *head;
    return joined;
}

Delivery::Delivery(std::string node, Hub hub, const rpc::SigningKey& key, const config::Clock& clock,
                   Carry carry)
    : node_(std::move(node)),
      hub_(std::move(hub)),
      key_(key),
      clock_(clock),
      carry_(std::move(carry)),
      correspondence_(node_, {hub_.id, hub_.key, kTheHub}, key, clock, carry_) {}

Result<void> Delivery::leave() {
    const auto value = correspondence_.call("member.leave", {});
    if (!value) return std::unexpected(value.error());
    return {};
}

Result<void> Delivery::attest(StatementLog& log, const std::string& note, Delivered& delivered) {
    if (const auto met = greet(log, delivered); !met) return std::unexpected(met.error());
    const auto value = correspondence_.call("key.attest", {Value::bytes(note)});
    delivered.fault = correspondence_.fault();
    if (!value) return std::unexpected(value.error());
    return {};
}

Result<std::vector<AttestationLog::Kept>> Delivery::attestations(StatementLog& log, const std::string& node,
                                                                 Delivered& delivered) {
    if (const auto met = greet(log, delivered); !met) return std::unexpected(met.error());
    const auto value = correspondence_.call("key.attestations", {Value::text(node)});
    delivered.fault = correspondence_.fault();
    if (!value) return std::unexpected(value.error());
    const Value::Array* const notes = value->as_array();
    if (notes == nullptr) return refuse("the hub's attestations are no list");
    std::vector<AttestationLog::Kept> kept;
    for (const Value& one : *notes) {
        auto attestation =
            one.as_bytes() != nullptr ? read_attestation(*one.as_bytes()) : refuse("a note is no bytes");
        if (!attestation) return std::unexpected(attestation.error());
        if (attestation->node != node)
            return refuse(fmt::format("the hub's attestation is of {}", attestation->node));
        kept.push_back({*std::move(attestation), *one.as_bytes()});
    }
    return kept;
}

Result<void> Delivery::hand_over(const StatementLog& log) {
    Value::Array notes;
    for (HandoverLog::Kept& kept : log.handovers().of(node_))
        notes.push_back(Value::bytes(std::move(kept.note)));
    if (notes.empty()) return refuse("this node never handed its key over");
    const auto value = ask(carry_, "pool.handover", {Value::array(std::move(notes))});
    if (!value) return std::unexpected(value.error());
    return {};
}

Result<void> Delivery::learn_hub_keys(StatementLog& log, Delivered& delivered) {
    const auto value = ask(carry_, "pool.handovers", {});
    if (!value) return std::unexpected(value.error());
    const Value::Array* const notes = value->as_array();
    if (notes == nullptr) return refuse("the hub's hand-overs are no list");
    std::vector<HandoverLog::Kept> told;
    for (const Value& one : *notes) {
        auto handover =
            one.as_bytes() != nullptr ? read_handover(*one.as_bytes()) : refuse("a note is no bytes");
        if (!handover) return std::unexpected(handover.error());
        if (handover->node != hub_.id || handover->tls_fingerprint != hub_.tls_fingerprint)
            return refuse("a hand-over is not this hub's");
        told.push_back({*std::move(handover), *one.as_bytes()});
    }
    // Forward from the key that was accepted: each is endorsed by the one before.
    rpc::VerifyingKey key = hub_.key;
    for (const HandoverLog::Kept& one : told) {
        if (one.handover.old_key == key) key = one.handover.new_key;
    }
    // And back from it: each signed that it follows the one before, under which there may be receipts.
    rpc::VerifyingKey later = key;
    std::vector<const HandoverLog::Kept*> chain;
    for (auto one = told.rbegin(); one != told.rend(); ++one) {
        if (one->handover.new_key != later) continue;
        later = one->handover.old_key;
        chain.push_back(&*one);
    }
    for (auto one = chain.rbegin(); one != chain.rend(); ++one)
        log.handovers().put((*one)->handover, (*one)->note);
    if (key == hub_.key) return {};
    hub_.key = key;
    correspondence_.set_key(key);
    delivered.hub_key = key;
    return {};
}

Result<StatementHead> Delivery::greet(StatementLog& log, Delivered& delivered) {
    const auto once = [&] {
        auto head = announce(log.head(node_), &delivered.bytes, log.last_receipted(node_));
        delivered.fault = correspondence_.fault();
        return head;
    };
    auto head = once();
    constexpr std::int32_t kRefused = 1;
    if (!head && delivered.fault == kRefused && hand_over(log)) head = once();
    if (!head && correspondence_.has_other_key() && learn_hub_keys(log, delivered)) head = once();
    return head;
}

Result<StatementHead> Delivery::head() {
    return head_of(correspondence_.call("statement.head", {}));
}

Result<StatementHead> Delivery::announce(const StatementHead& made, std::int64_t* bytes,
                                         std::int64_t receipted) {
    return head_of(correspondence_.call("statement.announce",
                                        {Value::structure({{"number", Value::integer(made.number)},
                                                           {"digest", Value::text(made.digest)},
                                                           {"receipted", Value::integer(receipted)},
                                                           {"url", Value::text(hub_.own_url)}})},
                                        bytes));
}

Result<std::int64_t> Delivery::common(const StatementLog& log, const StatementHead& theirs) {
    // Chains that differ at a number differ at every one behind it.
    const auto is_same = [&](std::int64_t number) -> Result<bool> {
        if (number == theirs.number) return log.digest_at(node_, number) == theirs.digest;
        const auto at = head_of(correspondence_.call("statement.digest", {Value::integer(number)}));
        if (!at) return std::unexpected(at.error());
        return at->digest == log.digest_at(node_, number);
    };
    std::int64_t low = 0, high = std::min(theirs.number, log.head(node_).number);
    if (high > 0) {
        const auto whole = is_same(high);
        if (!whole) return std::unexpected(whole.error());
        if (*whole) return high;
        --high;
    }
    while (low < high) {
        const std::int64_t middle = low + (high - low + 1) / 2;
        const auto same = is_same(middle);
        if (!same) return std::unexpected(same.error());
        (*same ? low : high) = *same ? middle : middle - 1;
    }
    return low;
}

Result<void> Delivery::take_back(StatementLog& log, std::int64_t number, Delivered& delivered) {
    const auto value = correspondence_.call("statement.get", {Value::integer(number)});
    if (!value) return std::unexpected(value.error());
    const rpc::Field fields(*value, "answer");
    const auto bytes = fields.member("statement").bytes();
    const auto receipt = fields.member("receipt").bytes();
    if (!bytes) return std::unexpected(bytes.error());
    if (!receipt) return std::unexpected(receipt.error());
    Result<Statement> statement = refuse("no key");
    // Under any key that this node ever had: one that rotated its key while it was behind did not know how
    // far the old one had signed.
    for (const rpc::VerifyingKey& key : log.handovers().keys(node_, key_.verifying_key())) {
        statement = read_statement(*bytes, key);
        if (statement) break;
    }
    if (!statement)
        return refuse(
            fmt::format("the hub's statement {} of this node is none: {}", number, statement.error().what));
    if (statement->header.node != node_ || log.judge(*statement) != ChainVerdict::next)
        return refuse(fmt::format("the hub's statement {} of this node does not continue its chain", number));
    auto checked = check_receipt(log, *receipt, number, statement->digest());
    // A ledger of before the hub handed its key over does not know the earlier ones.
    if (!checked && learn_hub_keys(log, delivered))
        checked = check_receipt(log, *receipt, number, statement->digest());
    if (!checked) return checked;
    log.put_back(*statement, std::string(*receipt));
    return {};
}

// A node whose key was revoked comes back with a key of its own, which the old one did not endorse. What it
// signed before and the hub never had, no hub will take: it is said anew under the key that counts. The first
// of these tells of all: those behind it were signed later.
void Delivery::set_strangers_aside(StatementLog& log, std::int64_t hubs_head, Delivered& delivered) {
    const std::int64_t first = hubs_head + 1;
    const auto kept = log.find(node_, first);
    if (!kept || !kept->receipt.empty()) return;
    const rpc::VerifyingKey& current = key_.verifying_key();
    const auto chain = log.handovers().of(node_);
    const bool leads_here = chain.empty() || chain.back().handover.new_key == current;
    const auto keys = leads_here ? log.handovers().keys_for(node_, current, first) : std::vector{current};
    if (std::ranges::any_of(keys,
                            [&](const auto& key) { return read_statement(kept->bytes, key).has_value(); }))
        return;
    delivered.set_aside += log.head(node_).number - hubs_head;
    log.set_aside(node_, first, clock_.now_utc_s());
}

Result<StatementHead> Delivery::agree(StatementLog& log, Delivered& delivered) {
    const StatementHead made = log.head(node_);
    const std::int64_t receipted = log.last_receipted(node_);
    const auto theirs = greet(log, delivered);
    if (!theirs) return theirs;
    const auto same = common(log, *theirs);
    delivered.fault = correspondence_.fault();
    if (!same) return std::unexpected(same.error());
    if (*same == theirs->number) {
        if (receipted > theirs->number)
            log.incidents().note(node_, IncidentKind::hub_behind, theirs->number + 1, receipted,
                                 clock_.now_utc_s());
        set_strangers_aside(log, theirs->number, delivered);
        delivered.agreed = true;
        return theirs;
    }
    if (made.number > *same) {
        log.incidents().note(node_, IncidentKind::fork, *same + 1, made.number, clock_.now_utc_s());
        log.set_aside(node_, *same + 1, clock_.now_utc_s());
        delivered.set_aside += made.number - *same;
    }
    log.incidents().note(node_, IncidentKind::node_behind, *same + 1, theirs->number, clock_.now_utc_s());
    for (std::int64_t number = *same + 1; number <= theirs->number; ++number) {
        const auto taken = take_back(log, number, delivered);
        delivered.fault = correspondence_.fault();
        if (!taken) return std::unexpected(taken.error());
        ++delivered.taken_back;
    }
    delivered.agreed = true;
    return theirs;
}

Result<void> Delivery::check_receipt(const StatementLog& log, std::string_view note, std::int64_t number,
                                     const std::string& digest) const {
    auto receipt = read_receipt(note, hub_.key);
    if (!receipt) {
        // Given before the hub handed its key over.
        for (const HandoverLog::Kept& kept : log.handovers().of(hub_.id)) {
            if (auto earlier = read_receipt(note, kept.handover.old_key)) receipt = std::move(earlier);
        }
    }
    if (!receipt) return std::unexpected(receipt.error());
    if (receipt->hub != hub_.id || receipt->node != node_ || receipt->number != number ||
        receipt->statement != digest)
        return refuse(fmt::format("the receipt for statement {} is of another one", number));
    return {};
}

Result<std::string> Delivery::ask_receipt(const StatementLog& log, const KeptStatement& statement,
                                          std::int64_t* bytes) {
    std::vector<Value> params{Value::bytes(statement.bytes)};
    // A hub that was restored believes its own receipt, whatever key has signed the statement since.
    if (!statement.receipt.empty()) params.push_back(Value::bytes(statement.receipt));
    const auto value = correspondence_.call("statement.put", params, bytes);
    if (!value) return std::unexpected(value.error());
    const auto note = rpc::Field(*value, "answer").member("receipt").bytes();
    if (!note) return std::unexpected(note.error());
    if (const auto checked = check_receipt(log, *note, statement.number, statement.digest); !checked)
        return std::unexpected(checked.error());
    return std::string(*note);
}

Result<void> Delivery::deliver(StatementLog& log, Delivered& delivered, const std::string& place) {
    delivered.waiting = static_cast<std::int64_t>(log.unreceipted(node_).size());
    const auto theirs = agree(log, delivered);
    if (!theirs) return std::unexpected(theirs.error());
    if (!place.empty()) log.confirm_place(place);
    std::vector<std::int64_t> numbers = log.unreceipted(node_);
    std::erase_if(numbers, [&](std::int64_t number) { return number > theirs->number; });
    for (std::int64_t number = theirs->number + 1; number <= log.head(node_).number; ++number)
        numbers.push_back(number);
    delivered.waiting = static_cast<std::int64_t>(numbers.size());
    for (const std::int64_t number : numbers) {
        const auto statement = log.find(node_, number);
        if (!statement)
            return refuse("another process asked the hub meanwhile; the rest is sent the next time");
        const std::int64_t bytes_before = delivered.bytes;
        auto receipt = ask_receipt(log, *statement, &delivered.bytes);
        delivered.fault = correspondence_.fault();
        // It answered, and not with a fault: a receipt of before the hub handed its key over, which a
        // restored ledger does not know.
        const bool has_answered = delivered.bytes > bytes_before && delivered.fault == 0;
        if (!receipt && has_answered && learn_hub_keys(log, delivered))
            receipt = ask_receipt(log, *statement, &delivered.bytes);
        if (!receipt) return std::unexpected(receipt.error());
        // The first receipt stays: it says how early the hub had it.
        if (statement->receipt.empty()) log.put_receipt(node_, number, *receipt);
        ++delivered.statements;
        --delivered.waiting;
    }
    return {};
}

}  // namespace assidu::federation
