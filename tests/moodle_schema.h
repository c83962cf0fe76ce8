// The tables of a Moodle 4.2 that Assidu reads, in either database's words, and what a new site has in them.
// Types and indexes as Moodle makes them of its XMLDB; columns that nobody reads here are left out.
#pragma once

#include <string>
#include <vector>

#include "config/database_settings.h"

namespace assidu::tests {

[[nodiscard]] std::vector<std::string> moodle_schema(config::DatabaseDriver driver,
                                                     const std::string& prefix);

}  // namespace assidu::tests
