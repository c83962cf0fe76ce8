// Reading and writing `[database]` and `[log_database]`: internal to this floor.
#pragma once

#include <optional>
#include <string>

#include "config/database_settings.h"
#include "config/table_reader.h"

namespace assidu::config {

// What is wrong goes to the readers' objections. `log`: [log_database], if it is there.
[[nodiscard]] DatabaseSettings read_database(TableReader database, std::optional<TableReader> log);

// The tables as `assidu init` writes them, as comments where there is no database.
[[nodiscard]] std::string database_document(const std::optional<DatabaseSettings>& database);

}  // namespace assidu::config
