#include "federation/sqlite_store.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "config/refusal.h"

namespace assidu::federation {
namespace {

using config::ResourceFailure;

constexpr int kBusyMilliseconds = 10'000;
// Of one connection. Four times SQLite's own: pages that do not find room in it are written to the log in the
// middle of a transaction, and read from there. More is no quicker, because it is memory to be touched
// (docs/performance.md).
constexpr int kPageCacheKib = 8000;

std::string meaning(const SQLite::Exception& error) {
    switch (error.getErrorCode()) {
        case SQLITE_FULL:
            return "the disk is full; nothing of the last step was kept";
        case SQLITE_IOERR:
            return fmt::format("the disk cannot be read or written ({})", error.getErrorStr());
        case SQLITE_BUSY:
            return "another program holds it locked";
        case SQLITE_READONLY:
            return "it cannot be written";
        case SQLITE_CANTOPEN:
            return "it cannot be opened";
        case SQLITE_NOTADB:
            return "it is not a database";
        case SQLITE_CORRUPT:
            return fmt::format("it is damaged ({}); restore it from a backup", error.what());
        default:
            return error.what();
    }
}

[[noreturn]] void fail(const std::string& file, const SQLite::Exception& error) {
    throw ResourceFailure(fmt::format("{}: {}", file, meaning(error)));
}

void migrate(SQLite::Database& database, const StoreFormat& format, const std::string& file) {
    const int newest = static_cast<int>(format.migrations.size());
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    const int application_id = database.execAndGet("PRAGMA application_id").getInt();
    const bool empty = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
    if (!empty && application_id != format.application_id)
        throw ResourceFailure(fmt::format("{}: not an Assidu {} file", file, format.name));
    if (version > newest)
        throw ResourceFailure(fmt::format("{}: {} format {} is newer than this program, which knows {}", file,
                                          format.name, version, newest));
    if (version == newest) return;
    in_transaction(database, [&] {
        // Another process may have migrated it while this one waited for the lock.
        for (int from = database.execAndGet("PRAGMA user_version").getInt(); from < newest; ++from)
            database.exec(std::string(format.migrations[static_cast<std::size_t>(from)]));
        database.exec(fmt::format("PRAGMA application_id={}", format.application_id));
        database.exec(fmt::format("PRAGMA user_version={}", newest));
    });
}

// Files made while it lives are their owner's alone.
class PrivateFiles {
  public:
    PrivateFiles() : mask_(::umask(077)) {}
    ~PrivateFiles() { ::umask(mask_); }
    PrivateFiles(const PrivateFiles&) = delete;
    PrivateFiles& operator=(const PrivateFiles&) = delete;

  private:
    mode_t mask_;
};

}  // namespace

SQLite::Database open_store(const std::filesystem::path& path, const StoreFormat& format) {
    const PrivateFiles guard;
    try {
        SQLite::Database database(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                  kBusyMilliseconds);
        // The page size counts only for a new file; blocks of some hundred bytes pack better in 8 KiB pages.
        database.exec("PRAGMA page_size=8192");
        database.exec("PRAGMA journal_mode=WAL");
        database.exec("PRAGMA synchronous=FULL");
        database.exec(fmt::format("PRAGMA cache_size=-{}", kPageCacheKib));
        database.exec("PRAGMA foreign_keys=ON");
        database.exec("PRAGMA trusted_schema=OFF");
        migrate(database, format, path.string());
        return database;
    } catch (const SQLite::Exception& error) {
        fail(path.string(), error);
    }
}

bool is_in_transaction(SQLite::Database& database) {
    return ::sqlite3_get_autocommit(database.getHandle()) == 0;
}

void in_transaction(SQLite::Database& database, const std::function<void()>& work) {
    const bool is_inner = is_in_transaction(database);
    database.exec(is_inner ? "SAVEPOINT work" : "BEGIN IMMEDIATE");
    try {
        work();
        database.exec(is_inner ? "RELEASE work" : "COMMIT");
    } catch (...) {
        // SQLite has rolled back by itself after some errors; then this says so and there is nothing to do.
        database.tryExec(is_inner ? "ROLLBACK TO work; RELEASE work" : "ROLLBACK");
        throw;
    }
}

void copy_store(SQLite::Database& database, const std::filesystem::path& path) {
    const PrivateFiles guard;
    try {
        SQLite::Database copy(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE, kBusyMilliseconds);
        // The copy is one file: written through, with no log beside it.
        copy.exec("PRAGMA journal_mode=DELETE");
        copy.exec("PRAGMA synchronous=FULL");
        SQLite::Backup backup(copy, database);
        // In one piece: a copy in pieces starts again whenever another process writes, and might never end.
        if (const int ended = backup.executeStep(-1); ended != SQLITE_DONE)
            throw ResourceFailure(fmt::format("{}: cannot be copied to {}: {}", database.getFilename(),
                                              path.string(), ::sqlite3_errstr(ended)));
    } catch (const SQLite::Exception& error) {
        fail(path.string(), error);
    }
}

void wipe_deleted(SQLite::Database& database) {
    translating_errors(database, [&] {
        database.exec("PRAGMA secure_delete=ON");
        database.exec("VACUUM");
        if (database.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() != 0)
            throw ResourceFailure(fmt::format(
                "{}: another process reads in it, so that traces of what was deleted may remain in "
                "its write-ahead log; do it again when no other assidu works in the folder",
                database.getFilename()));
    });
}

void rethrow_as_failure(const SQLite::Database& database) {
    try {
        throw;
    } catch (const SQLite::Exception& error) {
        fail(database.getFilename(), error);
    }
}

}  // namespace assidu::federation
