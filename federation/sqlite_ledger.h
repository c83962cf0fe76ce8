// The ledger on SQLite. Format: docs/formats/ledger.md.
#pragma once

#include <filesystem>
#include <memory>

#include "federation/ledger.h"

namespace assidu::federation {

// Opens or makes the ledger file. Throws ResourceFailure, here and in every call of the object, naming the
// file.
[[nodiscard]] std::unique_ptr<Ledger> open_sqlite_ledger(const std::filesystem::path& path);

}  // namespace assidu::federation
