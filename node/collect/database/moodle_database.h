// The tables of a Moodle, read-only: their names under the site's prefix, which columns they have, rows in
// pages by key, and no more load than the settings allow.
//
// A read is one statement in a transaction of its own (sql_connection.h), so that each sees what was
// committed before it: under MariaDB's REPEATABLE READ a longer transaction would never see a new row. A
// connection that was lost is made again, once, by the read that finds out.
//
// Reads are by keys and bounded: never OFFSET, never COUNT(*) or a sort over a table that grows. No statement
// of ours has a question mark but for its parameters.
//
// One object is for one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/database_settings.h"
#include "config/refusal.h"
#include "node/collect/database/sql_connection.h"

namespace assidu::node::collect::database {

// What a reader wants of a table, by Moodle's names: without the prefix, in small letters.
struct TableNeed {
    std::string table;
    std::vector<std::string> columns{};   // it cannot do without
    std::vector<std::string> optional{};  // read as NULL where the table does not have them
    bool table_optional = false;          // the table may be missing altogether
};

// Rows of a table in the order of a whole-numbered key that has an index.
struct KeysetPage {
    std::string table;
    std::vector<std::string> columns{};
    std::string key = "id";                  // column 0 of what is read; not to be named in `columns`
    std::int64_t after = 0;                  // key > after
    std::optional<std::int64_t> up_to{};     // key <= up_to
    std::string condition{};                 // and this, such as "userid = ?"; empty: none
    std::vector<SqlParameter> parameters{};  // of the condition; what they refer to is the caller's
    std::optional<std::int64_t> rows{};      // at most; nothing: the settings' page
};
struct PageRead {
    std::size_t rows = 0;
    std::int64_t last_key = 0;  // of the last row; `after` where there was none
    bool more = false;          // the page was full
};

// What was asked of the server so far.
struct SourceLoad {
    std::int64_t statements = 0, rows = 0, connections = 0;
};

class MoodleDatabase {
  public:
    // Waits so many milliseconds; false if it was interrupted.
    using Pause = std::function<bool(std::int64_t milliseconds)>;

    // Moodle's own database, as [database] says. Connects with the first read. `folder`: the node's, where
    // the password file lies. Refused if the password cannot be read or others may read it.
    [[nodiscard]] static config::Result<MoodleDatabase> of(const config::DatabaseSettings& settings,
                                                           const std::filesystem::path& folder, Pause pause);
    // The database in which the log is: the same, or that of [log_database], without a prefix.
    [[nodiscard]] static config::Result<MoodleDatabase> of_log(const config::DatabaseSettings& settings,
                                                               const std::filesystem::path& folder,
                                                               Pause pause);
    // The log's table in that database.
    [[nodiscard]] static std::string log_table(const config::DatabaseSettings& settings);

    MoodleDatabase(MoodleDatabase&&) noexcept;
    MoodleDatabase& operator=(MoodleDatabase&&) = delete;
    ~MoodleDatabase();

    // Looks the tables up in information_schema, whatever case the server keeps names in; columns that are
    // there beyond what is needed are none of our business. `wrong`, naming all that is missing. May be
    // called again with further tables.
    SqlResult<void> probe(std::span<const TableNeed> needs);
    // After probe(): whether the table, and the column, is there.
    [[nodiscard]] bool has_table(const std::string& table) const;
    [[nodiscard]] bool has_column(const std::string& table, const std::string& column) const;

    // The table as a statement names it: under its prefix, quoted.
    [[nodiscard]] std::string name_of(const std::string& table) const;

    // One page; column 0 is the key. A column that probe() did not find is NULL.
    SqlResult<PageRead> page(const KeysetPage& page, const std::function<void(const SqlRow&)>& visit);
    // Any other statement that is bounded by itself. How many rows there were.
    SqlResult<std::size_t> read(std::string_view sql, std::span<const SqlParameter> parameters,
                                const std::function<void(const SqlRow&)>& visit);

    // The server's clock, seconds UTC.
    SqlResult<std::int64_t> server_utc_s();
    // A value of Moodle's own settings (config, or config_plugins of a plugin); nothing if it is not set. A
    // text that is no UTF-8 or too long for a setting is none.
    SqlResult<std::optional<std::string>> config_value(const std::string& name);
    SqlResult<std::optional<std::string>> plugin_value(const std::string& plugin, const std::string& name);

    [[nodiscard]] const SourceLoad& load() const { return load_; }
    // "MariaDB 10.11.6"; empty before the first read.
    [[nodiscard]] std::string server_version() const;
    [[nodiscard]] config::DatabaseDriver driver() const { return access_->server.driver; }
    // For a person: "database moodle at 127.0.0.1".
    [[nodiscard]] std::string place() const;

  private:
    MoodleDatabase(config::DatabaseSettings settings, std::unique_ptr<SqlAccess> access, std::string prefix,
                   Pause pause);
    static config::Result<MoodleDatabase> make(const config::DatabaseSettings& settings,
                                               const config::DatabaseServer& server, std::string prefix,
                                               const std::filesystem::path& folder, Pause pause);
    SqlResult<std::size_t> try_read(std::string_view sql, std::span<const SqlParameter> parameters,
                                    const std::function<void(const SqlRow&)>& visit);
    bool keep_pace();
    SqlResult<std::optional<std::string>> one_text(const std::string& sql,
                                                   std::span<const SqlParameter> parameters);

    config::DatabaseSettings settings_;
    std::unique_ptr<SqlAccess> access_;  // at one place for its connections
    std::string prefix_;
    Pause pause_;
    std::unique_ptr<SqlConnection> connection_;
    struct Found {
        std::string name;                            // as the server has it
        std::map<std::string, std::string> columns;  // by their names in small letters
    };
    std::map<std::string, Found> found_;  // by Moodle's name
    std::set<std::string> looked_for_;
    SourceLoad load_;
    std::int64_t due_ms_ = 0;  // before which nothing more is read
};

}  // namespace assidu::node::collect::database
