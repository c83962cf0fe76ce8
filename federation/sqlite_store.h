// How every SQLite file of the project is opened: it says what it is (application id), in which version, is
// migrated forward step by step, and acknowledges only what is synced (WAL, synchronous=FULL).
#pragma once

#include <SQLiteCpp/Database.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string_view>

namespace assidu::federation {

// A kind of SQLite file.
struct StoreFormat {
    std::string_view name;        // as people read it: "ledger"
    std::int32_t application_id;  // PRAGMA application_id
    // One SQL script a version: migrations[0] makes version 1 of an empty file, migrations[n] makes n + 1 of
    // n.
    std::span<const std::string_view> migrations;
};

// Opens or makes the file, private to its owner, and brings it to the newest version in one transaction.
// Throws ResourceFailure naming the file: not a file of this format, of a newer version than this program
// knows, damaged, or not writable.
[[nodiscard]] SQLite::Database open_store(const std::filesystem::path& path, const StoreFormat& format);

// Runs `work` in one transaction that takes the write lock at once (BEGIN IMMEDIATE) and is committed and
// synced on return; rolled back if `work` throws. Inside such a work it is a savepoint: rolled back alone if
// its work throws, and committed with the one outside.
void in_transaction(SQLite::Database& database, const std::function<void()>& work);

[[nodiscard]] bool is_in_transaction(SQLite::Database& database);

// Copies the whole database, as it is at one instant, into a new file, private to its owner, while others
// read and write it; synced on return. What was at `path` is replaced. Throws ResourceFailure naming either
// file.
void copy_store(SQLite::Database& database, const std::filesystem::path& path);

// Lets nothing remain of what was deleted: rewrites the file and empties its write-ahead log. Needs about as
// much free disk as the file has. Throws ResourceFailure, naming the file, if another process reads in it all
// the time; what was deleted is deleted, and the call may be repeated. In no transaction.
void wipe_deleted(SQLite::Database& database);

// SQLite's errors as ResourceFailure with the file's name and what it means for a person (disk full,
// locked...). Wrap every entry from outside into code that uses SQLite.
template <class Work>
auto translating_errors(const SQLite::Database& database, Work&& work) -> decltype(work());

[[noreturn]] void rethrow_as_failure(const SQLite::Database& database);

template <class Work>
auto translating_errors(const SQLite::Database& database, Work&& work) -> decltype(work()) {
    try {
        return work();
    } catch (...) {
        rethrow_as_failure(database);
    }
}

}  // namespace assidu::federation
