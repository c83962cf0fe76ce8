#include "node/services/pool_standing.h"

#include <algorithm>

#include "federation/statement.h"

namespace assidu::node::services {
namespace {

using federation::MemberState;

// The numbers that it announced and that are not here.
void set_missing(MemberStanding& one, const federation::StatementLog& log) {
    const federation::StatementHead& announced = one.member.announced;
    if (announced.number > one.statements) {
        one.missing_from = one.statements + 1;
        one.missing_to = announced.number;
    } else if (announced.number > 0 && log.digest_at(one.member.id, announced.number) != announced.digest) {
        one.missing_from = one.missing_to = announced.number;
    } else {
        return;
    }
    one.missing = one.missing_to - one.missing_from + 1;
}

Standing standing_of(const MemberStanding& one, std::int64_t now_utc_s, std::int64_t silent_after_s) {
    switch (one.member.state) {
        case MemberState::invited:
        case MemberState::pending:
            return Standing::expected;
        case MemberState::suspended:
            return Standing::suspended;
        case MemberState::active:
            break;
    }
    if (now_utc_s - one.silent_since_utc_s() > silent_after_s) return Standing::silent;
    if (one.missing == 0) return Standing::complete;
    return one.missing_to > one.statements ? Standing::behind : Standing::forked;
}

}  // namespace

std::string_view name_of(Standing standing) {
    switch (standing) {
        case Standing::complete:
            return "complete";
        case Standing::behind:
            return "behind";
        case Standing::forked:
            return "forked";
        case Standing::silent:
            return "silent";
        case Standing::suspended:
            return "suspended";
        case Standing::expected:
            return "expected";
    }
    return "";
}

std::optional<std::int64_t> received_utc_s(const Node& hub, const std::string& member, std::int64_t number) {
    const auto kept = hub.statements().find(member, number);
    if (!kept) return std::nullopt;
    // The hub may have handed its key over since.
    for (const rpc::VerifyingKey& key :
         hub.statements().handovers().keys(hub.settings().node_id, hub.signing_key().verifying_key())) {
        if (const auto receipt = federation::read_receipt(kept->receipt, key)) return receipt->received_utc_s;
    }
    return std::nullopt;
}

std::vector<MemberStanding> standings(const Node& hub) {
    const std::int64_t now_utc_s = hub.clock().now_utc_s();
    std::vector<MemberStanding> all;
    for (federation::Member& member : hub.members().all()) {
        MemberStanding one;
        one.member = std::move(member);
        const std::string& id = one.member.id;
        one.statements = hub.statements().head(id).number;
        one.received_utc_s = received_utc_s(hub, id, one.statements);
        one.heard_utc_s = one.received_utc_s;
        if (one.member.announced_utc_s)
            one.heard_utc_s = std::max(one.heard_utc_s.value_or(0), *one.member.announced_utc_s);
        set_missing(one, hub.statements());
        one.attested = federation::AttestationLog(hub.statements().file()).of(id);
        one.standing = standing_of(one, now_utc_s, kSilentRounds * hub.settings().report_every_s);
        all.push_back(std::move(one));
    }
    return all;
}

}  // namespace assidu::node::services
