// The periods of [retention]. What is deleted was there: totals of days whose events are gone stay as they
// are, days whose totals are gone are "no data", and none of it is a hole or an outage.
#pragma once

#include <cstdint>
#include <optional>

#include "config/refusal.h"
#include "node/node.h"

namespace assidu::node::privacy {

// The first instant of which events are still taken in; before the first deletion, any.
[[nodiscard]] std::int64_t earliest_event_s(const Node& node);

// What one run deleted, or would.
struct RetentionDone {
    std::optional<config::CivilDay> events_before, totals_before, members_before;  // nothing: kept for ever
    std::int64_t events = 0;
    std::int64_t evidence = 0;  // records beside events that say nothing of the days that are kept
    std::int64_t reasons = 0;   // exclusions and signed days of days whose totals went
    std::int64_t rows = 0, sessions = 0,
                 statements = 0;   // of totals, and statements in which rows were erased
    std::int64_t member_rows = 0;  // a hub's copies of its members' totals
    std::int64_t identities = 0;
    std::int64_t reject_files = 0;
    [[nodiscard]] bool any() const {
        return events + evidence + reasons + rows + sessions + member_rows + identities + reject_files > 0;
    }
};

// Deletes what is older than the settings keep; the caller has the folder's lock and has brought the totals
// up to date. Audited where anything was deleted. The node's archive must be opened anew afterwards. Refused,
// and nothing deleted, if events should go whose totals could not stand without them: under a scale with caps
// or credits over more than a day. Throws ResourceFailure; may be repeated.
[[nodiscard]] config::Result<RetentionDone> apply_retention(Node& node, bool dry_run);

}  // namespace assidu::node::privacy
