// The settings `[database]` and `[log_database]`: how a node reads its Moodle's own database. What may be
// read there, and with which rights, is in docs/collector.md.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace assidu::config {

enum class DatabaseDriver : std::uint8_t { mariadb, postgresql };  // mariadb: MySQL, too

// Where a database server is, and as whom it is read.
struct DatabaseServer {
    DatabaseDriver driver = DatabaseDriver::mariadb;
    std::string host;           // name or address; empty where there is a socket
    std::int64_t port = 0;      // 0: the usual one of the driver
    std::string socket;         // MariaDB: the socket's path; PostgreSQL: the folder it lies in
    std::string name;           // of the database
    std::string user;           // a read-only account
    std::string password_file;  // relative to the node's folder; readable by its owner alone
    std::string password_env;   // the environment variable that has it, instead
    bool tls = true;            // over a host; a socket needs none
    // The authority that vouches for the server's certificate, which then must bear the host's name. Empty:
    // encrypted, but whoever answers at that address is believed.
    std::string tls_ca;
};

struct DatabaseSettings {
    DatabaseServer server;
    std::string prefix = "mdl_";  // of Moodle's tables
    // Where Moodle writes its log: nothing for logstore_standard (and standardqueued, which fills the same
    // table), else the server of logstore_database, and its table.
    std::optional<DatabaseServer> log_server;
    std::string log_table;

    // Load: rows of one statement, seconds one may take at the server, rows a second over a while (0: as
    // fast as it goes).
    std::int64_t page_rows = 5'000;
    std::int64_t statement_timeout_s = 30;
    std::int64_t rows_per_second = 20'000;

    std::int64_t collect_every_s = 120;
    // A replica, whose newest row tells how far it has come: a hole is waited for by that, not by its clock.
    bool replica = false;
    // What is read again each time, because rows become visible late: so many ids, and so many seconds, below
    // the safe id (docs/collector.md, "Late rows").
    std::int64_t reread_ids = 5'000;
    std::int64_t reread_s = 900;
    // Seconds after which a missing id is taken for one that no row will ever have.
    std::int64_t hole_patience_s = 7'200;
    // Days that a row may be older than the newest one read before it; an older one is put in quarantine.
    std::int64_t late_days = 30;
};

}  // namespace assidu::config
