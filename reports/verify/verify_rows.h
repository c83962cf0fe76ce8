// The proven rows of a package against its statements.
#pragma once

#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "federation/ledger.h"
#include "federation/statement.h"
#include "reports/package/package_format.h"

namespace assidu::reports {

// The rows of one file of proofs, in their order. Refused unless each is a leaf of the statement's tree, of
// the manifest's student, of a day of the period on which no later statement has the last word; and unless
// rows that stand beside each other in the file do so in the tree, but for superseded days between them: no
// row of the student between the first and the last is left out.
[[nodiscard]] config::Result<std::vector<federation::LedgerRow>> proven_rows(
    std::string_view lines, const federation::StatementHeader& statement, const PackageManifest& manifest,
    const LastWords& words);

}  // namespace assidu::reports
