#include "node/collect/database/sql_connection.h"

#include <fmt/format.h>

#include "config/limits.h"
#include "node/collect/database/client_connections.h"
#include "node/collect/text.h"

namespace assidu::node::collect::database {

SqlResult<std::unique_ptr<SqlConnection>> SqlConnection::open(const SqlAccess& access) {
    return access.server.driver == config::DatabaseDriver::mariadb ? open_mariadb(access)
                                                                   : open_postgresql(access);
}

std::string in_one_line(std::string_view message) {
    return cleaned(printable(trimmed(message)), config::limits::kDatabaseErrorBytesMax);
}

std::string place_of(const config::DatabaseServer& server) {
    if (!server.socket.empty()) return fmt::format("database {} at {}", server.name, server.socket);
    return fmt::format("database {} at {}{}", server.name, server.host,
                       server.port == 0 ? "" : fmt::format(":{}", server.port));
}

}  // namespace assidu::node::collect::database
