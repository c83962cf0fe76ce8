#include "federation/erasure.h"

#include <SQLiteCpp/Statement.h>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "federation/ledger_tables.h"
#include "federation/received_rows.h"
#include "federation/sqlite_store.h"
#include "federation/statement.h"

namespace assidu::federation {
namespace {

// Runs one DELETE or UPDATE; the rows it changed.
template <class Bind>
std::int64_t change(SQLite::Database& file, const char* sql, Bind bind) {
    SQLite::Statement statement(file, sql);
    bind(statement);
    return statement.exec();
}

// Rewrites the node's statements as `erased` says; how many changed.
std::int64_t rewrite_statements(SQLite::Database& file, std::int64_t node,
                                const std::function<std::optional<std::string>(std::string_view)>& erased) {
    std::vector<std::int64_t> numbers;
    SQLite::Statement all(file, "SELECT number FROM statement WHERE node=? ORDER BY number");
    all.bind(1, node);
    while (all.executeStep())
        numbers.push_back(all.getColumn(0).getInt64());
    std::int64_t changed = 0;
    SQLite::Statement select(file, "SELECT bytes FROM statement WHERE node=? AND number=?");
    SQLite::Statement update(file, "UPDATE statement SET bytes=? WHERE node=? AND number=?");
    for (const std::int64_t number : numbers) {
        select.bind(1, node);
        select.bind(2, number);
        select.executeStep();
        const auto bytes = erased(blob(select.getColumn(0)));
        select.reset();
        if (!bytes) continue;
        bind_blob(update, 1, *bytes);
        update.bind(2, node);
        update.bind(3, number);
        update.exec();
        update.reset();
        ++changed;
    }
    return changed;
}

}  // namespace

ErasedFromLedger erase_student(SQLite::Database& file, const std::string& node, const StudentId& student) {
    return translating_errors(file, [&] {
        ErasedFromLedger erased;
        file.exec("PRAGMA secure_delete=ON");
        in_transaction(file, [&] {
            const std::int64_t node_key = key_of_node(file, node);
            const auto of_student = [&](SQLite::Statement& statement) {
                statement.bind(1, node_key);
                bind_student(statement, 2, student);
            };
            constexpr const char* kRows =
                "DELETE FROM ledger_row WHERE node=?1 AND student=(SELECT key FROM student WHERE node=?1 AND "
                "id=?2)";
            constexpr const char* kSessions =
                "DELETE FROM session WHERE node=?1 AND student=(SELECT key FROM student WHERE node=?1 AND "
                "id=?2)";
            constexpr const char* kDropped =
                "DELETE FROM dropped WHERE node=?1 AND student=(SELECT key FROM student WHERE node=?1 AND "
                "id=?2)";
            erased.rows = change(file, kRows, of_student);
            SQLite::Statement key(file, "SELECT key FROM student WHERE node=?1 AND id=?2");
            of_student(key);
            if (key.executeStep())
                erased.rows += erase_received_student(file, node_key, key.getColumn(0).getInt64());
            key.reset();
            erased.sessions = change(file, kSessions, of_student);
            change(file, kDropped, of_student);
            change(file, "DELETE FROM student WHERE node=?1 AND id=?2", of_student);
            erased.statements = rewrite_statements(
                file, node_key, [&](std::string_view bytes) { return erase_rows_of(bytes, student); });
            const auto by_text = [&](const std::string& text) {
                return [&, text](SQLite::Statement& statement) {
                    statement.bind(1, node_key);
                    statement.bind(2, text);
                };
            };
            const std::string pseudonym = to_string(student);
            change(file, "DELETE FROM row_secret WHERE node=? AND holder=?", by_text(pseudonym));
            change(file, "DELETE FROM roster WHERE node=? AND key=?", by_text("person|" + pseudonym));
            const auto of_report = [&](SQLite::Statement& statement) {
                statement.bind(1, node);
                bind_student(statement, 2, student);
            };
            change(
                file,
                "DELETE FROM report_file WHERE report IN (SELECT key FROM report WHERE node=? AND student=?)",
                of_report);
            erased.reports = change(file, "DELETE FROM report WHERE node=? AND student=?", of_report);
        });
        return erased;
    });
}

void keep_totals_before(SQLite::Database& file, const std::string& node, config::CivilDay day,
                        std::int64_t day_begin_s) {
    translating_errors(file, [&] {
        in_transaction(file, [&] {
            SQLite::Statement put(
                file,
                "INSERT INTO horizon VALUES (?1,?2,?3,NULL) ON CONFLICT (node) DO UPDATE SET "
                "computed_from_day=?2, computed_from_utc_s=?3 WHERE coalesce(computed_from_day, ?2)<=?2");
            put.bind(1, key_of_node(file, node));
            put.bind(2, day.number);
            put.bind(3, day_begin_s);
            put.exec();
        });
    });
}

ErasedFromLedger erase_totals_before(SQLite::Database& file, const std::string& node, config::CivilDay day,
                                     std::int64_t day_begin_s) {
    return translating_errors(file, [&] {
        ErasedFromLedger erased;
        file.exec("PRAGMA secure_delete=ON");
        in_transaction(file, [&] {
            const std::int64_t node_key = key_of_node(file, node);
            const auto before = [&](std::int64_t end) {
                return [&, end](SQLite::Statement& statement) {
                    statement.bind(1, node_key);
                    statement.bind(2, end);
                };
            };
            change(file,
                   "INSERT INTO horizon VALUES (?1,NULL,NULL,?2) ON CONFLICT (node) DO UPDATE SET "
                   "totals_from_day=?2 WHERE coalesce(totals_from_day, ?2)<=?2",
                   before(day.number));
            erased.rows = change(file, "DELETE FROM ledger_row WHERE node=? AND day<?", before(day.number)) +
                          erase_received_before(file, node_key, day);
            erased.sessions =
                change(file, "DELETE FROM session WHERE node=? AND end_utc_s<=?", before(day_begin_s));
            change(file, "DELETE FROM dropped WHERE node=? AND day<?", before(day.number));
            change(file, "DELETE FROM stated_day WHERE node=? AND day<?", before(day.number));
            // A report about days whose rows are gone cannot be judged any longer: gone is not superseded.
            const auto of_reports = [&](SQLite::Statement& statement) {
                statement.bind(1, node);
                statement.bind(2, day.number);
            };
            change(file,
                   "DELETE FROM report_file WHERE report IN (SELECT key FROM report WHERE node=? AND "
                   "from_day<?)",
                   of_reports);
            erased.reports = change(file, "DELETE FROM report WHERE node=? AND from_day<?", of_reports);
            if (erased.rows > 0)
                erased.statements = rewrite_statements(
                    file, node_key, [&](std::string_view bytes) { return erase_rows_before(bytes, day); });
        });
        return erased;
    });
}

}  // namespace assidu::federation
