#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "config/limits.h"
#include "node/collect/database/client_connections.h"

namespace assidu::node::collect::database {
namespace {

using Kind = SqlTrouble::Kind;
using namespace config::limits;

constexpr std::int64_t kMilliseconds = 1000;

// Waiting for an answer changes no number: it may look at a clock of its own.
std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

// By SQLSTATE (PostgreSQL 15, appendix A).
Kind kind_of(std::string_view state) {
    constexpr std::array<std::string_view, 5> kAway{"57P01", "57P02", "57P03", "57P05", "53300"};
    constexpr std::array<std::string_view, 3> kAgain{"40001", "40P01", "55P03"};
    if (state.empty() || state.starts_with("08") || std::ranges::find(kAway, state) != kAway.end())
        return Kind::away;
    if (std::ranges::find(kAgain, state) != kAgain.end()) return Kind::again;
    if (state == "57014") return Kind::too_slow;
    if (state.starts_with("28") || state == "42501" || state == "3D000") return Kind::forbidden;
    return Kind::wrong;
}

class PostgresqlConnection final : public SqlConnection {
  public:
    explicit PostgresqlConnection(const SqlAccess& access) : access_(access) {}
    ~PostgresqlConnection() override { ::PQfinish(connection_); }

    SqlResult<void> connect() {
        const config::DatabaseServer& server = access_.server;
        const bool tls = server.tls && server.socket.empty();
        const std::string password(access_.password.reveal());
        const std::string host = server.socket.empty() ? server.host : server.socket;
        const std::string port = server.port == 0 ? "" : fmt::format("{}", server.port);
        const std::string connect_s = fmt::format("{}", kDatabaseConnectSeconds);
        const std::vector<std::pair<const char*, const char*>> words{
            {"host", host.c_str()},
            {"port", port.c_str()},
            {"dbname", server.name.c_str()},
            {"user", server.user.c_str()},
            {"password", password.c_str()},
            {"connect_timeout", connect_s.c_str()},
            {"sslmode", !tls                    ? "disable"
                        : server.tls_ca.empty() ? "require"
                                                : "verify-full"},
            {"sslrootcert", server.tls_ca.c_str()},
            {"gssencmode", "disable"},
            {"client_encoding", "UTF8"},
            {"application_name", "assidu"},
            {"keepalives_idle", "30"},
            {"keepalives_interval", "10"},
            {"keepalives_count", "3"}};
        std::vector<const char*> keys, values;
        for (const auto& [key, value] : words) {
            keys.push_back(key);
            values.push_back(value);
        }
        keys.push_back(nullptr);
        values.push_back(nullptr);
        connection_ = ::PQconnectdbParams(keys.data(), values.data(), 0);
        if (connection_ == nullptr) throw std::bad_alloc();
        if (::PQstatus(connection_) != CONNECTION_OK) return std::unexpected(connect_trouble());
        ::PQsetErrorVerbosity(connection_, PQERRORS_TERSE);
        return prepare();
    }

    SqlResult<std::size_t> read(std::string_view sql, std::span<const SqlParameter> parameters,
                                const std::function<void(const SqlRow&)>& visit) override {
        const std::string statement = numbered(sql);
        std::vector<std::string> texts;
        for (const SqlParameter& parameter : parameters)
            texts.push_back(std::holds_alternative<std::int64_t>(parameter)
                                ? fmt::format("{}", std::get<std::int64_t>(parameter))
                                : std::string(std::get<std::string_view>(parameter)));
        std::vector<const char*> values;
        for (const std::string& text : texts)
            values.push_back(text.c_str());
        if (::PQsendQueryParams(connection_, statement.c_str(), static_cast<int>(values.size()), nullptr,
                                values.data(), nullptr, nullptr, /*resultFormat=*/0) == 0)
            return std::unexpected(lost(::PQerrorMessage(connection_)));
        Answer answer;
        for (;;) {
            if (const auto ready = await(); !ready) return std::unexpected(ready.error());
            Answer next(::PQgetResult(connection_));
            if (!next) break;
            // The first that went wrong is what happened.
            if (!answer || is_good(*answer)) answer = std::move(next);
        }
        if (!answer) return std::unexpected(lost(::PQerrorMessage(connection_)));
        if (!is_good(*answer)) return std::unexpected(trouble(*answer));
        return visit_rows(*answer, visit);
    }

    std::string quoted(std::string_view name) const override {
        std::string text = "\"";
        for (const char c : name) {
            if (c == '"') text.push_back('"');
            text.push_back(c);
        }
        return text + "\"";
    }

    std::string server_version() const override {
        const char* const version = ::PQparameterStatus(connection_, "server_version");
        return "PostgreSQL " + in_one_line(version == nullptr ? "" : version);
    }

  private:
    struct Clear {
        void operator()(PGresult* result) const { ::PQclear(result); }
    };
    using Answer = std::unique_ptr<PGresult, Clear>;

    static bool is_good(const PGresult& answer) {
        const ExecStatusType status = ::PQresultStatus(&answer);
        return status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK;
    }

    static std::size_t visit_rows(const PGresult& answer, const std::function<void(const SqlRow&)>& visit) {
        const int rows = ::PQntuples(&answer), columns = ::PQnfields(&answer);
        std::vector<std::string> names;
        for (int i = 0; i < columns; ++i)
            names.emplace_back(::PQfname(&answer, i));
        std::vector<SqlRow::Cell> cells(names.size());
        for (int row = 0; row < rows; ++row) {
            for (int i = 0; i < columns; ++i)
                cells[static_cast<std::size_t>(i)] =
                    ::PQgetisnull(&answer, row, i) != 0
                        ? SqlRow::Cell{}
                        : std::string_view(::PQgetvalue(&answer, row, i),
                                           static_cast<std::size_t>(::PQgetlength(&answer, row, i)));
            visit(SqlRow(names, cells));
        }
        return static_cast<std::size_t>(rows);
    }

    // Outside a transaction block every statement is one: READ COMMITTED, and it sees what was committed
    // before it. The settings are not made at the connection: a pooler in between would refuse them.
    SqlResult<void> prepare() {
        const std::vector<std::string> statements{
            fmt::format("SET statement_timeout = {}", access_.statement_timeout_s * kMilliseconds),
            fmt::format("SET default_transaction_read_only = {}", access_.read_only ? "on" : "off"),
            "SET default_transaction_isolation = 'read committed'"};
        for (const std::string& statement : statements) {
            if (const auto done = read(statement, {}, [](const SqlRow&) {}); !done)
                return std::unexpected(done.error());
        }
        return {};
    }

    // Until an answer can be taken without waiting.
    SqlResult<void> await() {
        const std::int64_t until =
            steady_ms() + (access_.statement_timeout_s + kDatabaseGraceSeconds) * kMilliseconds;
        while (::PQisBusy(connection_) != 0) {
            pollfd socket{::PQsocket(connection_), POLLIN, 0};
            const std::int64_t left = until - steady_ms();
            if (left <= 0) return std::unexpected(lost("no answer in time"));
            ::poll(&socket, 1, static_cast<int>(left));
            if (::PQconsumeInput(connection_) == 0)
                return std::unexpected(lost(::PQerrorMessage(connection_)));
        }
        return {};
    }

    // "?" as "$1", "$2"... None of our statements has a question mark of its own.
    static std::string numbered(std::string_view sql) {
        std::string statement;
        int number = 0;
        for (const char c : sql) {
            if (c == '?')
                statement += fmt::format("${}", ++number);
            else
                statement.push_back(c);
        }
        return statement;
    }

    // Of a connection that never came about there is a text alone.
    [[nodiscard]] SqlTrouble connect_trouble() const {
        const std::string_view message = ::PQerrorMessage(connection_);
        constexpr std::array<std::string_view, 6> kForbidden{"authentication failed", "no pg_hba.conf entry",
                                                             "does not exist",        "SSL",
                                                             "certificate",           "no password supplied"};
        const bool forbidden = std::ranges::any_of(
            kForbidden, [&](std::string_view part) { return message.find(part) != std::string_view::npos; });
        return {forbidden ? Kind::forbidden : Kind::away,
                fmt::format("cannot connect to {}: {}", place_of(access_.server), in_one_line(message))};
    }
    [[nodiscard]] SqlTrouble lost(std::string_view message) const {
        return {Kind::away, fmt::format("{}: {}", place_of(access_.server), in_one_line(message))};
    }
    [[nodiscard]] SqlTrouble trouble(const PGresult& answer) const {
        const char* const state = ::PQresultErrorField(&answer, PG_DIAG_SQLSTATE);
        const std::string_view code = state == nullptr ? "" : state;
        const bool broken = ::PQstatus(connection_) != CONNECTION_OK;
        return {broken ? Kind::away : kind_of(code),
                fmt::format("{}: {} (SQLSTATE {})", place_of(access_.server),
                            in_one_line(::PQresultErrorMessage(&answer)), code.empty() ? "none" : code)};
    }

    const SqlAccess& access_;
    PGconn* connection_ = nullptr;
};

}  // namespace

SqlResult<std::unique_ptr<SqlConnection>> open_postgresql(const SqlAccess& access) {
    auto connection = std::make_unique<PostgresqlConnection>(access);
    if (const auto connected = connection->connect(); !connected) return std::unexpected(connected.error());
    return connection;
}

}  // namespace assidu::node::collect::database
