// One connection to a MariaDB, MySQL or PostgreSQL server through its own client library: read-only, every
// statement in a transaction of its own, with a limit of time that the server keeps and another that we keep.
//
// One object is for one thread.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "config/database_settings.h"
#include "node/collect/database/sql_row.h"
#include "rpc/secret.h"

namespace assidu::node::collect::database {

// Why a database gave no answer.
struct SqlTrouble {
    enum class Kind : std::uint8_t {
        away,       // no connection, or it was lost: connect again, and ask again
        again,      // a deadlock, a conflict with a standby's recovery (40001): ask again
        too_slow,   // the statement took too long (57014): ask for less, or later
        forbidden,  // who we are or what we want is not allowed: an administrator has to do something
        wrong,      // the statement makes no sense there: a table or column is not what was expected
    };
    Kind kind = Kind::wrong;
    std::string what;  // for a person; never with the password in it

    // Whether the same may succeed later without anybody doing anything.
    [[nodiscard]] bool retryable() const { return kind <= Kind::too_slow; }
};
template <class T>
using SqlResult = std::expected<T, SqlTrouble>;

using SqlParameter = std::variant<std::int64_t, std::string_view>;

struct SqlAccess {
    config::DatabaseServer server;
    rpc::Secret password;
    std::int64_t statement_timeout_s = 30;
    bool read_only = true;  // false is for tests, which have to fill what they read
};

class SqlConnection {
  public:
    // Connects, and makes the session what the head of this file says. `access` must outlive it.
    [[nodiscard]] static SqlResult<std::unique_ptr<SqlConnection>> open(const SqlAccess& access);

    SqlConnection() = default;
    SqlConnection(const SqlConnection&) = delete;
    SqlConnection& operator=(const SqlConnection&) = delete;
    virtual ~SqlConnection() = default;

    // Runs one statement, `?` standing for the parameters, and hands over its rows, which are all there when
    // the first is handed over. How many there were. After `away` the connection is of no more use.
    virtual SqlResult<std::size_t> read(std::string_view sql, std::span<const SqlParameter> parameters,
                                        const std::function<void(const SqlRow&)>& visit) = 0;
    // A name of a table or column, quoted as the server wants it.
    [[nodiscard]] virtual std::string quoted(std::string_view name) const = 0;
    // "MariaDB 10.11.6", "PostgreSQL 15.5": for a person.
    [[nodiscard]] virtual std::string server_version() const = 0;
};

}  // namespace assidu::node::collect::database
