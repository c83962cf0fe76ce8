#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>

#include "node/collect/database/moodle_database.h"
#include "node/doctor/examination.h"

namespace assidu::node::doctor {
namespace {

using collect::database::MoodleDatabase;
using collect::database::SqlRow;
using collect::database::SqlTrouble;
using collect::database::TableNeed;

constexpr std::int64_t kDay_s = 86'400;
constexpr std::int64_t kClockSeconds = 60;
constexpr std::size_t kGrantBytesMax = 4'096;

std::string number(std::int64_t value) {
    return fmt::format("{}", value);
}

std::int64_t whole(const std::optional<std::string>& text) {
    std::int64_t value = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), value);
    return value;
}

Finding trouble(const SqlTrouble& why) {
    return {Severity::failure,
            why.kind == SqlTrouble::Kind::wrong ? "database.schema" : "database.away",
            {why.what}};
}

// What of MariaDB's words an account that only reads does not have.
bool is_more_than_reading(std::string_view grant) {
    // "GRANT SELECT, SHOW VIEW ON `moodle`.* TO ..."
    const std::size_t begin = grant.find("GRANT "), end = grant.find(" ON ");
    if (begin == std::string_view::npos || end == std::string_view::npos) return false;
    static constexpr std::array kReading{std::string_view("SELECT"), std::string_view("USAGE"),
                                         std::string_view("SHOW VIEW"), std::string_view("PROXY")};
    std::string_view rights = grant.substr(begin + 6, end - begin - 6);
    while (!rights.empty()) {
        const std::size_t comma = rights.find(", ");
        std::string_view right = rights.substr(0, comma);
        rights.remove_prefix(comma == std::string_view::npos ? rights.size() : comma + 2);
        right = right.substr(0, right.find(" ("));  // of some columns only
        if (std::ranges::find(kReading, right) == kReading.end()) return true;
    }
    return false;
}

// A grant without the account and its password's digest.
std::string shown(std::string_view grant) {
    return std::string(grant.substr(0, grant.find(" TO ")));
}

void look_at_rights(MoodleDatabase& database, std::vector<Finding>& findings) {
    const bool mariadb = database.driver() == config::DatabaseDriver::mariadb;
    std::string more;
    const auto add = [&](std::string_view what) {
        more += fmt::format("{}{}", more.empty() ? "" : "; ", what);
    };
    const auto done = database.read(
        mariadb ? "SHOW GRANTS"
                : "SELECT CASE WHEN r.rolsuper THEN 'superuser' ELSE '' END, (SELECT count(*) FROM pg_class "
                  "c JOIN "
                  "pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname = "
                  "ANY(current_schemas(false)) AND (has_table_privilege(c.oid, 'INSERT') OR "
                  "has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE'))) FROM "
                  "pg_roles r "
                  "WHERE r.rolname = current_user",
        {}, [&](const SqlRow& row) {
            const auto text = row.text(0, kGrantBytesMax);
            if (!text) return;
            if (mariadb) {
                if (is_more_than_reading(*text)) add(shown(*text));
                return;
            }
            if (!text->empty()) add(*text);
            if (const auto tables = row.whole(1); tables && *tables > 0)
                add(fmt::format("INSERT, UPDATE, DELETE ({} tables)", *tables));
        });
    if (!done)
        findings.push_back({Severity::note, "database.rights_unknown", {done.error().what}});
    else if (!more.empty())
        findings.push_back({Severity::warning, "database.rights", {more}});
}

struct SiteFacts {
    std::optional<std::string> identifier, zone, release, stores, lifetime;
};

collect::database::SqlResult<SiteFacts> facts_of(MoodleDatabase& database) {
    SiteFacts facts;
    for (const auto& [name, value] :
         {std::pair{"siteidentifier", &facts.identifier}, std::pair{"timezone", &facts.zone},
          std::pair{"release", &facts.release}}) {
        auto read = database.config_value(name);
        if (!read) return std::unexpected(read.error());
        *value = *std::move(read);
    }
    auto stores = database.plugin_value("tool_log", "enabled_stores");
    if (!stores) return std::unexpected(stores.error());
    facts.stores = *std::move(stores);
    auto lifetime = database.plugin_value("logstore_standard", "loglifetime");
    if (!lifetime) return std::unexpected(lifetime.error());
    facts.lifetime = *std::move(lifetime);
    return facts;
}

void look_at_site(const Node& node, const SiteFacts& facts, std::vector<Finding>& findings) {
    const std::string& expected = node.settings().site_identifier;
    if (!expected.empty() && facts.identifier && *facts.identifier != expected)
        findings.push_back({Severity::failure, "database.site", {}});
    // 99 is Moodle's "the server's own zone".
    if (facts.zone && !facts.zone->empty() && *facts.zone != "99" && *facts.zone != node.scale().timezone)
        findings.push_back({Severity::warning, "database.zone", {*facts.zone, node.scale().timezone}});
    const bool standard_log = !node.settings().database->log_server;
    if (standard_log && facts.stores && facts.stores->find("logstore_standard") == std::string::npos)
        findings.push_back({Severity::failure, "log.disabled", {*facts.stores}});
}

// How far collecting lags behind the log, and how long the log lives.
void look_at_log(const Node& node, MoodleDatabase& log, const SiteFacts& facts,
                 std::vector<Finding>& findings) {
    const std::string table = MoodleDatabase::log_table(*node.settings().database);
    const TableNeed need[] = {{table, {"id", "timecreated"}, {}, false}};
    if (auto probed = log.probe(need); !probed) return findings.push_back(trouble(probed.error()));
    std::optional<std::int64_t> first_s, last_s;
    // By the primary key: the log's ends are found without reading what lies between.
    for (const auto& [order, at] : {std::pair{"", &first_s}, std::pair{" DESC", &last_s}}) {
        const auto read = log.read(
            fmt::format("SELECT timecreated FROM {} ORDER BY id{} LIMIT 1", log.name_of(table), order), {},
            [&, at = at](const SqlRow& row) {
                if (const auto s = row.whole(0)) *at = *s;
            });
        if (!read) return findings.push_back(trouble(read.error()));
    }
    const archive::Extent extent = node.archive().extent(node.source());
    if (!first_s || !last_s || !extent.last_utc_s) return;
    const auto local = [&](std::int64_t s) { return node.calendar().local_iso(s); };
    if (*first_s > *extent.last_utc_s)
        findings.push_back({Severity::failure, "log.lost", {local(*first_s), local(*extent.last_utc_s)}});
    const std::int64_t lifetime_days = whole(facts.lifetime);
    const std::int64_t lag_s = std::max<std::int64_t>(0, *last_s - *extent.last_utc_s);
    // At half the life of the log there is still time to do something.
    if (lifetime_days > 0 && lag_s * 2 >= lifetime_days * kDay_s)
        findings.push_back({Severity::failure, "log.life", {number(lifetime_days), number(lag_s / kDay_s)}});
    else
        findings.push_back({Severity::ok, "log.good", {number(lifetime_days), number(lag_s)}});
}

}  // namespace

std::vector<Finding> examine_database(const Node& node) {
    std::vector<Finding> findings;
    const config::DatabaseSettings& settings = *node.settings().database;
    auto database = MoodleDatabase::of(settings, node.folder().path, [](std::int64_t) { return true; });
    if (!database) return {{Severity::failure, "database.away", {database.error().what}}};
    const TableNeed needs[] = {{"config", {"name", "value"}, {}, false},
                               {"config_plugins", {"plugin", "name", "value"}, {}, false},
                               {"user", {"id", "username", "deleted"}, {}, false},
                               {"course", {"id", "fullname"}, {}, false}};
    if (auto probed = database->probe(needs); !probed) return {trouble(probed.error())};
    const auto server_s = database->server_utc_s();
    if (!server_s) return {trouble(server_s.error())};
    const auto facts = facts_of(*database);
    if (!facts) return {trouble(facts.error())};
    findings.push_back({Severity::ok,
                        "database.read",
                        {database->place(), database->server_version(), facts->release.value_or("?")}});
    if (const std::int64_t off_s = std::abs(*server_s - node.clock().now_utc_s()); off_s >= kClockSeconds)
        findings.push_back({Severity::warning, "database.clock", {number(off_s)}});
    look_at_rights(*database, findings);
    look_at_site(node, *facts, findings);
    auto log = MoodleDatabase::of_log(settings, node.folder().path, [](std::int64_t) { return true; });
    if (!log)
        findings.push_back({Severity::failure, "database.away", {log.error().what}});
    else
        look_at_log(node, *log, *facts, findings);
    return findings;
}

}  // namespace assidu::node::doctor
