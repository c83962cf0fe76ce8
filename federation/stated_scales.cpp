#include "federation/stated_scales.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "federation/sqlite_store.h"

namespace assidu::federation {

std::map<config::CivilDay, std::string> stated_otherwise(SQLite::Database& file, const std::string& node,
                                                         const std::string& scale_sha256,
                                                         const Period& period) {
    return translating_errors(file, [&] {
        std::map<config::CivilDay, std::string> days;
        SQLite::Statement select(
            file,
            "SELECT d.day, s.id, s.version FROM stated_day d JOIN node n ON n.key=d.node "
            "JOIN scale s ON s.key=d.scale WHERE n.id=? AND s.sha256<>? AND d.day>=? AND "
            "d.day<=? ORDER BY d.number");
        select.bind(1, node);
        select.bind(2, scale_sha256);
        select.bind(3, period.from.number);
        select.bind(4, period.to.number);
        while (select.executeStep())
            days[config::CivilDay{select.getColumn(0).getInt()}] =
                fmt::format("{} {}", select.getColumn(1).getString(), select.getColumn(2).getInt64());
        return days;
    });
}

}  // namespace assidu::federation
