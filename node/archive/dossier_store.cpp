#include "node/archive/dossier_store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "config/refusal.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_store.h"

namespace assidu::node::archive {
namespace {

using federation::bind_student;
using federation::Dossier;
using federation::in_transaction;
using federation::StudentId;
using federation::translating_errors;

// `said` is the dossier as federation::dossiers_text() writes it: one form on the wire and on the disk.
// Funder and number stand beside it because they are the key.
constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE dossier (node TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL, number TEXT NOT NULL,
  valid_from INTEGER NOT NULL, valid_to INTEGER, said TEXT NOT NULL,
  PRIMARY KEY (node, student, funder, number, valid_from)) WITHOUT ROWID;
)sql";
// What the linter found and was overridden with a reason.
constexpr std::string_view kVersion2 = R"sql(
CREATE TABLE finding_override (node TEXT NOT NULL, student BLOB NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL,
  code TEXT NOT NULL, digest TEXT NOT NULL, reason TEXT NOT NULL, author TEXT NOT NULL, made_utc_s INTEGER NOT NULL,
  PRIMARY KEY (node, student, from_day, to_day, code, digest)) WITHOUT ROWID;
)sql";
// What batches issued last (node/staff/issue_log.h), and how far schedules are.
constexpr std::string_view kVersion3 = R"sql(
CREATE TABLE issue (node TEXT NOT NULL, batch TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL,
  from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, issued_utc_s INTEGER NOT NULL, data_sha256 TEXT NOT NULL,
  fingerprint TEXT NOT NULL, parts TEXT NOT NULL, folder TEXT NOT NULL, files TEXT NOT NULL, replaced_sha256 TEXT NOT NULL,
  why TEXT NOT NULL, PRIMARY KEY (node, batch, student, funder, from_day, to_day)) WITHOUT ROWID;
CREATE TABLE schedule_run (node TEXT NOT NULL, schedule TEXT NOT NULL, last_day INTEGER NOT NULL, done_utc_s INTEGER NOT NULL,
  outcome TEXT NOT NULL, PRIMARY KEY (node, schedule)) WITHOUT ROWID;
)sql";
// Every report that took the place of another (node/staff/issue_log.h); batches that staff asked for on their
// pages (node/staff/batch_orders.h).
constexpr std::string_view kVersion4 = R"sql(
CREATE TABLE replacement (node TEXT NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL, from_day INTEGER NOT NULL,
  to_day INTEGER NOT NULL, issued_utc_s INTEGER NOT NULL, data_sha256 TEXT NOT NULL, replaced_sha256 TEXT NOT NULL,
  why TEXT NOT NULL, PRIMARY KEY (node, data_sha256)) WITHOUT ROWID;
CREATE TABLE batch_order (number INTEGER PRIMARY KEY AUTOINCREMENT, node TEXT NOT NULL, account TEXT NOT NULL,
  conditions TEXT NOT NULL, whom TEXT NOT NULL, from_day INTEGER NOT NULL, to_day INTEGER NOT NULL, formats TEXT NOT NULL,
  package INTEGER NOT NULL, groups INTEGER NOT NULL, language TEXT NOT NULL, asked_utc_s INTEGER NOT NULL,
  begun_utc_s INTEGER, ended_utc_s INTEGER, state TEXT NOT NULL, jobs INTEGER NOT NULL, why TEXT NOT NULL);
CREATE TABLE batch_student (node TEXT NOT NULL, number INTEGER NOT NULL, student BLOB NOT NULL,
  PRIMARY KEY (number, student)) WITHOUT ROWID;
CREATE TABLE batch_line (node TEXT NOT NULL, number INTEGER NOT NULL, student BLOB NOT NULL, funder TEXT NOT NULL,
  outcome TEXT NOT NULL, why TEXT NOT NULL, PRIMARY KEY (number, student, funder)) WITHOUT ROWID;
)sql";
constexpr std::string_view kMigrations[] = {kVersion1, kVersion2, kVersion3, kVersion4};
constexpr federation::StoreFormat kFormat{"dossiers", 0x41736431 /* "Asd1" */, kMigrations};

Dossier dossier_in(const std::string& said) {
    auto read = federation::parse_dossiers(said);
    if (!read || read->size() != 1)
        throw config::ResourceFailure(
            "the dossiers are damaged: one of them cannot be read; restore dossiers.sqlite from a backup");
    return std::move(read->front());
}

HeldDossier held_in(SQLite::Statement& row) {
    HeldDossier held;
    held.record.student = federation::student_id(row.getColumn(0));
    held.from_utc_s = row.getColumn(1).getInt64();
    held.to_utc_s = federation::maybe(row.getColumn(2));
    held.record.dossier = dossier_in(row.getColumn(3).getString());
    return held;
}

// What the dossier of this key says now; nothing if there is none.
std::optional<std::string> said_now(SQLite::Database& database, const std::string& node,
                                    const StudentId& student, const std::string& funder,
                                    const std::string& number) {
    SQLite::Statement select(database,
                             "SELECT said FROM dossier WHERE node=? AND student=? AND funder=? AND number=? "
                             "AND valid_to IS NULL");
    select.bind(1, node);
    bind_student(select, 2, student);
    select.bind(3, funder);
    select.bind(4, number);
    if (!select.executeStep()) return std::nullopt;
    return select.getColumn(0).getString();
}

void end_now(SQLite::Database& database, const std::string& node, const StudentId& student,
             const std::string& funder, const std::string& number, std::int64_t now_utc_s) {
    SQLite::Statement end(
        database,
        "UPDATE dossier SET valid_to=? WHERE node=? AND student=? AND funder=? AND number=? "
        "AND valid_to IS NULL");
    end.bind(1, now_utc_s);
    end.bind(2, node);
    bind_student(end, 3, student);
    end.bind(4, funder);
    end.bind(5, number);
    end.exec();
}

}  // namespace

std::unique_ptr<SQLite::Database> open_dossiers_file(const std::filesystem::path& path) {
    return std::make_unique<SQLite::Database>(federation::open_store(path, kFormat));
}

DossierStore::DossierStore(const std::filesystem::path& path) : database_(open_dossiers_file(path)) {}
DossierStore::~DossierStore() = default;

DossierStore::Changes DossierStore::put(const std::string& node, std::span<const DossierRecord> records,
                                        std::int64_t now_utc_s, bool dry_run) {
    Changes changes;
    const auto put_one = [&](const DossierRecord& record) {
        const std::string& funder = record.dossier.funder;
        const std::string& number = record.dossier.number;
        const std::string said = federation::dossiers_text({record.dossier});
        const auto before = said_now(*database_, node, record.student, funder, number);
        if (before == said) {
            ++changes.unchanged;
            return;
        }
        ++(before ? changes.changed : changes.added);
        if (dry_run) return;
        if (before) end_now(*database_, node, record.student, funder, number, now_utc_s);
        // Twice within a second: what was said last stands.
        SQLite::Statement insert(*database_, "INSERT OR REPLACE INTO dossier VALUES (?,?,?,?,?,NULL,?)");
        insert.bind(1, node);
        bind_student(insert, 2, record.student);
        insert.bind(3, funder);
        insert.bind(4, number);
        insert.bind(5, now_utc_s);
        insert.bind(6, said);
        insert.exec();
    };
    translating_errors(*database_,
                       [&] { in_transaction(*database_, [&] { std::ranges::for_each(records, put_one); }); });
    return changes;
}

bool DossierStore::withdraw(const std::string& node, const StudentId& student, const std::string& funder,
                            const std::string& number, std::int64_t now_utc_s) {
    return translating_errors(*database_, [&] {
        bool there = false;
        in_transaction(*database_, [&] {
            there = said_now(*database_, node, student, funder, number).has_value();
            if (there) end_now(*database_, node, student, funder, number, now_utc_s);
        });
        return there;
    });
}

std::vector<DossierRecord> DossierStore::all(const std::string& node) const {
    return translating_errors(*database_, [&] {
        std::vector<DossierRecord> records;
        SQLite::Statement select(*database_,
                                 "SELECT student, valid_from, valid_to, said FROM dossier WHERE node=? AND "
                                 "valid_to IS NULL ORDER BY funder, number, student");
        select.bind(1, node);
        while (select.executeStep())
            records.push_back(held_in(select).record);
        return records;
    });
}

std::vector<Dossier> DossierStore::of(const std::string& node, const StudentId& student) const {
    std::vector<Dossier> dossiers;
    for (HeldDossier& held : history(node, student)) {
        if (!held.to_utc_s) dossiers.push_back(std::move(held.record.dossier));
    }
    std::ranges::sort(dossiers, {}, [](const Dossier& dossier) {
        return std::tie(dossier.from, dossier.funder, dossier.number);
    });
    return dossiers;
}

std::vector<HeldDossier> DossierStore::history(const std::string& node, const StudentId& student) const {
    return translating_errors(*database_, [&] {
        std::vector<HeldDossier> history;
        SQLite::Statement select(*database_,
                                 "SELECT student, valid_from, valid_to, said FROM dossier WHERE node=? AND "
                                 "student=? ORDER BY funder, number, valid_from");
        select.bind(1, node);
        bind_student(select, 2, student);
        while (select.executeStep())
            history.push_back(held_in(select));
        return history;
    });
}

void DossierStore::put(const std::string& node, const FindingOverride& override_of) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement insert(*database_,
                                     "INSERT OR REPLACE INTO finding_override VALUES (?,?,?,?,?,?,?,?,?)");
            insert.bind(1, node);
            bind_student(insert, 2, override_of.student);
            insert.bind(3, override_of.period.from.number);
            insert.bind(4, override_of.period.to.number);
            insert.bind(5, override_of.code);
            insert.bind(6, override_of.digest);
            insert.bind(7, override_of.reason);
            insert.bind(8, override_of.author);
            insert.bind(9, override_of.made_utc_s);
            insert.exec();
        });
    });
}

std::vector<FindingOverride> DossierStore::overrides(const std::string& node, const StudentId& student,
                                                     const federation::Period& period) const {
    return translating_errors(*database_, [&] {
        std::vector<FindingOverride> found;
        SQLite::Statement select(
            *database_,
            "SELECT code, digest, reason, author, made_utc_s FROM finding_override WHERE "
            "node=? AND student=? AND from_day=? AND to_day=? ORDER BY code, digest");
        select.bind(1, node);
        bind_student(select, 2, student);
        select.bind(3, period.from.number);
        select.bind(4, period.to.number);
        while (select.executeStep())
            found.push_back({student, period, select.getColumn(0).getString(),
                             select.getColumn(1).getString(), select.getColumn(2).getString(),
                             select.getColumn(3).getString(), select.getColumn(4).getInt64()});
        return found;
    });
}

std::int64_t DossierStore::erase(const std::string& node, const StudentId& student) {
    const std::int64_t erased = translating_errors(*database_, [&] {
        std::int64_t rows = 0;
        in_transaction(*database_, [&] {
            for (const char* table :
                 {"dossier", "finding_override", "issue", "replacement", "batch_student", "batch_line"}) {
                SQLite::Statement remove(*database_,
                                         fmt::format("DELETE FROM {} WHERE node=? AND student=?", table));
                remove.bind(1, node);
                bind_student(remove, 2, student);
                rows += remove.exec();
            }
        });
        return rows;
    });
    federation::wipe_deleted(*database_);
    return erased;
}

}  // namespace assidu::node::archive
