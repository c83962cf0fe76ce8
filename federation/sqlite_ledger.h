// The ledger on SQLite. Format: docs/formats/ledger.md.
#pragma once

#include <filesystem>
#include <memory>

#include "federation/ledger.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

// Opens or makes the ledger file. Throws ResourceFailure, here and in every call of the object, naming the
// file.
[[nodiscard]] std::unique_ptr<Ledger> open_sqlite_ledger(const std::filesystem::path& path);

// The ledger in a file that others of this floor have open too (ledger_tables.h).
[[nodiscard]] std::unique_ptr<Ledger> sqlite_ledger(std::shared_ptr<SQLite::Database> file);

}  // namespace assidu::federation
