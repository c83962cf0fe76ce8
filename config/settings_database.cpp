#include "config/settings_database.h"

#include <fmt/format.h>

#include <string_view>

#include "config/limits.h"

namespace assidu::config {
namespace {

// A name of a table, or the beginning of one: what needs no quoting anywhere.
bool is_plain_name(std::string_view text) {
    return text.size() <= limits::kTableNameBytesMax &&
           text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") ==
               std::string_view::npos;
}

std::string driver_of(TableReader& table, DatabaseServer& server) {
    std::string driver = table.text("driver", "", /*required=*/true);
    if (driver == "mariadb" || driver == "mysql")
        server.driver = DatabaseDriver::mariadb;
    else if (driver == "postgresql")
        server.driver = DatabaseDriver::postgresql;
    else if (!driver.empty())
        table.object_to("driver", "must be \"mariadb\", \"mysql\" or \"postgresql\"");
    return driver;
}

DatabaseServer read_server(TableReader& table) {
    constexpr std::int64_t kPortMax = 65'535;
    DatabaseServer server;
    driver_of(table, server);
    server.host = table.text("host");
    server.port = table.integer("port", 0);
    server.socket = table.text("socket");
    server.name = table.text("name", "", /*required=*/true);
    server.user = table.text("user", "", /*required=*/true);
    server.password_file = table.text("password_file");
    server.password_env = table.text("password_env");
    server.tls = table.boolean("tls", server.tls);
    server.tls_ca = table.text("tls_ca");
    if (server.host.empty() == server.socket.empty())
        table.object_to("host", "or socket must be set, and not both");
    if (server.port < 0 || server.port > kPortMax) table.object_to("port", "must be from 1 to 65535");
    if (!server.password_file.empty() && !server.password_env.empty())
        table.object_to("password_env", "is set beside password_file: say one or the other");
    if (!server.tls && !server.tls_ca.empty()) table.object_to("tls_ca", "is set, and tls is false");
    return server;
}

void read_number(TableReader& table, const char* key, std::int64_t& value, std::int64_t min,
                 std::int64_t max) {
    value = table.integer(key, value);
    if (value < min || value > max) table.object_to(key, fmt::format("must be from {} to {}", min, max));
}

}  // namespace

DatabaseSettings read_database(TableReader database, std::optional<TableReader> log) {
    using namespace limits;
    DatabaseSettings settings;
    settings.server = read_server(database);
    settings.prefix = database.text("prefix", settings.prefix);
    if (!is_plain_name(settings.prefix))
        database.object_to("prefix", "must be letters, digits and underscores");
    read_number(database, "page_rows", settings.page_rows, kPageRowsMin, kPageRowsMax);
    read_number(database, "statement_timeout_s", settings.statement_timeout_s, 1, kStatementSecondsMax);
    read_number(database, "rows_per_second", settings.rows_per_second, 0, kRowsPerSecondMax);
    read_number(database, "collect_every_s", settings.collect_every_s, 1, kReportEverySecondsMax);
    read_number(database, "reread_ids", settings.reread_ids, 0, kRereadIdsMax);
    read_number(database, "reread_s", settings.reread_s, 0, kRereadSecondsMax);
    read_number(database, "hole_patience_s", settings.hole_patience_s, 0, kHolePatienceSecondsMax);
    read_number(database, "late_days", settings.late_days, 1, kLateDaysMax);
    settings.replica = database.boolean("replica", settings.replica);
    const std::string store = database.text("log_store", "standard");
    if (store != "standard" && store != "database")
        database.object_to("log_store",
                           "must be \"standard\" (logstore_standard, or standardqueued, which fills the same "
                           "table) or \"database\" (logstore_database)");
    if ((store == "database") != log.has_value())
        database.object_to("log_store",
                           log ? "must be \"database\" where there is a [log_database]"
                               : "is \"database\": say in [log_database] where that store writes");
    database.finish();
    if (log) {
        settings.log_server = read_server(*log);
        settings.log_table = log->text("table", "", /*required=*/true);
        if (!is_plain_name(settings.log_table))
            log->object_to("table", "must be letters, digits and underscores");
        log->finish();
    }
    return settings;
}

namespace {

std::string server_document(const DatabaseServer& server) {
    std::string lines = fmt::format(
        "driver = {}\n", toml_text(server.driver == DatabaseDriver::mariadb ? "mariadb" : "postgresql"));
    const auto line = [&](const char* key, const std::string& value) {
        if (!value.empty()) lines += fmt::format("{} = {}\n", key, toml_text(value));
    };
    line("host", server.host);
    if (server.port != 0) lines += fmt::format("port = {}\n", server.port);
    line("socket", server.socket);
    line("name", server.name);
    line("user", server.user);
    line("password_file", server.password_file);
    line("password_env", server.password_env);
    lines += fmt::format("tls = {}\n", server.tls);
    line("tls_ca", server.tls_ca);
    return lines;
}

}  // namespace

std::string database_document(const std::optional<DatabaseSettings>& database) {
    if (!database)
        return "\n"
               "# The Moodle's own database, read-only (docs/collector.md): `assidu collect`, and `assidu "
               "serve` "
               "by itself.\n"
               "# [database]\n"
               "# driver = \"mariadb\"\n"
               "# host = \"127.0.0.1\"\n"
               "# name = \"moodle\"\n"
               "# user = \"assidu\"\n"
               "# password_file = \"keys/database.password\"\n";
    const DatabaseSettings& s = *database;
    return "\n"
           "# The Moodle's own database, read-only (docs/collector.md).\n"
           "[database]\n" +
           server_document(s.server) +
           fmt::format(
               "prefix = {}\nlog_store = {}\npage_rows = {}\nstatement_timeout_s = {}\nrows_per_second = {}\n"
               "collect_every_s = {}\nreread_ids = {}\nreread_s = {}\nhole_patience_s = {}\nlate_days = "
               "{}\nreplica = {}\n",
               toml_text(s.prefix), toml_text(s.log_server ? "database" : "standard"), s.page_rows,
               s.statement_timeout_s, s.rows_per_second, s.collect_every_s, s.reread_ids, s.reread_s,
               s.hole_patience_s, s.late_days, s.replica) +
           (s.log_server ? "\n[log_database]\n" + server_document(*s.log_server) +
                               fmt::format("table = {}\n", toml_text(s.log_table))
                         : "");
}

}  // namespace assidu::config
