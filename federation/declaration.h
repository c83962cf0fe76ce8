// From ledger to statements: which days a node has yet to declare, or to declare again.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/civil_calendar.h"
#include "federation/ledger.h"
#include "federation/statement_log.h"
#include "rpc/signing_key.h"

namespace assidu::federation {

// How long after its civil midnight a day closes: late rows of the night are in by then.
inline constexpr std::int64_t kDayClosesAfter_s = 3 * 3600;

struct Declarant {
    std::string node;
    ScaleIdentity scale;
    const config::CivilCalendar* calendar = nullptr;  // of the scale's zone
    const rpc::SigningKey* key = nullptr;
    std::int64_t now_utc_s = 0;
    // Of a node that reads its source to the end again and again: when (by the node's clock) the last reading
    // that came to its end began; 0: none did yet. Nothing if nobody knows how far the source was read: its
    // rows come in files or are pushed.
    std::optional<std::int64_t> read_whole_utc_s = {};
};

// Signs and keeps statements for every closed day whose rows are not what was last declared of it, from the
// first day with a row on. Where it is known how far the source was read, a day is closed only if a reading
// that came to its end began after it closed, and a day behind the last event is declared, too: it is known
// to be without activity. Where it is not known, the day of the last archived event is the last one. As many
// statements as the limits on rows and bytes need; none if nothing changed. Returns how many. Refused if a
// single day is more than a statement may have; what is before it may be declared by then.
[[nodiscard]] config::Result<std::int64_t> declare_days(const Declarant& declarant, const Ledger& ledger,
                                                        StatementLog& log);

// Signs and keeps a roster of these rows, if it is another than the last one. Returns how many statements: 0
// or 1. Refused if it is more than a statement may have.
[[nodiscard]] config::Result<std::int64_t> declare_roster(const Declarant& declarant,
                                                          const std::vector<RosterRow>& rows,
                                                          StatementLog& log);

}  // namespace assidu::federation
