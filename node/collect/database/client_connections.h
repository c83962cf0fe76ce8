// The two kinds of connection: internal to sql_connection.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "node/collect/database/sql_connection.h"

namespace assidu::node::collect::database {

[[nodiscard]] SqlResult<std::unique_ptr<SqlConnection>> open_mariadb(const SqlAccess& access);
[[nodiscard]] SqlResult<std::unique_ptr<SqlConnection>> open_postgresql(const SqlAccess& access);

// What a server said, in one line of bounded length.
[[nodiscard]] std::string in_one_line(std::string_view message);
// Where a server is, for a person.
[[nodiscard]] std::string place_of(const config::DatabaseServer& server);

}  // namespace assidu::node::collect::database
