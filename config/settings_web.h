// Reading and writing `[web]`: internal to this floor.
#pragma once

#include <string>

#include "config/table_reader.h"
#include "config/web_settings.h"

namespace assidu::config {

// What is wrong goes to the reader's objections.
[[nodiscard]] WebSettings read_web(TableReader web);

// The table as `assidu init` writes it.
[[nodiscard]] std::string web_document(const WebSettings& web);

}  // namespace assidu::config
