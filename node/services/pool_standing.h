// How the members of a hub stand: what each said it has made, what of it is here, and when it was last heard
// of. What is missing, of whom and since when: the same for `assidu status` and for the page /pool.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/attestation.h"
#include "federation/member.h"
#include "node/node.h"

namespace assidu::node::services {

// A member announces itself each round: how many rounds of the hub's length ([pool] report_every_s) it may be
// away.
inline constexpr std::int64_t kSilentRounds = 2;

enum class Standing {
    complete,   // everything that it announced is here
    behind,     // it announced statements that are not here
    forked,     // it announced another statement of a number than the one that is here
    silent,     // nothing was heard of it for kSilentRounds of the hub's own rounds; it may be behind besides
    suspended,  // it is no member any more, by its own or the hub's decision
    expected,   // invited, or not accepted yet
};
// "complete", "behind"...
[[nodiscard]] std::string_view name_of(Standing standing);

struct MemberStanding {
    federation::Member member;
    Standing standing = Standing::complete;
    std::int64_t statements = 0;                 // kept here
    std::optional<std::int64_t> received_utc_s;  // the last of them
    // When it last announced or delivered; nothing: never.
    std::optional<std::int64_t> heard_utc_s;
    // Announced statements that are not here, `from` to `to`; of a fork the one of which another is here.
    std::int64_t missing = 0, missing_from = 0, missing_to = 0;
    std::vector<federation::AttestationLog::Kept> attested;  // its key, by others
    // Since when it is silent: since the last word, or since it was accepted.
    [[nodiscard]] std::int64_t silent_since_utc_s() const { return heard_utc_s.value_or(member.since_utc_s); }
};

// Of every member, invited ones included, by id. Throws ResourceFailure.
[[nodiscard]] std::vector<MemberStanding> standings(const Node& hub);

// When a statement of a member was received: the hub's own receipt says it. Nothing: it is not here.
[[nodiscard]] std::optional<std::int64_t> received_utc_s(const Node& hub, const std::string& member,
                                                         std::int64_t number);

}  // namespace assidu::node::services
