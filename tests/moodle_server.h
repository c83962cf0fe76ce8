// A real database server with a Moodle's tables in it, for as long as a test needs it: MariaDB 10.11 or
// PostgreSQL 15 from Debian, started as an unprivileged user on a free port of 127.0.0.1 in a folder of its
// own, never the system's service. It ends with the object, and with the process if that is killed.
//
// Where the programs are not installed, start() throws; scripts/install-packages test installs them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "config/database_settings.h"
#include "node/collect/database/sql_connection.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {

class MoodleServer {
  public:
    explicit MoodleServer(config::DatabaseDriver driver);
    ~MoodleServer();
    MoodleServer(const MoodleServer&) = delete;
    MoodleServer& operator=(const MoodleServer&) = delete;

    // The one of this process, shared by its tests: each takes databases of its own from it.
    static MoodleServer& shared(config::DatabaseDriver driver);

    [[nodiscard]] config::DatabaseDriver driver() const { return driver_; }
    [[nodiscard]] std::int64_t port() const { return port_; }

    // Makes an empty database with a name of its own, and returns it.
    std::string make_database();

    // The server ended at once, as by a power cut, and started again.
    void kill();
    void start();
    // Every connection but our own cut, as an administrator or a network does.
    void cut_connections();

    // Reads of rows and statements that the server counted itself since it started (performance counters),
    // of one database.
    struct Load {
        std::int64_t statements = 0, rows = 0;
    };
    [[nodiscard]] Load load(const std::string& database);

    // Settings of the read-only account "assidu" (what docs/collector.md grants it) and of the
    // administrator's.
    [[nodiscard]] config::DatabaseServer reader(const std::string& database) const;
    [[nodiscard]] config::DatabaseServer administrator(const std::string& database) const;
    // "[database]" with those of the reader, for an assidu.toml.
    [[nodiscard]] std::string settings_toml(const std::string& database) const;
    [[nodiscard]] static std::string password() { return "read-only"; }

  private:
    void install();
    void wait_until_it_answers();

    config::DatabaseDriver driver_;
    TemporaryFolder folder_;
    std::int64_t port_ = 0;
    pid_t process_ = -1;
};

// A Moodle's database on such a server, with an administrator's connection to fill it.
class MoodleTables {
  public:
    // The tables of Moodle 4.2 that Assidu reads, empty but for what a new site has in them (config, admin
    // and guest, the front page), under `prefix`.
    explicit MoodleTables(MoodleServer& server, std::string prefix = "mdl_");

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] const std::string& prefix() const { return prefix_; }
    [[nodiscard]] MoodleServer& server() { return server_; }
    [[nodiscard]] std::string settings_toml() const { return server_.settings_toml(name_); }

    // One statement, `{user}` standing for the table user under its prefix. Throws what went wrong.
    void run(std::string_view sql);
    // The rows of a query, its values as text ("NULL" for NULL).
    std::vector<std::vector<std::string>> rows(std::string_view sql);
    std::int64_t number(std::string_view sql);

    struct User {
        std::int64_t id = 0;
        std::string username, institution = "", department = "", email = "";
    };
    void add_user(const User& user);

    struct Row {
        std::int64_t id = 0;  // 0: the server's next one
        std::int64_t user = 0, course = 0, time_s = 0;
        std::string eventname = "\\core\\event\\course_viewed", component = "core", action = "viewed",
                    target = "course", origin = "web";
        std::int64_t context_level = 50, context_instance = 0, real_user = 0, anonymous = 0;
    };
    // One row of the log, committed at once.
    void add_row(const Row& row);
    [[nodiscard]] std::string insert_of(const Row& row) const;

    // A further connection of the administrator, for transactions of a test's own.
    [[nodiscard]] std::unique_ptr<node::collect::database::SqlConnection> connect() const;
    [[nodiscard]] std::string filled(std::string_view sql) const;

  private:
    MoodleServer& server_;
    std::string name_, prefix_;
    std::unique_ptr<node::collect::database::SqlAccess> access_;
    std::unique_ptr<node::collect::database::SqlConnection> connection_;
};

}  // namespace assidu::tests
