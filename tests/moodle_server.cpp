#include "tests/moodle_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <stdexcept>

#include "tests/moodle_schema.h"

namespace assidu::tests {
namespace {

using config::DatabaseDriver;
using node::collect::database::SqlAccess;
using node::collect::database::SqlConnection;
using node::collect::database::SqlRow;

constexpr const char* kPostgresBin = "/usr/lib/postgresql/15/bin/";
constexpr std::int64_t kDeadlineSeconds = 120;

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what);
}

// Whoever runs the tests, or nobody where that is root: neither server runs as root.
void become_unprivileged() {
    if (::geteuid() != 0) return;
    const passwd* const nobody = ::getpwnam("nobody");
    if (nobody == nullptr || ::setgroups(0, nullptr) != 0 || ::setgid(nobody->pw_gid) != 0 ||
        ::setuid(nobody->pw_uid) != 0)
        ::_exit(126);
}

void give_to_unprivileged(const std::filesystem::path& path) {
    if (::geteuid() != 0) return;
    const passwd* const nobody = ::getpwnam("nobody");
    if (nobody == nullptr || ::chown(path.c_str(), nobody->pw_uid, nobody->pw_gid) != 0)
        fail("cannot give " + path.string() + " away");
}

// Starts a program, its output in `log`; `end_signal` is sent to it when this process ends.
pid_t spawn(const std::vector<std::string>& words, const std::filesystem::path& folder, int end_signal) {
    std::vector<char*> argv;
    for (const std::string& word : words)
        argv.push_back(const_cast<char*>(word.c_str()));
    argv.push_back(nullptr);
    const std::string log = folder / "log";
    const pid_t child = ::fork();
    if (child < 0) fail("cannot fork");
    if (child > 0) return child;
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0666);
    ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
    ::dup2(file, STDOUT_FILENO);
    ::dup2(file, STDERR_FILENO);
    ::fchmod(file, 0666);
    for (int descriptor = 3; descriptor < 256; ++descriptor)
        ::close(descriptor);
    ::setsid();
    become_unprivileged();
    ::prctl(PR_SET_PDEATHSIG, end_signal);
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    ::setenv("HOME", folder.c_str(), 1);
    ::setenv("TMPDIR", folder.c_str(), 1);
    ::setenv("LC_ALL", "C", 1);
    ::execvp(argv[0], argv.data());
    ::_exit(127);
}

void run_to_end(const std::vector<std::string>& words, const std::filesystem::path& folder) {
    const pid_t child = spawn(words, folder, SIGKILL);
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0)
        fail(fmt::format("{} failed ({}); scripts/install-packages test installs what is needed:\n{}",
                         words[0], status, contents_of(folder / "log")));
}

std::int64_t free_port() {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = ::htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (::bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
        ::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
        fail("no free port");
    ::close(listener);
    return ::ntohs(address.sin_port);
}

SqlAccess access_of(const config::DatabaseServer& server) {
    SqlAccess access;
    access.server = server;
    access.read_only = false;
    return access;
}

}  // namespace

MoodleServer::MoodleServer(DatabaseDriver driver) : driver_(driver), port_(free_port()) {
    ::chmod(folder_.path().c_str(), 0755);
    give_to_unprivileged(folder_.path());
    install();
    start();
    const SqlAccess access = access_of(administrator(""));
    auto connection = SqlConnection::open(access);
    if (!connection) fail(connection.error().what);
    const auto run = [&](const std::string& sql) {
        if (const auto done = (*connection)->read(sql, {}, [](const SqlRow&) {}); !done)
            fail(done.error().what);
    };
    if (driver_ == DatabaseDriver::mariadb)
        run("CREATE USER assidu@'%' IDENTIFIED BY '" + password() + "'");
    else
        run("CREATE ROLE assidu LOGIN PASSWORD '" + password() + "'");
}

MoodleServer::~MoodleServer() {
    if (process_ > 0) kill();
}

MoodleServer& MoodleServer::shared(DatabaseDriver driver) {
    static std::map<DatabaseDriver, std::unique_ptr<MoodleServer>> servers;
    auto& server = servers[driver];
    if (!server) server = std::make_unique<MoodleServer>(driver);
    return *server;
}

void MoodleServer::install() {
    if (driver_ == DatabaseDriver::mariadb)
        run_to_end({"mariadb-install-db", "--no-defaults", "--datadir=" + (folder_ / "data").string(),
                    "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-name-resolve",
                    "--innodb-log-file-size=8M", "--innodb-flush-method=nosync"},
                   folder_.path());
    else
        run_to_end({std::string(kPostgresBin) + "initdb", "-D", (folder_ / "data").string(), "-U", "postgres",
                    "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8",
                    "--locale=C.UTF-8"},
                   folder_.path());
}

void MoodleServer::start() {
    const std::string data = (folder_ / "data").string(), port = fmt::format("{}", port_);
    // Nothing is synced: what is tested is what the server shows, not its disk.
    if (driver_ == DatabaseDriver::mariadb)
        process_ = spawn(
            {"mariadbd", "--no-defaults", "--datadir=" + data, "--port=" + port, "--bind-address=127.0.0.1",
             "--socket=" + (folder_ / "sock").string(), "--pid-file=" + (folder_ / "pid").string(),
             "--tmpdir=" + folder_.path().string(), "--skip-name-resolve", "--innodb-log-file-size=8M",
             "--innodb-buffer-pool-size=64M", "--innodb-flush-log-at-trx-commit=2",
             "--innodb-file-per-table=OFF", "--innodb-flush-method=nosync", "--performance-schema=ON",
             "--character-set-server=utf8mb4", "--max-connections=40"},
            folder_.path(), SIGKILL);
    else
        process_ = spawn({std::string(kPostgresBin) + "postgres", "-D", data, "-p", port, "-h", "127.0.0.1",
                          "-k", folder_.path().string(), "-c", "fsync=off", "-c", "shared_buffers=64MB", "-c",
                          "shared_preload_libraries=pg_stat_statements", "-c", "max_connections=40"},
                         folder_.path(), SIGQUIT);
    wait_until_it_answers();
}

void MoodleServer::wait_until_it_answers() {
    const SqlAccess access = access_of(administrator(""));
    using std::chrono::steady_clock;
    const auto deadline = steady_clock::now() + std::chrono::seconds(kDeadlineSeconds);
    std::string last;
    while (steady_clock::now() < deadline) {
        const auto connection = SqlConnection::open(access);
        if (connection) return;
        last = connection.error().what;
        int status = 0;
        if (::waitpid(process_, &status, WNOHANG) == process_) {
            process_ = -1;
            fail("the server ended by itself:\n" + contents_of(folder_ / "log"));
        }
        ::poll(nullptr, 0, 20);
    }
    fail("the server does not answer: " + last + "\n" + contents_of(folder_ / "log"));
}

void MoodleServer::kill() {
    // Its session's processes: of PostgreSQL, every connection is one.
    ::kill(process_, driver_ == DatabaseDriver::mariadb ? SIGKILL : SIGQUIT);
    int status = 0;
    while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
}

std::string MoodleServer::make_database() {
    static int number = 0;
    const std::string name = fmt::format("moodle{}", ++number);
    const SqlAccess access = access_of(administrator(""));
    auto connection = SqlConnection::open(access);
    if (!connection) fail(connection.error().what);
    const std::string sql =
        driver_ == DatabaseDriver::mariadb
            ? "CREATE DATABASE " + name + " CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci"
            : "CREATE DATABASE " + name;
    if (const auto made = (*connection)->read(sql, {}, [](const SqlRow&) {}); !made) fail(made.error().what);
    return name;
}

void MoodleServer::cut_connections() {
    const SqlAccess access = access_of(administrator(""));
    auto connection = SqlConnection::open(access);
    if (!connection) fail(connection.error().what);
    if (driver_ == DatabaseDriver::postgresql) {
        (void)(*connection)
            ->read("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'assidu'", {},
                   [](const SqlRow&) {});
        return;
    }
    std::vector<std::string> ids;
    (void)(*connection)
        ->read("SELECT id FROM information_schema.processlist WHERE user = 'assidu'", {},
               [&](const SqlRow& row) { ids.emplace_back(row.bytes(0)); });
    for (const std::string& id : ids)
        (void)(*connection)->read("KILL CONNECTION " + id, {}, [](const SqlRow&) {});
}

MoodleServer::Load MoodleServer::load(const std::string& database) {
    const SqlAccess access = access_of(administrator(database));
    auto connection = SqlConnection::open(access);
    if (!connection) fail(connection.error().what);
    Load load;
    const auto take = [&](std::string_view sql, std::initializer_list<std::int64_t*> into) {
        const auto done = (*connection)->read(sql, {}, [&](const SqlRow& row) {
            std::size_t column = 0;
            for (std::int64_t* number : into)
                *number = row.whole_or(column++, 0).value_or(-1);
        });
        if (!done) fail(done.error().what);
    };
    if (driver_ == DatabaseDriver::mariadb) {
        take(
            "SELECT CAST(SUM(count_star) AS SIGNED), CAST(SUM(sum_rows_examined) AS SIGNED) FROM "
            "performance_schema.events_statements_summary_by_digest WHERE schema_name = DATABASE() AND "
            "digest_text LIKE 'SELECT%' AND digest_text NOT LIKE '%performance_schema%'",
            {&load.statements, &load.rows});
        return load;
    }
    take("CREATE EXTENSION IF NOT EXISTS pg_stat_statements", {});
    take(
        "SELECT coalesce(sum(calls),0)::bigint FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid "
        "JOIN pg_database d ON d.oid = s.dbid WHERE r.rolname = 'assidu' AND d.datname = current_database()",
        {&load.statements});
    take("SELECT coalesce(sum(seq_tup_read + coalesce(idx_tup_fetch, 0)),0)::bigint FROM pg_stat_user_tables",
         {&load.rows});
    return load;
}

config::DatabaseServer MoodleServer::administrator(const std::string& database) const {
    config::DatabaseServer server;
    server.driver = driver_;
    server.port = port_;
    server.name = database;
    if (driver_ == DatabaseDriver::mariadb) {
        server.socket = folder_ / "sock";
        server.user = "root";
    } else {
        server.socket = folder_.path();
        server.user = "postgres";
        if (database.empty()) server.name = "postgres";
    }
    return server;
}

config::DatabaseServer MoodleServer::reader(const std::string& database) const {
    config::DatabaseServer server;
    server.driver = driver_;
    server.host = "127.0.0.1";
    server.port = port_;
    server.name = database;
    server.user = "assidu";
    server.password_env = "ASSIDU_TEST_DATABASE_PASSWORD";
    server.tls = false;
    ::setenv("ASSIDU_TEST_DATABASE_PASSWORD", password().c_str(), 1);
    return server;
}

std::string MoodleServer::settings_toml(const std::string& database) const {
    const config::DatabaseServer server = reader(database);
    return fmt::format(
        "\n[database]\ndriver = \"{}\"\nhost = \"{}\"\nport = {}\nname = \"{}\"\nuser = \"{}\"\n"
        "password_env = \"{}\"\ntls = false\n",
        driver_ == DatabaseDriver::mariadb ? "mariadb" : "postgresql", server.host, server.port, server.name,
        server.user, server.password_env);
}

MoodleTables::MoodleTables(MoodleServer& server, std::string prefix)
    : server_(server), name_(server.make_database()), prefix_(std::move(prefix)) {
    access_ = std::make_unique<SqlAccess>(access_of(server_.administrator(name_)));
    connection_ = connect();
    for (const std::string& statement : moodle_schema(server_.driver(), prefix_))
        run(statement);
    if (server_.driver() == DatabaseDriver::mariadb)
        run("GRANT SELECT ON " + name_ + ".* TO assidu@'%'");
    else
        run("GRANT SELECT ON ALL TABLES IN SCHEMA public TO assidu");
}

std::unique_ptr<SqlConnection> MoodleTables::connect() const {
    auto connection = SqlConnection::open(*access_);
    if (!connection) fail(connection.error().what);
    return std::move(*connection);
}

std::string MoodleTables::filled(std::string_view sql) const {
    std::string text;
    for (std::size_t at = 0; at < sql.size();) {
        const std::size_t end = sql[at] == '{' ? sql.find('}', at) : std::string_view::npos;
        if (end == std::string_view::npos) {
            text.push_back(sql[at++]);
            continue;
        }
        text += prefix_ + std::string(sql.substr(at + 1, end - at - 1));
        at = end + 1;
    }
    return text;
}

void MoodleTables::run(std::string_view sql) {
    auto done = connection_->read(filled(sql), {}, [](const SqlRow&) {});
    if (!done && done.error().kind == node::collect::database::SqlTrouble::Kind::away) {
        connection_ = connect();  // the server was restarted
        done = connection_->read(filled(sql), {}, [](const SqlRow&) {});
    }
    if (!done) fail(done.error().what);
}

std::vector<std::vector<std::string>> MoodleTables::rows(std::string_view sql) {
    std::vector<std::vector<std::string>> found;
    const auto ask = [&] {
        found.clear();
        return connection_->read(filled(sql), {}, [&](const SqlRow& row) {
            auto& values = found.emplace_back();
            for (std::size_t i = 0; i < row.size(); ++i)
                values.emplace_back(row.is_null(i) ? "NULL" : row.bytes(i));
        });
    };
    auto done = ask();
    if (!done && done.error().kind == node::collect::database::SqlTrouble::Kind::away) {
        connection_ = connect();
        done = ask();
    }
    if (!done) fail(done.error().what);
    return found;
}

std::int64_t MoodleTables::number(std::string_view sql) {
    return std::stoll(rows(sql).at(0).at(0));
}

void MoodleTables::add_user(const User& user) {
    run(
        fmt::format("INSERT INTO {}user (id, username, institution, department, email, firstname, lastname) "
                    "VALUES ({}, '{}', '{}', '{}', '{}', '{}', 'Test')",
                    prefix_, user.id, user.username, user.institution, user.department,
                    user.email.empty() ? user.username + "@example.org" : user.email, user.username));
}

std::string MoodleTables::insert_of(const Row& row) const {
    std::string eventname;
    for (const char c : row.eventname)
        eventname += c == '\\' && server_.driver() == DatabaseDriver::mariadb ? "\\\\" : std::string(1, c);
    return fmt::format(
        "INSERT INTO {}logstore_standard_log ({}eventname, component, action, target, crud, edulevel, "
        "contextid, "
        "contextlevel, contextinstanceid, userid, courseid, anonymous, timecreated, origin, ip, other, "
        "realuserid) "
        "VALUES ({}'{}', '{}', '{}', '{}', 'r', 0, 1, {}, {}, {}, {}, {}, {}, {}, '192.0.2.1', 'null', {})",
        prefix_, row.id == 0 ? "" : "id, ", row.id == 0 ? "" : fmt::format("{}, ", row.id), eventname,
        row.component, row.action, row.target, row.context_level,
        row.context_instance == 0 ? row.course : row.context_instance, row.user, row.course, row.anonymous,
        row.time_s, row.origin.empty() ? "NULL" : "'" + row.origin + "'",
        row.real_user == 0 ? "NULL" : fmt::format("{}", row.real_user));
}

void MoodleTables::add_row(const Row& row) {
    run(insert_of(row));
}

}  // namespace assidu::tests
