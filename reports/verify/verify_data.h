// The data of a package's report, worked out again from the proven rows.
#pragma once

#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "federation/ledger.h"
#include "federation/statement.h"
#include "reports/package/package_format.h"
#include "reports/verify/verify.h"

namespace assidu::reports {

// Refused, naming the place, unless the data are canonical and say what the rows give: the total, every day
// with its courses, traces and sums, every course with its activities and pages; and unless period, student,
// node, scale and what is missing are the manifest's, every outage that a statement tells of is there, and
// every local time is its instant's. Sessions, names and dropped events are not in statements. Puts the
// person's name and the totals into `subject`.
[[nodiscard]] config::Result<void> check_data(std::string_view data,
                                              const std::vector<federation::LedgerRow>& rows,
                                              const std::vector<federation::StatementHeader>& statements,
                                              const PackageManifest& manifest, std::string_view scale,
                                              PackageSubject& subject);

}  // namespace assidu::reports
