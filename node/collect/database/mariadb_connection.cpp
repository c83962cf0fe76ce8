#include <errmsg.h>
#include <fmt/format.h>
#include <mysql.h>
#include <mysqld_error.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <vector>

#include "config/limits.h"
#include "node/collect/database/client_connections.h"

namespace assidu::node::collect::database {
namespace {

using Kind = SqlTrouble::Kind;
using namespace config::limits;

// Numbers of errors: those of the server (mysqld_error.h), and of MySQL's where it has others.
constexpr unsigned kMysqlQueryTimeout = 3024, kMysqlIdle = 4031;

Kind kind_of(unsigned code) {
    switch (code) {
        case CR_CONNECTION_ERROR:
        case CR_CONN_HOST_ERROR:
        case CR_UNKNOWN_HOST:
        case CR_SERVER_GONE_ERROR:
        case CR_SERVER_LOST:
        case CR_SERVER_HANDSHAKE_ERR:
        case CR_MALFORMED_PACKET:
        case CR_SERVER_LOST_EXTENDED:
        case CR_COMMANDS_OUT_OF_SYNC:
        case ER_CON_COUNT_ERROR:
        case ER_TOO_MANY_USER_CONNECTIONS:
        case ER_SERVER_SHUTDOWN:
        case ER_NORMAL_SHUTDOWN:
        case ER_CONNECTION_KILLED:
        case ER_NET_READ_ERROR:
        case ER_NET_READ_INTERRUPTED:
        case ER_NET_ERROR_ON_WRITE:
        case ER_NET_WRITE_INTERRUPTED:
        case ER_NEW_ABORTING_CONNECTION:
        case ER_HOST_IS_BLOCKED:
        case kMysqlIdle:
            return Kind::away;
        case ER_LOCK_DEADLOCK:
        case ER_LOCK_WAIT_TIMEOUT:
        case ER_CHECKREAD:
            return Kind::again;
        case ER_QUERY_INTERRUPTED:
        case ER_STATEMENT_TIMEOUT:
        case kMysqlQueryTimeout:
            return Kind::too_slow;
        case ER_ACCESS_DENIED_ERROR:
        case ER_DBACCESS_DENIED_ERROR:
        case ER_TABLEACCESS_DENIED_ERROR:
        case ER_COLUMNACCESS_DENIED_ERROR:
        case ER_HOST_NOT_PRIVILEGED:
        case ER_BAD_DB_ERROR:
        case CR_SSL_CONNECTION_ERROR:
            return Kind::forbidden;
        default:
            return Kind::wrong;
    }
}

class MariadbConnection final : public SqlConnection {
  public:
    explicit MariadbConnection(const SqlAccess& access) : access_(access) {
        // The library's own first step is for one thread alone.
        static std::once_flag once;
        std::call_once(once, [] { ::mysql_library_init(0, nullptr, nullptr); });
        mysql_ = ::mysql_init(nullptr);
        if (mysql_ == nullptr) throw std::bad_alloc();
    }
    ~MariadbConnection() override { ::mysql_close(mysql_); }

    SqlResult<void> connect() {
        const config::DatabaseServer& server = access_.server;
        const auto seconds = [](std::int64_t s) { return static_cast<unsigned>(s); };
        const unsigned connect_s = seconds(kDatabaseConnectSeconds);
        const unsigned answer_s = seconds(access_.statement_timeout_s + kDatabaseGraceSeconds);
        const unsigned no_files = 0;  // a hostile server asks its clients for theirs
        const my_bool yes = 1, no = 0;
        ::mysql_options(mysql_, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
        ::mysql_options(mysql_, MYSQL_OPT_READ_TIMEOUT, &answer_s);
        ::mysql_options(mysql_, MYSQL_OPT_WRITE_TIMEOUT, &answer_s);
        ::mysql_options(mysql_, MYSQL_OPT_LOCAL_INFILE, &no_files);
        ::mysql_options(mysql_, MYSQL_OPT_RECONNECT, &no);
        ::mysql_options(mysql_, MYSQL_SET_CHARSET_NAME, "utf8mb4");
        const bool tls = server.tls && server.socket.empty();
        if (tls) {
            ::mysql_options(mysql_, MYSQL_OPT_SSL_ENFORCE, &yes);
            if (!server.tls_ca.empty()) ::mysql_options(mysql_, MYSQL_OPT_SSL_CA, server.tls_ca.c_str());
            ::mysql_options(mysql_, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, server.tls_ca.empty() ? &no : &yes);
        }
        const bool by_socket = !server.socket.empty();
        const unsigned protocol = by_socket ? MYSQL_PROTOCOL_SOCKET : MYSQL_PROTOCOL_TCP;
        ::mysql_options(mysql_, MYSQL_OPT_PROTOCOL, &protocol);
        const std::string password(access_.password.reveal());
        const bool connected =
            ::mysql_real_connect(mysql_, by_socket ? nullptr : server.host.c_str(), server.user.c_str(),
                                 password.c_str(), server.name.c_str(), static_cast<unsigned>(server.port),
                                 by_socket ? server.socket.c_str() : nullptr, 0) != nullptr;
        if (!connected) return std::unexpected(trouble("cannot connect to " + place_of(server)));
        // The library goes on in the clear where the server offers nothing else, whatever it was told.
        if (tls && ::mysql_get_ssl_cipher(mysql_) == nullptr)
            return std::unexpected(SqlTrouble{
                Kind::forbidden,
                fmt::format("cannot connect to {}: the server does not speak TLS ([database] tls = false "
                            "would do without, on a network that nobody else listens to)",
                            place_of(server))});
        return prepare();
    }

    SqlResult<std::size_t> read(std::string_view sql, std::span<const SqlParameter> parameters,
                                const std::function<void(const SqlRow&)>& visit) override {
        const std::string statement = filled(sql, parameters);
        if (::mysql_real_query(mysql_, statement.data(), statement.size()) != 0)
            return std::unexpected(trouble(place_of(access_.server)));
        const Answer answer(::mysql_store_result(mysql_));
        if (!answer) {
            if (::mysql_field_count(mysql_) != 0) return std::unexpected(trouble(place_of(access_.server)));
            return 0;  // it gives no rows
        }
        const std::size_t columns = ::mysql_num_fields(answer.get());
        std::vector<std::string> names;
        for (const MYSQL_FIELD* field = ::mysql_fetch_fields(answer.get()); names.size() < columns; ++field)
            names.emplace_back(field->name, field->name_length);
        std::vector<SqlRow::Cell> cells(columns);
        std::size_t rows = 0;
        while (const MYSQL_ROW row = ::mysql_fetch_row(answer.get())) {
            const unsigned long* const lengths = ::mysql_fetch_lengths(answer.get());
            for (std::size_t i = 0; i < columns; ++i)
                cells[i] = row[i] == nullptr ? SqlRow::Cell{} : std::string_view(row[i], lengths[i]);
            ++rows;
            visit(SqlRow(names, cells));
        }
        return rows;
    }

    std::string quoted(std::string_view name) const override {
        std::string text = "`";
        for (const char c : name) {
            if (c == '`') text.push_back('`');
            text.push_back(c);
        }
        return text + "`";
    }

    std::string server_version() const override {
        const std::string version = ::mysql_get_server_info(mysql_);
        return (is_mariadb() ? "" : "MySQL ") + in_one_line(version);
    }

  private:
    struct Free {
        void operator()(MYSQL_RES* result) const { ::mysql_free_result(result); }
    };
    using Answer = std::unique_ptr<MYSQL_RES, Free>;

    [[nodiscard]] bool is_mariadb() const {
        return std::string_view(::mysql_get_server_info(mysql_)).find("MariaDB") != std::string_view::npos;
    }

    // A statement is a transaction of its own (autocommit), so that each sees what was committed before it;
    // READ COMMITTED keeps a purge of the table from having to remember old rows for us.
    SqlResult<void> prepare() {
        const std::int64_t s = access_.statement_timeout_s;
        std::vector<std::string> statements{
            "SET SESSION autocommit=1",
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            is_mariadb() ? fmt::format("SET SESSION max_statement_time={}", s)
                         : fmt::format("SET SESSION max_execution_time={}", s * 1000),
        };
        if (access_.read_only) statements.emplace_back("SET SESSION TRANSACTION READ ONLY");
        for (const std::string& statement : statements) {
            if (const auto done = read(statement, {}, [](const SqlRow&) {}); !done)
                return std::unexpected(done.error());
        }
        return {};
    }

    // The statement with its parameters in it. None of ours has a question mark of its own.
    std::string filled(std::string_view sql, std::span<const SqlParameter> parameters) {
        std::string statement;
        auto next = parameters.begin();
        for (const char c : sql) {
            if (c != '?' || next == parameters.end()) {
                statement.push_back(c);
                continue;
            }
            if (const auto* number = std::get_if<std::int64_t>(&*next)) {
                statement += fmt::format("{}", *number);
            } else {
                const std::string_view text = std::get<std::string_view>(*next);
                std::string escaped(text.size() * 2 + 1, '\0');
                escaped.resize(::mysql_real_escape_string(mysql_, escaped.data(), text.data(), text.size()));
                statement += "'" + escaped + "'";
            }
            ++next;
        }
        return statement;
    }

    [[nodiscard]] SqlTrouble trouble(const std::string& where) const {
        const unsigned code = ::mysql_errno(mysql_);
        return {kind_of(code),
                fmt::format("{}: {} (error {})", where, in_one_line(::mysql_error(mysql_)), code)};
    }

    const SqlAccess& access_;
    MYSQL* mysql_;
};

}  // namespace

SqlResult<std::unique_ptr<SqlConnection>> open_mariadb(const SqlAccess& access) {
    auto connection = std::make_unique<MariadbConnection>(access);
    if (const auto connected = connection->connect(); !connected) return std::unexpected(connected.error());
    return connection;
}

}  // namespace assidu::node::collect::database
