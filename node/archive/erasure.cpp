#include "node/archive/erasure.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <string>
#include <utility>
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
auto with_archive(const std::filesystem::path& path, Work work)
    -> decltype(work(std::declval<SQLite::Database&>())) {
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
    SQLite::Statement select(
        database,
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
        if (decode_block(
                select.getColumn(0).getInt64(),
                {static_cast<const char*>(bytes.getBlob()), static_cast<std::size_t>(bytes.getBytes())},
                events))
            count += static_cast<std::int64_t>(events.size());
    }
    return count;
}

// How many rows it changed.
std::int64_t change(SQLite::Database& database, const std::string& sql, std::int64_t a, std::int64_t b) {
    SQLite::Statement statement(database, sql);
    statement.bind(1, a);
    statement.bind(2, b);
    return statement.exec();
}

std::int64_t count(SQLite::Database& database, const std::string& table, const std::string& condition,
                   std::int64_t a, std::int64_t b) {
    SQLite::Statement statement(database, fmt::format("SELECT count(*) FROM {} WHERE {}", table, condition));
    statement.bind(1, a);
    statement.bind(2, b);
    return statement.executeStep() ? statement.getColumn(0).getInt64() : 0;
}

// A revocation has no column user_id and no source: it goes before its exclusion, which says whose it is.
void erase_revocations(SQLite::Database& database, const std::string& condition, std::int64_t a,
                       std::int64_t b) {
    change(
        database,
        fmt::format("DELETE FROM exclusion_revoked WHERE number IN (SELECT number FROM exclusion WHERE {})",
                    condition),
        a, b);
}

// A table, and which of its records are old: by the source (?1) and an instant (?2).
struct Old {
    const char* table;
    std::string condition;
};
// States of a key that another one follows by then. The last of them by then is never among them, so that it
// does not matter in which order they are deleted.
std::string followed(const std::string& table, const std::string& key, const std::string& instant) {
    return fmt::format(
        "source=?1 AND EXISTS (SELECT 1 FROM {0} n WHERE n.source={0}.source AND {1} AND "
        "n.{2}>{0}.{2} AND n.{2}<=?2)",
        table, key, instant);
}
const std::vector<Old>& old_evidence() {
    const std::string of_completion = "n.user_id=completion.user_id AND n.activity=completion.activity";
    const std::string of_enrolment = "n.enrolment=enrolment.enrolment",
                      of_role = "n.assignment=role.assignment";
    static const std::vector<Old> kOld{
        {"completion", followed("completion", of_completion, "time_utc_s")},
        {"declaration", "source=?1 AND begin_utc_s+seconds<=?2 AND coalesce(declared_utc_s, begin_utc_s)<?2"},
        {"foreign_time", "source=?1 AND time_utc_s+seconds<=?2"},
        {"enrolment", followed("enrolment", of_enrolment, "since_utc_s")},
        {"role", followed("role", of_role, "since_utc_s")},
    };
    return kOld;
}

}  // namespace

ErasedFromArchive erase_user(const std::filesystem::path& path, SourceKey source, std::int64_t user_id) {
    return with_archive(path, [&](SQLite::Database& database) {
        ErasedFromArchive erased;
        in_transaction(database, [&] {
            erased.events = count_events(database, "user_id=?", source, user_id);
            erase_revocations(database, "source=?1 AND user_id=?2", source, user_id);
            for (const std::string& table : tables_by_user(database)) {
                const std::int64_t rows =
                    change(database, fmt::format("DELETE FROM {} WHERE source=? AND user_id=?", table),
                           source, user_id);
                if (table != "block" && table != "dirty") erased.evidence += rows;
            }
            change(database, "UPDATE source SET events=events-?2 WHERE key=?1", source, erased.events);
        });
        return erased;
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

std::int64_t erase_evidence_before(const std::filesystem::path& path, SourceKey source, std::int64_t utc_s,
                                   bool dry_run) {
    return with_archive(path, [&](SQLite::Database& database) {
        std::int64_t records = 0;
        for (const Old& old : old_evidence())
            records += count(database, old.table, old.condition, source, utc_s);
        if (dry_run || records == 0) return records;
        in_transaction(database, [&] {
            records = 0;
            for (const Old& old : old_evidence())
                records += change(database, fmt::format("DELETE FROM {} WHERE {}", old.table, old.condition),
                                  source, utc_s);
        });
        return records;
    });
}

std::int64_t erase_reasons_before(const std::filesystem::path& path, SourceKey source, std::int64_t utc_s,
                                  config::CivilDay day, bool dry_run) {
    constexpr const char* kEnded = "source=?1 AND to_utc_s<=?2";
    constexpr const char* kPast = "source=?1 AND day<?2";
    return with_archive(path, [&](SQLite::Database& database) {
        std::int64_t records = count(database, "exclusion", kEnded, source, utc_s) +
                               count(database, "signed_day", kPast, source, day.number);
        if (dry_run || records == 0) return records;
        in_transaction(database, [&] {
            erase_revocations(database, kEnded, source, utc_s);
            records =
                change(database, fmt::format("DELETE FROM exclusion WHERE {}", kEnded), source, utc_s) +
                change(database, fmt::format("DELETE FROM signed_day WHERE {}", kPast), source, day.number);
        });
        return records;
    });
}

void wipe_archive(const std::filesystem::path& path) {
    with_archive(path, [](SQLite::Database& database) {
        federation::wipe_deleted(database);
        return std::int64_t{0};
    });
}

}  // namespace assidu::node::archive
