#include "federation/statement_log.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <set>

#include "config/refusal.h"
#include "federation/ledger_tables.h"
#include "federation/received_rows.h"
#include "federation/sqlite_store.h"

namespace assidu::federation {
namespace {

using config::CivilDay;

constexpr std::size_t kSecretBytes = 32;
// Where the rows of a member's statement say nothing of a source: the member's own, whatever it is called
// there.
constexpr const char* kDeclaredSource = "moodle";

}  // namespace

std::string_view code_of(ChainVerdict verdict) {
    switch (verdict) {
        case ChainVerdict::next:
            return "next";
        case ChainVerdict::known:
            return "known";
        case ChainVerdict::fork:
            return "fork";
        case ChainVerdict::ahead:
            return "ahead";
        case ChainVerdict::broken:
            return "broken_chain";
    }
    return "";
}

StatementLog::StatementLog(std::shared_ptr<SQLite::Database> file)
    : database_(std::move(file)), sql_(*database_) {}

StatementHead StatementLog::head(const std::string& node) const {
    return translating_errors(*database_, [&] {
        const auto select = sql_(
            "SELECT number, digest FROM statement WHERE node=(SELECT key FROM node WHERE "
            "id=?) ORDER BY number DESC LIMIT 1");
        select->bind(1, node);
        if (!select->executeStep()) return StatementHead{};
        return StatementHead{select->getColumn(0).getInt64(), select->getColumn(1).getString()};
    });
}

std::optional<KeptStatement> StatementLog::find(const std::string& node, std::int64_t number) const {
    return translating_errors(*database_, [&]() -> std::optional<KeptStatement> {
        const auto select = sql_(
            "SELECT digest, bytes, receipt FROM statement WHERE node=(SELECT key FROM node "
            "WHERE id=?) AND number=?");
        select->bind(1, node);
        select->bind(2, number);
        if (!select->executeStep()) return std::nullopt;
        return KeptStatement{number, select->getColumn(0).getString(),
                             std::string(blob(select->getColumn(1))), select->getColumn(2).getString()};
    });
}

std::string StatementLog::digest_at(const std::string& node, std::int64_t number) const {
    return translating_errors(*database_, [&]() -> std::string {
        const auto select =
            sql_("SELECT digest FROM statement WHERE node=(SELECT key FROM node WHERE id=?) AND number=?");
        select->bind(1, node);
        select->bind(2, number);
        return select->executeStep() ? select->getColumn(0).getString() : std::string();
    });
}

std::int64_t StatementLog::last_receipted(const std::string& node) const {
    return translating_errors(*database_, [&]() -> std::int64_t {
        SQLite::Statement select(
            *database_,
            "SELECT number FROM statement WHERE node=(SELECT key FROM node WHERE id=?) AND receipt<>'' "
            "ORDER BY number DESC LIMIT 1");
        select.bind(1, node);
        return select.executeStep() ? select.getColumn(0).getInt64() : 0;
    });
}

std::vector<std::int64_t> StatementLog::unreceipted(const std::string& node) const {
    return translating_errors(*database_, [&] {
        std::vector<std::int64_t> numbers;
        SQLite::Statement select(
            *database_,
            "SELECT number FROM statement WHERE node=(SELECT key FROM node WHERE id=?) AND "
            "receipt='' ORDER BY number");
        select.bind(1, node);
        while (select.executeStep())
            numbers.push_back(select.getColumn(0).getInt64());
        return numbers;
    });
}

ChainVerdict StatementLog::judge(const Statement& statement) const {
    const StatementHeader& header = statement.header;
    const StatementHead kept = head(header.node);
    if (header.number > kept.number + 1) return ChainVerdict::ahead;
    if (header.number == kept.number + 1)
        return header.previous == kept.digest ? ChainVerdict::next : ChainVerdict::broken;
    const auto same = find(header.node, header.number);
    // Equal notes commit to equal rows: the note's digest is the statement's identity.
    return same && same->digest == statement.digest() ? ChainVerdict::known : ChainVerdict::fork;
}

void StatementLog::put(const Statement& statement, const std::string& receipt, std::string_view bytes) {
    const std::string encoded = bytes.empty() ? encode_statement(statement) : std::string();
    const auto insert = sql_("INSERT INTO statement VALUES (?,?,?,?,?,?)");
    insert->bind(1, key_of_node(sql_, statement.header.node));
    insert->bind(2, statement.header.number);
    insert->bind(3, statement.digest());
    insert->bind(4, statement.header.kind == StatementKind::daily ? "daily" : "roster");
    bind_blob(*insert, 5, bytes.empty() ? encoded : bytes);
    insert->bind(6, receipt);
    insert->exec();
}

void StatementLog::put_own(const Statement& statement) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            if (judge(statement) != ChainVerdict::next)
                throw config::ResourceFailure(
                    "another process declared, or asked the hub, meanwhile; what is left is declared the "
                    "next time");
            put(statement, "");
            put_said(statement);
        });
    });
}

void StatementLog::put_back(const Statement& statement, const std::string& receipt) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            if (judge(statement) != ChainVerdict::next) return;
            put(statement, receipt);
            put_said(statement);
        });
    });
}

void StatementLog::put_said(const Statement& statement) {
    const std::int64_t node = key_of_node(sql_, statement.header.node);
    if (statement.header.kind == StatementKind::daily)
        put_days(node, statement);
    else
        put_roster(node, statement);
}

void StatementLog::set_aside(const std::string& node, std::int64_t from_number, std::int64_t now_utc_s) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            const std::int64_t node_key = key_of_node(*database_, node);
            unsay(node_key, from_number);
            SQLite::Statement copy(
                *database_,
                "INSERT OR REPLACE INTO set_aside SELECT node, number, digest, kind, bytes, "
                "receipt, ? FROM statement WHERE node=? AND number>=?");
            copy.bind(1, now_utc_s);
            copy.bind(2, node_key);
            copy.bind(3, from_number);
            copy.exec();
            SQLite::Statement erase(*database_, "DELETE FROM statement WHERE node=? AND number>=?");
            erase.bind(1, node_key);
            erase.bind(2, from_number);
            erase.exec();
        });
    });
}

// Before they go: each day of which they had the last word gets that of the statement before, and so does the
// roster.
void StatementLog::unsay(std::int64_t node, std::int64_t from_number) {
    std::map<std::string, std::set<CivilDay>> unsaid;  // by scale
    bool roster = false;
    SQLite::Statement days(
        *database_,
        "SELECT sha256, day FROM stated_day JOIN scale ON scale.key=scale WHERE node=? AND "
        "number>=?");
    days.bind(1, node);
    days.bind(2, from_number);
    while (days.executeStep())
        unsaid[days.getColumn(0).getString()].insert(CivilDay{days.getColumn(1).getInt()});
    SQLite::Statement rosters(*database_,
                              "SELECT 1 FROM statement WHERE node=? AND number>=? AND kind='roster' LIMIT 1");
    rosters.bind(1, node);
    rosters.bind(2, from_number);
    roster = rosters.executeStep();
    for (const char* sql :
         {"DELETE FROM stated_day WHERE node=?1 AND number>=?2",
          "DELETE FROM roster WHERE node=?1 AND EXISTS (SELECT 1 FROM statement WHERE node=?1 "
          "AND number>=?2 AND kind='roster')"}) {
        SQLite::Statement erase(*database_, sql);
        erase.bind(1, node);
        erase.bind(2, from_number);
        erase.exec();
    }
    SQLite::Statement before(*database_,
                             "SELECT bytes FROM statement WHERE node=? AND number<? ORDER BY number DESC");
    before.bind(1, node);
    before.bind(2, from_number);
    while ((roster || !unsaid.empty()) && before.executeStep()) {
        auto statement = read_kept_statement(blob(before.getColumn(0)));
        if (!statement)
            throw config::ResourceFailure("a kept statement is damaged: " + statement.error().what);
        if (statement->header.kind == StatementKind::roster) {
            if (roster) put_roster(node, *statement);
            roster = false;
            continue;
        }
        const auto scale = unsaid.find(statement->header.scale.sha256);
        if (scale == unsaid.end()) continue;
        std::erase_if(statement->header.days,
                      [&](const StatementDay& day) { return scale->second.erase(day.day) == 0; });
        std::erase_if(statement->rows, [&](const SaltedRow& row) {
            return !row.is_erased() &&
                   !std::ranges::binary_search(statement->header.days, parse_daily_row(row.row).value().day,
                                               {}, &StatementDay::day);
        });
        put_days(node, *statement);
        if (scale->second.empty()) unsaid.erase(scale);
    }
}

std::vector<KeptStatement> StatementLog::aside(const std::string& node) const {
    return translating_errors(*database_, [&] {
        std::vector<KeptStatement> statements;
        SQLite::Statement select(
            *database_,
            "SELECT number, digest, bytes, receipt FROM set_aside WHERE node=(SELECT key FROM "
            "node WHERE id=?) ORDER BY number, digest");
        select.bind(1, node);
        while (select.executeStep())
            statements.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getString(),
                                  std::string(blob(select.getColumn(2))), select.getColumn(3).getString()});
        return statements;
    });
}

std::string StatementLog::confirmed_place() const {
    return translating_errors(*database_, [&]() -> std::string {
        SQLite::Statement select(*database_, "SELECT place FROM place");
        return select.executeStep() ? select.getColumn(0).getString() : std::string();
    });
}

void StatementLog::confirm_place(const std::string& place) {
    if (confirmed_place() == place) return;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement put(*database_, "INSERT OR REPLACE INTO place VALUES (1,?)");
            put.bind(1, place);
            put.exec();
        });
    });
}

void StatementLog::put_received(const Statement& statement, const std::string& receipt,
                                std::string_view bytes) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            const StatementHeader& header = statement.header;
            const std::int64_t node = key_of_node(sql_, header.node);
            put(statement, receipt, bytes);
            if (header.kind == StatementKind::roster) return put_roster(node, statement);
            const std::int64_t scale = key_of_scale(sql_, header.scale);
            forget_rows_by_student(node, scale, statement);
            put_rows(node, scale, statement);
            put_freshness(sql_, node, scale, header.freshness);
            for (const Outage& one : header.outages) {
                const auto outage = sql_("INSERT OR IGNORE INTO outage VALUES (?,?,?,?)");
                outage->bind(1, node);
                outage->bind(2, one.from_utc_s);
                outage->bind(3, one.to_utc_s);
                outage->bind(4, one.cause);
                outage->exec();
            }
        });
    });
}

// What the ledger has of the statement's days from before ledger format 9, when received rows lay by student,
// so that looking for those of a day reads all of the member's; but the statement that spoke of the day
// before names every one of them.
void StatementLog::forget_rows_by_student(std::int64_t node, std::int64_t scale, const Statement& statement) {
    {
        const auto any = sql_("SELECT 1 FROM ledger_row WHERE node=? AND scale=? LIMIT 1");
        any->bind(1, node);
        any->bind(2, scale);
        if (!any->executeStep()) return;
    }
    std::map<std::int64_t, std::set<CivilDay>> said;  // by the statement that spoke of them last
    for (const StatementDay& day : statement.header.days) {
        const auto select = sql_(
            "SELECT number FROM stated_day WHERE node=?1 AND scale=?2 AND day=?3 AND NOT EXISTS (SELECT 1 "
            "FROM received_cells WHERE node=?1 AND scale=?2 AND day=?3)");
        select->bind(1, node);
        select->bind(2, scale);
        select->bind(3, day.day.number);
        if (select->executeStep()) said[select->getColumn(0).getInt64()].insert(day.day);
    }
    for (const auto& [number, days] : said) {
        const auto kept = find(statement.header.node, number);
        const auto before = kept ? read_kept_statement(kept->bytes) : config::refuse("it is not here");
        bool is_complete = before.has_value();
        for (std::size_t i = 0; is_complete && i < before->rows.size(); ++i) {
            if (before->rows[i].is_erased()) continue;
            const LedgerRow row = parse_daily_row(before->rows[i].row).value();
            if (!days.contains(row.day)) continue;
            const auto erase = sql_(
                "DELETE FROM ledger_row WHERE node=?1 AND scale=?2 AND student=(SELECT key FROM student "
                "WHERE node=?1 AND id=?3) AND day=?4 AND course=?5");
            erase->bind(1, node);
            erase->bind(2, scale);
            bind_student(*erase, 3, row.student);
            erase->bind(4, row.day.number);
            erase->bind(5, row.course);
            is_complete = erase->exec() == 1;
        }
        if (is_complete) continue;
        // It and the ledger do not agree, or it is not here: then they are looked for.
        for (const CivilDay& day : days) {
            const auto erase = sql_("DELETE FROM ledger_row WHERE node=? AND scale=? AND day=?");
            erase->bind(1, node);
            erase->bind(2, scale);
            erase->bind(3, day.number);
            erase->exec();
        }
    }
}

// The rows into the ledger, and what was said of each day.
void StatementLog::put_rows(std::int64_t node, std::int64_t scale, const Statement& statement) {
    struct Day {
        std::vector<std::int64_t> students;
        std::vector<LedgerRow> rows;
        DayDigest digest;
    };
    std::map<CivilDay, Day> days;
    for (const StatementDay& day : statement.header.days)
        days[day.day].rows.reserve(static_cast<std::size_t>(day.rows));
    StudentId last;
    std::int64_t student = 0;
    for (const SaltedRow& salted : statement.rows) {
        if (salted.is_erased()) continue;
        // read_statement() has read every row before: a refusal now would be a broken invariant.
        LedgerRow row = parse_daily_row(salted.row).value();
        if (student == 0 || row.student != last)
            student = key_of_student(sql_, node, row.student, kDeclaredSource);
        last = row.student;
        Day& day = days[row.day];
        day.digest.add(salted.row);
        day.students.push_back(student);
        day.rows.push_back(std::move(row));
    }
    for (auto& [day, received] : days) {
        put_received_day(sql_, node, scale, day, received.students, received.rows);
        put_digest(node, scale, statement.header.number, day, received.digest);
    }
}

void StatementLog::put_days(std::int64_t node, const Statement& statement) {
    std::map<CivilDay, DayDigest> digests;
    for (const StatementDay& day : statement.header.days)
        digests[day.day];
    for (const SaltedRow& salted : statement.rows) {
        if (!salted.is_erased()) digests[parse_daily_row(salted.row).value().day].add(salted.row);
    }
    const std::int64_t scale = key_of_scale(sql_, statement.header.scale);
    for (auto& [day, digest] : digests)
        put_digest(node, scale, statement.header.number, day, digest);
}

void StatementLog::put_digest(std::int64_t node, std::int64_t scale, std::int64_t number, CivilDay day,
                              DayDigest& digest) {
    const auto put_day = sql_("INSERT OR REPLACE INTO stated_day VALUES (?,?,?,?,?)");
    put_day->bind(1, node);
    put_day->bind(2, scale);
    put_day->bind(3, day.number);
    put_day->bind(4, number);
    put_day->bind(5, digest.finish());
    put_day->exec();
}

void StatementLog::put_roster(std::int64_t node, const Statement& statement) {
    SQLite::Statement erase(*database_, "DELETE FROM roster WHERE node=?");
    erase.bind(1, node);
    erase.exec();
    SQLite::Statement insert(*database_, "INSERT INTO roster VALUES (?,?,?)");
    for (const SaltedRow& salted : statement.rows) {
        if (salted.is_erased()) continue;
        insert.bind(1, node);
        insert.bind(2, roster_row_key(parse_roster_row(salted.row).value()));
        insert.bind(3, salted.row);
        insert.exec();
        insert.reset();
    }
}

void StatementLog::put_receipt(const std::string& node, std::int64_t number, const std::string& receipt) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            const auto update = sql_(
                "UPDATE statement SET receipt=? WHERE node=(SELECT key FROM node WHERE id=?) "
                "AND number=?");
            update->bind(1, receipt);
            update->bind(2, node);
            update->bind(3, number);
            update->exec();
        });
    });
}

std::map<CivilDay, StatementLog::StatedDay> StatementLog::stated_days(const std::string& node,
                                                                      const std::string& scale_sha256) const {
    return translating_errors(*database_, [&] {
        std::map<CivilDay, StatedDay> days;
        SQLite::Statement select(
            *database_,
            "SELECT day, number, digest FROM stated_day WHERE node=(SELECT key FROM node "
            "WHERE id=?) AND scale=(SELECT key FROM scale WHERE sha256=?)");
        select.bind(1, node);
        select.bind(2, scale_sha256);
        while (select.executeStep())
            days[CivilDay{select.getColumn(0).getInt()}] = {select.getColumn(1).getInt64(),
                                                            select.getColumn(2).getString()};
        return days;
    });
}

std::map<std::string, rpc::Secret> StatementLog::row_secrets(const std::string& node,
                                                             const std::set<std::string>& holders) {
    return translating_errors(*database_, [&] {
        std::map<std::string, rpc::Secret> secrets;
        in_transaction(*database_, [&] {
            const std::int64_t node_key = key_of_node(*database_, node);
            SQLite::Statement select(*database_, "SELECT secret FROM row_secret WHERE node=? AND holder=?");
            SQLite::Statement insert(*database_, "INSERT INTO row_secret VALUES (?,?,?)");
            for (const std::string& holder : holders) {
                select.bind(1, node_key);
                select.bind(2, holder);
                if (select.executeStep()) {
                    secrets.emplace(holder, rpc::Secret::copy_of(blob(select.getColumn(0))));
                } else {
                    const auto made = secrets.emplace(holder, rpc::Secret::random(kSecretBytes)).first;
                    insert.bind(1, node_key);
                    insert.bind(2, holder);
                    bind_blob(insert, 3, made->second.reveal());
                    insert.exec();
                    insert.reset();
                }
                select.reset();
            }
        });
        return secrets;
    });
}

std::map<std::string, std::string> StatementLog::roster(const std::string& node) const {
    return translating_errors(*database_, [&] {
        std::map<std::string, std::string> rows;
        SQLite::Statement select(*database_,
                                 "SELECT key, row FROM roster WHERE node=(SELECT key FROM node WHERE id=?)");
        select.bind(1, node);
        while (select.executeStep())
            rows[select.getColumn(0).getString()] = select.getColumn(1).getString();
        return rows;
    });
}

}  // namespace assidu::federation
