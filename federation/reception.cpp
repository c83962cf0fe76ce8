#include "federation/reception.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "config/digest.h"
#include "config/limits.h"
#include "federation/statement.h"

namespace assidu::federation {
namespace {

using rpc::Value;

Value message_value(const rpc::SignedMessage& message) {
    return Value::structure(
        {{"note", Value::bytes(message.note)}, {"payload", Value::bytes(message.payload)}});
}

PoolFault fault_of(ChainVerdict verdict) {
    if (verdict == ChainVerdict::fork) return PoolFault::fork;
    return verdict == ChainVerdict::ahead ? PoolFault::ahead : PoolFault::broken_chain;
}

// Whether the call shows this node's own receipt for the statement: it was taken once.
bool is_receipted(const Statement& statement, const rpc::Call& call, const StatementLog& log,
                  const Receiver& receiver) {
    const std::string* const note = call.params.size() > 1 ? call.params[1].as_bytes() : nullptr;
    if (note == nullptr) return false;
    for (const rpc::VerifyingKey& key : log.handovers().keys(receiver.id, receiver.key->verifying_key())) {
        const auto receipt = read_receipt(*note, key);
        if (receipt && receipt->hub == receiver.id && receipt->node == statement.header.node &&
            receipt->number == statement.header.number && receipt->statement == statement.digest())
            return true;
    }
    return false;
}

// Empty, or an address that is safe to print and that a client can be made of.
bool is_url(std::string_view text) {
    return text.empty() || (text.starts_with("https://") && std::ranges::all_of(text, [](char c) {
                                return c > ' ' && static_cast<unsigned char>(c) < 0x7f;
                            }));
}

}  // namespace

std::string_view name_of(PoolFault fault) {
    switch (fault) {
        case PoolFault::refused:
            return "refused";
        case PoolFault::wrong_recipient:
            return "wrong_recipient";
        case PoolFault::stale:
            return "stale";
        case PoolFault::replay:
            return "replay";
        case PoolFault::malformed:
            return "malformed";
        case PoolFault::bad_statement:
            return "bad_statement";
        case PoolFault::fork:
            return "fork";
        case PoolFault::ahead:
            return "ahead";
        case PoolFault::broken_chain:
            return "broken_chain";
        case PoolFault::not_agreed:
            return "not_agreed";
        case PoolFault::not_kept:
            return "not_kept";
        case PoolFault::bad_attestation:
            return "bad_attestation";
    }
    return "";
}

Reception::Reception(Receiver receiver, MemberList& members, StatementLog& statements,
                     const config::Clock& clock, std::function<void(const std::string&)> log)
    : receiver_(std::move(receiver)),
      members_(members),
      statements_(statements),
      clock_(clock),
      log_(std::move(log)),
      group_(statements.file()) {}

void Reception::note(const std::string& sender, const Refused& refused) {
    members_.count_refusal(sender, std::string(name_of(refused.fault)), own_hub(sender).has_value());
    log_(fmt::format("refused a message of {}: {}: {}", sender.empty() ? "an unknown sender" : sender,
                     name_of(refused.fault), refused.reason));
}

std::string Reception::answer(std::string_view body, const std::optional<std::string>& tls_fingerprint) {
    Heard heard = hear(body, tls_fingerprint);
    Answer answer = std::unexpected(Refused{PoolFault::refused, ""});
    group_.run([&] {
        answer = outer(heard);
        if (!answer) note(heard.sender, answer.error());
    });
    return reply(heard, answer);
}

Reception::Heard Reception::hear(std::string_view body, const std::optional<std::string>& tls_fingerprint) {
    Heard heard{rpc::decode_call(body), tls_fingerprint, {}};
    if (!heard.call || heard.call->method != "pool.message" || heard.call->params.size() != 1) return heard;
    const Value* const note = heard.call->params[0].find("note");
    const Value* const payload = heard.call->params[0].find("payload");
    if (note == nullptr || payload == nullptr || note->as_bytes() == nullptr || payload->as_bytes() == nullptr) {
        heard.message = config::refuse("pool.message wants a note and a payload");
        return heard;
    }
    heard.message = rpc::read_message(*note->as_bytes(), *payload->as_bytes());
    if (!heard.message) return heard;
    heard.sender = heard.message->header.from;
    {
        const std::scoped_lock guard(keys_mutex_);
        const auto known = keys_.find(heard.sender);
        if (known == keys_.end()) return heard;
        heard.signed_by = known->second;
    }
    // Nothing more is read of what nobody known signed.
    if (!heard.message->is_signed_by(*heard.signed_by)) {
        heard.signed_by.reset();
        return heard;
    }
    heard.inner = rpc::decode_call(heard.message->payload);
    const rpc::Call* const inner = *heard.inner ? &**heard.inner : nullptr;
    if (inner != nullptr && inner->method == "statement.put" && !inner->params.empty() &&
        inner->params[0].as_bytes() != nullptr)
        heard.statement = read_statement(*inner->params[0].as_bytes(), *heard.signed_by);
    return heard;
}

std::string Reception::reply(const Heard& heard, const Answer& answer) const {
    if (!heard.is_authenticated) {
        if (answer) return rpc::encode_response(*answer);
        // The reason stays inside: who is not authenticated learns nothing that helps to become so.
        return rpc::encode_fault(static_cast<std::int32_t>(PoolFault::refused), name_of(PoolFault::refused));
    }
    // The sender is who it says, and is told what is wrong, under this node's signature.
    std::string text =
        answer
            ? rpc::encode_response(*answer)
            : rpc::encode_fault(static_cast<std::int32_t>(answer.error().fault),
                                fmt::format("{}: {}", name_of(answer.error().fault), answer.error().reason));
    return rpc::encode_response(message_value(rpc::sign_message({receiver_.id, heard.sender, rpc::make_message_id(),
                                                                 heard.message->header.id, clock_.now_utc_s()},
                                                                std::move(text), *receiver_.key)));
}

Reception::Answer Reception::outer(Heard& heard) {
    if (!heard.call) return std::unexpected(Refused{PoolFault::refused, heard.call.error().what});
    const rpc::Call& call = *heard.call;
    if (call.method == "pool.introduce" && call.params.empty()) return Value::bytes(receiver_.introduction);
    if (call.method == "pool.join" && call.params.size() == 2) return join(heard);
    if (call.method == "pool.handover" && call.params.size() == 1) return hand_over(heard);
    if (call.method == "pool.handovers" && call.params.empty()) {
        Value::Array notes;
        for (HandoverLog::Kept& kept : statements_.handovers().of(receiver_.id))
            notes.push_back(Value::bytes(std::move(kept.note)));
        return Value::array(std::move(notes));
    }
    if (call.method == "pool.message" && call.params.size() == 1) return message(heard);
    return std::unexpected(Refused{PoolFault::refused, "no such method with so many parameters"});
}

Reception::Answer Reception::join(Heard& heard) {
    const rpc::Call& call = *heard.call;
    const std::string* const note = call.params[0].as_bytes();
    const std::string* const token = call.params[1].as_text();
    if (note == nullptr || token == nullptr)
        return std::unexpected(Refused{PoolFault::refused, "pool.join wants bytes and a text"});
    const auto introduction = read_introduction(*note);
    if (!introduction) return std::unexpected(Refused{PoolFault::refused, introduction.error().what});
    heard.sender = introduction->id;
    if (heard.tls_fingerprint != introduction->tls_fingerprint)
        return std::unexpected(
            Refused{PoolFault::refused, "the connection has another certificate than the introduction"});
    if (const auto put = members_.introduce(*introduction, *token, clock_.now_utc_s()); !put)
        return std::unexpected(Refused{PoolFault::refused, put.error().what});
    const auto member = members_.find(introduction->id);
    const StatementHead head = statements_.head(member->id);
    return Value::structure({{"state", Value::text(std::string(name_of(member->state)))},
                             {"number", Value::integer(head.number)},
                             {"digest", Value::text(head.digest)},
                             {"names", Value::text(std::string(name_of(member->names)))}});
}

// A member whose key is another than before says so itself: each note bears the signatures that count.
Reception::Answer Reception::hand_over(Heard& heard) {
    const Value::Array* const notes = heard.call->params[0].as_array();
    if (notes == nullptr || notes->empty())
        return std::unexpected(Refused{PoolFault::refused, "pool.handover wants notes"});
    for (const Value& one : *notes) {
        const auto handover =
            one.as_bytes() != nullptr ? read_handover(*one.as_bytes()) : config::refuse("a note is no bytes");
        if (!handover) return std::unexpected(Refused{PoolFault::refused, handover.error().what});
        heard.sender = handover->node;
        if (heard.tls_fingerprint != handover->tls_fingerprint)
            return std::unexpected(Refused{PoolFault::refused, "the connection has another certificate"});
        const auto member = members_.find(handover->node);
        // Those before and behind the key that is known here are passed over; the last one must lead to it.
        const bool is_last = &one == &notes->back();
        if (member && member->key != handover->old_key && !is_last) continue;
        if (const auto done = members_.hand_over(*handover, *one.as_bytes()); !done)
            return std::unexpected(Refused{PoolFault::refused, done.error().what});
    }
    log_(fmt::format("{} handed its key over", heard.sender));
    return Value::structure({{"state", Value::text("active")}});
}

Reception::Answer Reception::message(Heard& heard) {
    if (!heard.message) return std::unexpected(Refused{PoolFault::refused, heard.message.error().what});
    const auto from = authenticate(heard);
    if (!from) return std::unexpected(from.error());
    heard.is_authenticated = true;
    return inner(heard, *from);
}

std::optional<Hub> Reception::own_hub(const std::string& id) const {
    auto hub = own_hub_.hub ? own_hub_.hub() : std::nullopt;
    if (hub && hub->id != id) hub.reset();
    return hub;
}

std::expected<Reception::Sender, Reception::Refused> Reception::authenticate(const Heard& heard) {
    Sender sender{heard.sender, members_.find(heard.sender), own_hub(heard.sender)};
    std::string reason = sender.member ? fmt::format("it is {}", name_of(sender.member->state))
                                       : std::string("it is no member");
    const auto is_from = [&](const rpc::VerifyingKey& key, const std::string& fingerprint) {
        if (heard.signed_by != key && !heard.message->is_signed_by(key))
            reason = "the signature does not hold";
        else if (heard.tls_fingerprint != fingerprint)
            reason = "the connection has another certificate than the one that was accepted";
        else
            return true;
        return false;
    };
    const bool is_active = sender.member && sender.member->state == MemberState::active && sender.member->key;
    if (!is_active || !is_from(*sender.member->key, sender.member->tls_fingerprint)) sender.member.reset();
    if (sender.hub && !is_from(sender.hub->key, sender.hub->tls_fingerprint)) sender.hub.reset();
    if (!sender.member && !sender.hub) return std::unexpected(Refused{PoolFault::refused, reason});
    if (sender.member && heard.signed_by != sender.member->key) {
        const std::scoped_lock guard(keys_mutex_);
        keys_.insert_or_assign(sender.id, *sender.member->key);
    }
    return sender;
}

Reception::Answer Reception::inner(Heard& heard, const Sender& sender) {
    const rpc::SignedMessage& message = *heard.message;
    const std::int64_t now_utc_s = clock_.now_utc_s();
    if (message.header.to != receiver_.id)
        return std::unexpected(
            Refused{PoolFault::wrong_recipient,
                    fmt::format("it is for {}, not for {}", message.header.to, receiver_.id)});
    const std::int64_t issued_s = message.header.issued_utc_s;
    if (issued_s < now_utc_s - rpc::kClockSkewMax_s || issued_s > now_utc_s + rpc::kClockSkewMax_s)
        return std::unexpected(
            Refused{PoolFault::stale,
                    fmt::format("issued at {}, and the receiver's clock says {}", issued_s, now_utc_s)});
    if (!members_.remember_message(sender.id, message.header.id, now_utc_s))
        return std::unexpected(
            Refused{PoolFault::replay, fmt::format("message {} was received already", message.header.id)});
    if (!heard.inner) heard.inner = rpc::decode_call(message.payload);
    const config::Result<rpc::Call>& call = *heard.inner;
    if (!call) return std::unexpected(Refused{PoolFault::malformed, call.error().what});
    if (call->method == "names.ask" && call->params.size() == 1) {
        if (sender.hub) return tell_names(*call, *sender.hub);
        return std::unexpected(
            Refused{PoolFault::not_agreed, "names are told to the hub of this node alone"});
    }
    if (sender.member) return of_member(heard, *call, *sender.member);
    return std::unexpected(Refused{PoolFault::malformed, "no such method with so many parameters"});
}

Reception::Answer Reception::of_member(Heard& heard, const rpc::Call& call, const Member& member) {
    if (call.method == "statement.put" && (call.params.size() == 1 || call.params.size() == 2))
        return put_statement(heard, call, member);
    if (call.method == "statement.announce" && call.params.size() == 1) return announce(call, member);
    if (call.method == "statement.head" && call.params.empty()) return head_of(member);
    if (call.method == "statement.digest" && call.params.size() == 1) return digest_at(call, member);
    if (call.method == "statement.get" && call.params.size() == 1) return give_back(call, member);
    if (call.method == "key.attest" && call.params.size() == 1) return attest(call, member);
    if (call.method == "key.attestations" && call.params.size() == 1) return attestations(call);
    if (call.method == "member.leave" && call.params.empty()) {
        if (const auto left = members_.suspend(member.id, clock_.now_utc_s()); !left)
            return std::unexpected(Refused{PoolFault::malformed, left.error().what});
        log_(fmt::format("{} leaves the pool", member.id));
        return Value::structure({{"state", Value::text("suspended")}});
    }
    return std::unexpected(Refused{PoolFault::malformed, "no such method with so many parameters"});
}

Reception::Answer Reception::head_of(const Member& member) const {
    const StatementHead head = statements_.head(member.id);
    return Value::structure({{"number", Value::integer(head.number)}, {"digest", Value::text(head.digest)}});
}

Reception::Answer Reception::digest_at(const rpc::Call& call, const Member& member) const {
    const auto number = call.params[0].as_integer();
    if (!number) return std::unexpected(Refused{PoolFault::malformed, "statement.digest wants a number"});
    std::string digest = statements_.digest_at(member.id, *number);
    if (digest.empty())
        return std::unexpected(Refused{PoolFault::not_kept, fmt::format("there is no statement {}", *number)});
    return Value::structure({{"number", Value::integer(*number)}, {"digest", Value::text(std::move(digest))}});
}

Reception::Answer Reception::give_back(const rpc::Call& call, const Member& member) const {
    const auto number = call.params[0].as_integer();
    if (!number) return std::unexpected(Refused{PoolFault::malformed, "statement.get wants a number"});
    auto kept = statements_.find(member.id, *number);
    if (!kept)
        return std::unexpected(Refused{PoolFault::not_kept, fmt::format("there is no statement {}", *number)});
    return Value::structure({{"statement", Value::bytes(std::move(kept->bytes))},
                             {"receipt", Value::bytes(std::move(kept->receipt))}});
}

// A partner's word on the key of another, or on this hub's own.
Reception::Answer Reception::attest(const rpc::Call& call, const Member& member) {
    const std::string* const note = call.params[0].as_bytes();
    if (note == nullptr) return std::unexpected(Refused{PoolFault::malformed, "key.attest wants bytes"});
    const auto attestation = read_attestation(*note);
    if (!attestation) return std::unexpected(Refused{PoolFault::bad_attestation, attestation.error().what});
    std::optional<KeyHolder> about;
    if (attestation->node == receiver_.id)
        about = KeyHolder{receiver_.id, receiver_.key->verifying_key()};
    else if (const auto other = members_.find(attestation->node); other && other->key)
        about = KeyHolder{other->id, *other->key};
    const auto taken =
        members_.attestations().take(*note, {member.id, *member.key}, about, clock_.now_utc_s());
    if (!taken) return std::unexpected(Refused{PoolFault::bad_attestation, taken.error().what});
    log_(fmt::format("{} attests the key of {}", member.id, attestation->node));
    return Value::structure({{"fingerprint", Value::text(attestation->fingerprint)}});
}

Reception::Answer Reception::attestations(const rpc::Call& call) const {
    const std::string* const node = call.params[0].as_text();
    if (node == nullptr) return std::unexpected(Refused{PoolFault::malformed, "key.attestations wants a node's id"});
    Value::Array notes;
    for (AttestationLog::Kept& kept : members_.attestations().of(*node)) {
        if (!kept.is_revoked) notes.push_back(Value::bytes(std::move(kept.note)));
    }
    return Value::array(std::move(notes));
}

// What only the other side can know: that it was more, or that this hub once had more.
void Reception::note_rollbacks(const Member& member, std::int64_t announced, std::int64_t receipted) {
    const StatementHead head = statements_.head(member.id);
    const std::int64_t now_utc_s = clock_.now_utc_s();
    // It is accepted all the same: what a member that was restored from a backup still knows is a fact.
    const std::int64_t known = std::max(member.announced.number, head.number);
    if (announced < known) {
        log_(fmt::format("{} announces statement {} after {}: was it restored from a backup?", member.id,
                         announced, known));
        statements_.incidents().note(member.id, IncidentKind::node_behind, announced + 1, known, now_utc_s);
    }
    if (receipted > head.number) {
        log_(fmt::format("{} has receipts of this hub up to statement {}, and only {} are here: was this hub "
                         "restored from a backup? It sends them again",
                         member.id, receipted, head.number));
        statements_.incidents().note(member.id, IncidentKind::hub_behind, head.number + 1, receipted, now_utc_s);
    }
}

Reception::Answer Reception::announce(const rpc::Call& call, const Member& member) {
    const rpc::Field fields(call.params[0], "statement.announce");
    const auto number = fields.member("number").integer();
    const auto digest = fields.member("digest").text();
    const auto url = fields.member("url").text();
    for (const auto* text : {&digest, &url}) {
        if (!*text) return std::unexpected(Refused{PoolFault::malformed, text->error().what});
    }
    if (!number) return std::unexpected(Refused{PoolFault::malformed, number.error().what});
    if (*number < 0 || (*number == 0 ? !digest->empty() : !config::is_sha256_hex(*digest)))
        return std::unexpected(
            Refused{PoolFault::malformed,
                    "statement.announce wants a number from 0 on, and the SHA-256 of that statement's note"});
    if (url->size() > config::limits::kUrlBytesMax || !is_url(*url))
        return std::unexpected(Refused{
            PoolFault::malformed, fmt::format("statement.announce wants an https:// address of at most {} "
                                              "bytes, or none",
                                              config::limits::kUrlBytesMax)});
    const rpc::Field said = fields.member("receipted");
    const auto receipted = said.exists() ? said.integer() : 0;
    if (!receipted) return std::unexpected(Refused{PoolFault::malformed, receipted.error().what});
    if (*receipted < 0 || *receipted > *number)
        return std::unexpected(
            Refused{PoolFault::malformed, "statement.announce has receipts for statements that it does not have"});
    note_rollbacks(member, *number, *receipted);
    members_.announce(member.id, {*number, std::string(*digest)}, std::string(*url), clock_.now_utc_s());
    return head_of(member);
}

Reception::Answer Reception::tell_names(const rpc::Call& call, const Hub& hub) {
    const auto asked = read_names_asked(call.params[0]);
    if (!asked) return std::unexpected(Refused{PoolFault::malformed, asked.error().what});
    AuditEntry entry{clock_.now_utc_s(), hub.id, receiver_.id, "names.ask", asked->purpose, 0, 0, "told"};
    const auto refused = [&](PoolFault fault, const char* outcome, std::string reason) -> Answer {
        entry.outcome = outcome;
        own_hub_.audit->append(entry);
        return std::unexpected(Refused{fault, std::move(reason)});
    };
    if (hub.names != Names::issue && hub.names != Names::roster)
        return refused(PoolFault::not_agreed, "not_agreed", "the agreement with this node leaves names out");
    std::string text;
    std::int64_t students = 0, others = 0;
    for (const RosterRow& row : own_hub_.names(asked->asked)) {
        text += roster_row(row) + "\n";
        ++(row.what == "person" ? students : others);
    }
    if (text.size() > config::limits::kNamesBytesMax)
        return refused(PoolFault::malformed, "too_large",
                       fmt::format("the names are {} bytes, and an answer has at most {}: ask for fewer",
                                   text.size(), config::limits::kNamesBytesMax));
    entry.students = students;
    entry.others = others;
    own_hub_.audit->append(entry);
    return Value::structure({{"rows", Value::bytes(std::move(text))}});
}

Reception::Answer Reception::put_statement(Heard& heard, const rpc::Call& call, const Member& member) {
    const std::string* const bytes = call.params[0].as_bytes();
    if (bytes == nullptr) return std::unexpected(Refused{PoolFault::malformed, "statement.put wants bytes"});
    // One that was signed before the member handed its key over holds under the earlier key.
    auto statement = heard.statement && heard.signed_by == member.key ? *std::exchange(heard.statement, std::nullopt)
                                                                      : read_statement(*bytes, *member.key);
    if (!statement) {
        for (const HandoverLog::Kept& kept : statements_.handovers().of(member.id)) {
            auto earlier = read_statement(*bytes, kept.handover.old_key);
            const bool holds = earlier && (earlier->header.number <= kept.handover.last_number ||
                                           is_receipted(*earlier, call, statements_, receiver_));
            if (!holds) continue;
            statement = std::move(earlier);
            break;
        }
    }
    if (!statement) return std::unexpected(Refused{PoolFault::bad_statement, statement.error().what});
    const StatementHeader& header = statement->header;
    if (header.node != member.id)
        return std::unexpected(Refused{PoolFault::bad_statement, fmt::format("it is of {}", header.node)});
    if (header.kind == StatementKind::roster && member.names != Names::roster)
        return std::unexpected(
            Refused{PoolFault::bad_statement, "the agreement with this member leaves names out"});
    const ChainVerdict verdict = statements_.judge(*statement);
    if (verdict == ChainVerdict::known)
        return Value::structure(
            {{"receipt", Value::bytes(statements_.find(member.id, header.number)->receipt)}});
    if (verdict != ChainVerdict::next) {
        const StatementHead head = statements_.head(member.id);
        if (verdict == ChainVerdict::fork)
            statements_.incidents().note(member.id, IncidentKind::fork, header.number, header.number,
                                         clock_.now_utc_s());
        return std::unexpected(Refused{
            fault_of(verdict),
            fmt::format("statement {} after the head {} ({})", header.number, head.number, head.digest)});
    }
    const std::string receipt = sign_receipt(
        {receiver_.id, member.id, header.number, statement->digest(), clock_.now_utc_s()}, *receiver_.key);
    statements_.put_received(*statement, receipt, *bytes);
    return Value::structure({{"receipt", Value::bytes(receipt)}});
}

}  // namespace assidu::federation
