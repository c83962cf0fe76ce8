// From ledger to statements: which days a node has yet to declare, or to declare again.
#pragma once

#include <cstdint>
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
};

// Signs and keeps statements for every closed day whose rows are not what was last declared of it: from the
// first day with a row to the day of the last archived event (later days are not known to be without
// activity). As many statements as the limits on rows and bytes need; none if nothing changed. Returns how
// many. Refused if a single day is more than a statement may have; what is before it may be declared by then.
[[nodiscard]] config::Result<std::int64_t> declare_days(const Declarant& declarant, const Ledger& ledger,
                                                        StatementLog& log);

// Signs and keeps a roster of these rows, if it is another than the last one. Returns how many statements: 0
// or 1. Refused if it is more than a statement may have.
[[nodiscard]] config::Result<std::int64_t> declare_roster(const Declarant& declarant,
                                                          const std::vector<RosterRow>& rows,
                                                          StatementLog& log);

}  // namespace assidu::federation
