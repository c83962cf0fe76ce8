#include "federation/incident_log.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "federation/sqlite_store.h"

namespace assidu::federation {
namespace {

// How long after the last time it is still the same incident: an exchange that breaks off is tried again for
// as long as a hub is away.
constexpr std::int64_t kSame_s = 7 * 86'400;

IncidentKind kind_of(const std::string& name) {
    for (const IncidentKind kind : {IncidentKind::node_behind, IncidentKind::hub_behind}) {
        if (name == name_of(kind)) return kind;
    }
    return IncidentKind::fork;
}

}  // namespace

std::string_view name_of(IncidentKind kind) {
    switch (kind) {
        case IncidentKind::node_behind:
            return "node_behind";
        case IncidentKind::hub_behind:
            return "hub_behind";
        case IncidentKind::fork:
            return "fork";
    }
    return "";
}

IncidentLog::IncidentLog(std::shared_ptr<SQLite::Database> file) : database_(std::move(file)) {}

void IncidentLog::note(const std::string& node, IncidentKind kind, std::int64_t from_number,
                       std::int64_t to_number, std::int64_t now_utc_s) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement again(
                *database_,
                "UPDATE incident SET last_utc_s=max(last_utc_s, ?1), times=times+1, "
                "from_number=min(from_number, ?2) "
                "WHERE key=(SELECT max(key) FROM incident WHERE node=?3 AND kind=?4) AND to_number=?5 "
                "AND last_utc_s>=?1-?6");
            again.bind(1, now_utc_s);
            again.bind(2, from_number);
            again.bind(3, node);
            again.bind(4, std::string(name_of(kind)));
            again.bind(5, to_number);
            again.bind(6, kSame_s);
            if (again.exec() > 0) return;
            SQLite::Statement insert(
                *database_,
                "INSERT INTO incident (node, kind, first_utc_s, last_utc_s, from_number, to_number, times) "
                "VALUES (?,?,?,?,?,?,1)");
            insert.bind(1, node);
            insert.bind(2, std::string(name_of(kind)));
            insert.bind(3, now_utc_s);
            insert.bind(4, now_utc_s);
            insert.bind(5, from_number);
            insert.bind(6, to_number);
            insert.exec();
        });
    });
}

std::vector<Incident> IncidentLog::all() const {
    return translating_errors(*database_, [&] {
        std::vector<Incident> incidents;
        SQLite::Statement select(*database_,
                                 "SELECT node, kind, from_number, to_number, first_utc_s, last_utc_s, times "
                                 "FROM incident ORDER BY key");
        while (select.executeStep())
            incidents.push_back({select.getColumn(0).getString(), kind_of(select.getColumn(1).getString()),
                                 select.getColumn(2).getInt64(), select.getColumn(3).getInt64(),
                                 select.getColumn(4).getInt64(), select.getColumn(5).getInt64(),
                                 select.getColumn(6).getInt64()});
        return incidents;
    });
}

}  // namespace assidu::federation
