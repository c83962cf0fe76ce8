#include "node/archive/erasure.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "federation/sqlite_store.h"
#include "node/archive/event_block.h"

namespace assidu::node::archive {
namespace {

using federation::in_transaction;
using federation::translating_errors;

constexpr int kBusyMilliseconds = 10'000;

// An archive that exists already, in the format of this program: whoever calls has had it open.
template <class Work>
std::int64_t with_archive(const std::filesystem::path& path, Work work) {
    try {
        SQLite::Database database(path.string(), SQLite::OPEN_READWRITE, kBusyMilliseconds);
        database.exec("PRAGMA synchronous=FULL");
        database.exec("PRAGMA secure_delete=ON");
        return translating_errors(database, [&] { return work(database); });
    } catch (const SQLite::Exception& error) {
        throw config::ResourceFailure(fmt::format("{}: cannot be opened: {}", path.string(), error.what()));
    }
}

// Tables in which things are kept by source and user.
std::vector<std::string> tables_by_user(SQLite::Database& database) {
    std::vector<std::string> tables;
    SQLite::Statement select(database,
                             "SELECT m.name FROM sqlite_schema m WHERE m.type='table' AND 2=(SELECT count(*) FROM "
                             "pragma_table_info(m.name) c WHERE c.name IN ('source', 'user_id')) ORDER BY 1");
    while (select.executeStep())
        tables.push_back(select.getColumn(0).getString());
    return tables;
}

// The events of the blocks that a condition on (source, value) finds.
std::int64_t count_events(SQLite::Database& database, const std::string& condition, SourceKey source,
                          std::int64_t value) {
    SQLite::Statement select(database, "SELECT utc_day, events FROM block WHERE source=? AND " + condition);
    select.bind(1, source);
    select.bind(2, value);
    std::int64_t count = 0;
    std::vector<Event> events;
    while (select.executeStep()) {
        events.clear();
        const SQLite::Column bytes = select.getColumn(1);
        // A damaged block holds nothing that could be counted, and goes as well.
        if (decode_block(select.getColumn(0).getInt64(),
                         {static_cast<const char*>(bytes.getBlob()), static_cast<std::size_t>(bytes.getBytes())},
                         events))
            count += static_cast<std::int64_t>(events.size());
    }
    return count;
}

void change(SQLite::Database& database, const std::string& sql, std::int64_t a, std::int64_t b) {
    SQLite::Statement statement(database, sql);
    statement.bind(1, a);
    statement.bind(2, b);
    statement.exec();
}

}  // namespace

std::int64_t erase_user(const std::filesystem::path& path, SourceKey source, std::int64_t user_id) {
    return with_archive(path, [&](SQLite::Database& database) {
        std::int64_t events = 0;
        in_transaction(database, [&] {
            events = count_events(database, "user_id=?", source, user_id);
            for (const std::string& table : tables_by_user(database))
                change(database, fmt::format("DELETE FROM {} WHERE source=? AND user_id=?", table), source,
                       user_id);
            change(database, "UPDATE source SET events=events-?2 WHERE key=?1", source, events);
        });
        return events;
    });
}

std::int64_t erase_events_before(const std::filesystem::path& path, SourceKey source, std::int64_t utc_day,
                                 bool dry_run) {
    return with_archive(path, [&](SQLite::Database& database) {
        std::int64_t events = count_events(database, "utc_day<?", source, utc_day);
        if (dry_run || events == 0) return events;
        in_transaction(database, [&] {
            events = count_events(database, "utc_day<?", source, utc_day);
            change(database, "DELETE FROM block WHERE source=? AND utc_day<?", source, utc_day);
            change(database, "UPDATE source SET events=events-?2 WHERE key=?1", source, events);
        });
        return events;
    });
}

void wipe_archive(const std::filesystem::path& path) {
    with_archive(path, [](SQLite::Database& database) {
        federation::wipe_deleted(database);
        return std::int64_t{0};
    });
}

}  // namespace assidu::node::archive
