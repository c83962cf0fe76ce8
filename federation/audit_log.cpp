#include "federation/audit_log.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "federation/sqlite_store.h"

namespace assidu::federation {

AuditLog::AuditLog(std::shared_ptr<SQLite::Database> file) : database_(std::move(file)) {}

void AuditLog::append(const AuditEntry& entry) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement insert(*database_,
                                     "INSERT INTO audit (utc_s, actor, node, action, purpose, students, "
                                     "others, outcome) VALUES (?,?,?,?,?,?,?,?)");
            insert.bind(1, entry.utc_s);
            insert.bind(2, entry.actor);
            insert.bind(3, entry.node);
            insert.bind(4, entry.action);
            insert.bind(5, entry.purpose);
            insert.bind(6, entry.students);
            insert.bind(7, entry.others);
            insert.bind(8, entry.outcome);
            insert.exec();
        });
    });
}

std::vector<AuditEntry> AuditLog::entries(std::int64_t from_utc_s, std::int64_t to_utc_s) const {
    return translating_errors(*database_, [&] {
        std::vector<AuditEntry> found;
        SQLite::Statement select(*database_,
                                 "SELECT utc_s, actor, node, action, purpose, students, others, outcome FROM "
                                 "audit WHERE utc_s>=? AND utc_s<? ORDER BY key");
        select.bind(1, from_utc_s);
        select.bind(2, to_utc_s);
        while (select.executeStep())
            found.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getString(),
                             select.getColumn(2).getString(), select.getColumn(3).getString(),
                             select.getColumn(4).getString(), select.getColumn(5).getInt64(),
                             select.getColumn(6).getInt64(), select.getColumn(7).getString()});
        return found;
    });
}

}  // namespace assidu::federation
