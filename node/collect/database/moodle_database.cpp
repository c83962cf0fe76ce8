#include "node/collect/database/moodle_database.h"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "config/limits.h"
#include "node/collect/database/client_connections.h"
#include "node/collect/text.h"
#include "rpc/key_file.h"

namespace assidu::node::collect::database {
namespace {

using config::refuse;
using config::Result;
using Kind = SqlTrouble::Kind;

constexpr std::int64_t kMilliseconds = 1000;
// How often a statement is tried again that met a conflict.
constexpr int kConflictsMax = 3;
// Bytes of a value of Moodle's own settings that we take.
constexpr std::size_t kValueBytesMax = 4096;

// Waiting changes no number: it may look at a clock of its own.
std::int64_t steady_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
}

Result<rpc::Secret> password_of(const config::DatabaseServer& server, const std::filesystem::path& folder) {
    if (!server.password_env.empty()) {
        const char* const value = std::getenv(server.password_env.c_str());
        if (value == nullptr)
            return refuse(fmt::format("the environment variable {} with the password of {} is not set",
                                      server.password_env, place_of(server)));
        return rpc::Secret::copy_of(value);
    }
    if (server.password_file.empty()) return rpc::Secret();
    auto secret = rpc::read_key_file(folder / server.password_file,
                                     "put the password of the database's account there, with mode 0600");
    if (!secret) return secret;
    std::string_view line = secret->reveal();
    while (line.ends_with('\n') || line.ends_with('\r'))
        line.remove_suffix(1);
    return rpc::Secret::copy_of(line);
}

}  // namespace

MoodleDatabase::MoodleDatabase(config::DatabaseSettings settings, std::unique_ptr<SqlAccess> access,
                               std::string prefix, Pause pause)
    : settings_(std::move(settings)),
      access_(std::move(access)),
      prefix_(std::move(prefix)),
      pause_(std::move(pause)) {}

MoodleDatabase::MoodleDatabase(MoodleDatabase&&) noexcept = default;
MoodleDatabase::~MoodleDatabase() = default;

Result<MoodleDatabase> MoodleDatabase::make(const config::DatabaseSettings& settings,
                                            const config::DatabaseServer& server, std::string prefix,
                                            const std::filesystem::path& folder, Pause pause) {
    auto password = password_of(server, folder);
    if (!password) return std::unexpected(password.error());
    auto access = std::make_unique<SqlAccess>();
    access->server = server;
    if (!server.tls_ca.empty()) access->server.tls_ca = (folder / server.tls_ca).string();
    access->password = std::move(*password);
    access->statement_timeout_s = settings.statement_timeout_s;
    return MoodleDatabase(settings, std::move(access), std::move(prefix), std::move(pause));
}

Result<MoodleDatabase> MoodleDatabase::of(const config::DatabaseSettings& settings,
                                          const std::filesystem::path& folder, Pause pause) {
    return make(settings, settings.server, settings.prefix, folder, std::move(pause));
}

Result<MoodleDatabase> MoodleDatabase::of_log(const config::DatabaseSettings& settings,
                                              const std::filesystem::path& folder, Pause pause) {
    if (!settings.log_server) return of(settings, folder, std::move(pause));
    return make(settings, *settings.log_server, "", folder, std::move(pause));
}

std::string MoodleDatabase::log_table(const config::DatabaseSettings& settings) {
    return settings.log_server ? settings.log_table : "logstore_standard_log";
}

SqlResult<void> MoodleDatabase::probe(std::span<const TableNeed> needs) {
    std::map<std::string, std::string> wanted;  // Moodle's names by those of the server, in small letters
    std::string places;
    std::vector<std::string> names;
    for (const TableNeed& need : needs) {
        looked_for_.insert(need.table);
        if (found_.contains(need.table)) continue;
        names.push_back(lower_ascii(prefix_ + need.table));
        wanted[names.back()] = need.table;
        places += places.empty() ? "?" : ",?";
    }
    if (!names.empty()) {
        const bool mariadb = driver() == config::DatabaseDriver::mariadb;
        const std::string sql = fmt::format(
            "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema {} "
            "AND {} IN "
            "({})",
            mariadb ? "= DATABASE()" : "= ANY(current_schemas(false))",
            // Where MariaDB keeps names depends on its disk; PostgreSQL keeps Moodle's in small letters.
            mariadb ? "lower(table_name)" : "table_name", places);
        const std::vector<SqlParameter> parameters(names.begin(), names.end());
        const auto done = read(sql, parameters, [&](const SqlRow& row) {
            const auto table = wanted.find(lower_ascii(row.bytes(0)));
            if (table == wanted.end()) return;
            Found& found = found_[table->second];
            found.name = row.bytes(0);
            found.columns[lower_ascii(row.bytes(1))] = row.bytes(1);
        });
        if (!done) return std::unexpected(done.error());
    }
    std::vector<std::string> missing;
    for (const TableNeed& need : needs) {
        const auto found = found_.find(need.table);
        if (found == found_.end()) {
            if (!need.table_optional) missing.push_back(fmt::format("no table {}", prefix_ + need.table));
            continue;
        }
        for (const std::string& column : need.columns) {
            if (!found->second.columns.contains(column))
                missing.push_back(fmt::format("no column {} in table {}", column, found->second.name));
        }
    }
    if (missing.empty()) return {};
    return std::unexpected(SqlTrouble{
        Kind::wrong,
        fmt::format("{} has {}: it is another Moodle than this version of Assidu knows, [database] "
                    "prefix is not its own, or account '{}' may not read there",
                    place(), fmt::join(missing, ", "), access_->server.user)});
}

bool MoodleDatabase::has_table(const std::string& table) const {
    return found_.contains(table);
}

bool MoodleDatabase::has_column(const std::string& table, const std::string& column) const {
    const auto found = found_.find(table);
    return found != found_.end() && found->second.columns.contains(column);
}

std::string MoodleDatabase::name_of(const std::string& table) const {
    const auto found = found_.find(table);
    const std::string name = found == found_.end() ? prefix_ + table : found->second.name;
    // Names are plain (settings, and those of Moodle's tables), so that both servers' quotes are known.
    return driver() == config::DatabaseDriver::mariadb ? "`" + name + "`" : "\"" + name + "\"";
}

SqlResult<PageRead> MoodleDatabase::page(const KeysetPage& page,
                                         const std::function<void(const SqlRow&)>& visit) {
    const bool known = looked_for_.contains(page.table);
    std::string columns = page.key;
    for (const std::string& column : page.columns)
        columns += known && !has_column(page.table, column) ? ", NULL AS " + column : ", " + column;
    const std::int64_t rows = page.rows.value_or(settings_.page_rows);
    std::vector<SqlParameter> parameters{page.after};
    if (page.up_to) parameters.emplace_back(*page.up_to);
    parameters.insert(parameters.end(), page.parameters.begin(), page.parameters.end());
    parameters.emplace_back(rows);
    const std::string sql =
        fmt::format("SELECT {} FROM {} WHERE {} > ?{}{} ORDER BY {} LIMIT ?", columns, name_of(page.table),
                    page.key, page.up_to ? fmt::format(" AND {} <= ?", page.key) : "",
                    page.condition.empty() ? "" : fmt::format(" AND ({})", page.condition), page.key);
    PageRead result{0, page.after, false};
    const auto done = read(sql, parameters, [&](const SqlRow& row) {
        // A key is a primary key of the server's: that it is a number is the server's own word.
        if (const auto key = row.whole(0)) result.last_key = *key;
        visit(row);
    });
    if (!done) return std::unexpected(done.error());
    result.rows = *done;
    result.more = static_cast<std::int64_t>(*done) >= rows;
    return result;
}

SqlResult<std::size_t> MoodleDatabase::read(std::string_view sql, std::span<const SqlParameter> parameters,
                                            const std::function<void(const SqlRow&)>& visit) {
    bool reused = connection_ != nullptr;
    for (int conflicts = 0;;) {
        auto done = try_read(sql, parameters, visit);
        if (done) return done;
        if (done.error().kind == Kind::away) {
            connection_.reset();
            // The server may have closed it while we had nothing to ask.
            if (!std::exchange(reused, false)) return done;
        } else if (done.error().kind != Kind::again || ++conflicts > kConflictsMax) {
            return done;
        }
    }
}

SqlResult<std::size_t> MoodleDatabase::try_read(std::string_view sql,
                                                std::span<const SqlParameter> parameters,
                                                const std::function<void(const SqlRow&)>& visit) {
    if (!keep_pace()) return std::unexpected(SqlTrouble{Kind::away, "interrupted"});
    if (!connection_) {
        auto opened = SqlConnection::open(*access_);
        if (!opened) return std::unexpected(opened.error());
        connection_ = std::move(*opened);
        ++load_.connections;
    }
    ++load_.statements;
    auto done = connection_->read(sql, parameters, visit);
    if (!done) return done;
    load_.rows += static_cast<std::int64_t>(*done);
    if (settings_.rows_per_second > 0)
        due_ms_ = std::max(due_ms_, steady_ms()) +
                  static_cast<std::int64_t>(*done) * kMilliseconds / settings_.rows_per_second;
    return done;
}

// Waits until so many rows as were read may have been, at the rate of the settings.
bool MoodleDatabase::keep_pace() {
    const std::int64_t wait_ms = due_ms_ - steady_ms();
    return wait_ms <= 0 || !pause_ || pause_(wait_ms);
}

SqlResult<std::int64_t> MoodleDatabase::server_utc_s() {
    const bool mariadb = driver() == config::DatabaseDriver::mariadb;
    std::optional<std::int64_t> now_s;
    const auto done = read(mariadb ? "SELECT UNIX_TIMESTAMP() AS now"
                                   : "SELECT floor(extract(epoch FROM clock_timestamp()))::bigint AS now",
                           {}, [&](const SqlRow& row) {
                               if (const auto s = row.whole(0)) now_s = *s;
                           });
    if (!done) return std::unexpected(done.error());
    if (!now_s) return std::unexpected(SqlTrouble{Kind::wrong, place() + " does not tell the time"});
    return *now_s;
}

SqlResult<std::optional<std::string>> MoodleDatabase::one_text(const std::string& sql,
                                                               std::span<const SqlParameter> parameters) {
    std::optional<std::string> value;
    const auto done = read(sql, parameters, [&](const SqlRow& row) {
        if (row.is_null(0)) return;
        if (const auto text = row.text(0, kValueBytesMax)) value = std::string(*text);
    });
    if (!done) return std::unexpected(done.error());
    return value;
}

SqlResult<std::optional<std::string>> MoodleDatabase::config_value(const std::string& name) {
    const SqlParameter parameters[] = {std::string_view(name)};
    return one_text(fmt::format("SELECT value FROM {} WHERE name = ?", name_of("config")), parameters);
}

SqlResult<std::optional<std::string>> MoodleDatabase::plugin_value(const std::string& plugin,
                                                                   const std::string& name) {
    const SqlParameter parameters[] = {std::string_view(plugin), std::string_view(name)};
    return one_text(
        fmt::format("SELECT value FROM {} WHERE plugin = ? AND name = ?", name_of("config_plugins")),
        parameters);
}

std::string MoodleDatabase::server_version() const {
    return connection_ ? connection_->server_version() : "";
}

std::string MoodleDatabase::place() const {
    return place_of(access_->server);
}

}  // namespace assidu::node::collect::database
