// Under which scales a node declared its days.
#pragma once

#include <map>
#include <string>

#include "config/civil_calendar.h"
#include "federation/ledger.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

// The days of the period that were also declared under another scale, and the name of the scale ("sonate 1")
// of which that was said last. `file`: the ledger's (open_ledger_file()). Throws ResourceFailure.
[[nodiscard]] std::map<config::CivilDay, std::string> stated_otherwise(SQLite::Database& file,
                                                                       const std::string& node,
                                                                       const std::string& scale_sha256,
                                                                       const Period& period);

}  // namespace assidu::federation
