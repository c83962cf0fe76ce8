// Reading and writing `[mnet]`: internal to this floor.
#pragma once

#include <string>

#include "config/mnet_settings.h"
#include "config/table_reader.h"

namespace assidu::config {

// What is wrong goes to the reader's objections.
[[nodiscard]] MnetSettings read_mnet(TableReader table);

// The table as `assidu init` writes it.
[[nodiscard]] std::string mnet_document(const MnetSettings& mnet);

}  // namespace assidu::config
