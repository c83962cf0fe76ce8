#include "node/web/web_store.h"

#include "federation/sqlite_store.h"

namespace assidu::node::web {
namespace {

constexpr std::int32_t kApplicationId = 0x41737731;  // "Asw1"
constexpr std::string_view kMigrations[] = {
    "CREATE TABLE token (number INTEGER PRIMARY KEY AUTOINCREMENT, sha256 TEXT NOT NULL UNIQUE, label TEXT "
    "NOT "
    "NULL,"
    " functions TEXT NOT NULL, students TEXT NOT NULL, per_minute INTEGER NOT NULL, made_utc_s INTEGER NOT "
    "NULL,"
    " expires_utc_s INTEGER NOT NULL, revoked_utc_s INTEGER, used_utc_s INTEGER) STRICT;"
    "CREATE TABLE staff (name TEXT PRIMARY KEY, password TEXT NOT NULL, students TEXT NOT NULL, made_utc_s "
    "INTEGER "
    "NOT NULL, login_utc_s INTEGER) STRICT, WITHOUT ROWID;"};
constexpr federation::StoreFormat kFormat{"web", kApplicationId, kMigrations};

}  // namespace

std::shared_ptr<SQLite::Database> open_web_store(const std::filesystem::path& path) {
    return std::make_shared<SQLite::Database>(federation::open_store(path, kFormat));
}

}  // namespace assidu::node::web
