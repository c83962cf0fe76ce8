#include "node/staff/issue_log.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <nlohmann/json.hpp>

#include "federation/ledger_tables.h"
#include "federation/sqlite_store.h"
#include "node/archive/dossier_store.h"

namespace assidu::node::staff {
namespace {

using config::CivilDay;
using federation::bind_student;
using federation::in_transaction;
using federation::translating_errors;
using nlohmann::json;

constexpr const char* kColumns =
    "batch, student, funder, from_day, to_day, issued_utc_s, data_sha256, fingerprint, parts, folder, files, "
    "replaced_sha256, why";

// What we wrote ourselves; of a damaged file, nothing.
template <class Value>
Value in_json(const std::string& text) {
    const json value = json::parse(text, nullptr, false);
    try {
        return value.get<Value>();
    } catch (const json::exception&) {
        return {};
    }
}

Issue issue_in(SQLite::Statement& row) {
    Issue issue;
    issue.batch = row.getColumn(0).getString();
    issue.student = federation::student_id(row.getColumn(1));
    issue.funder = row.getColumn(2).getString();
    issue.period = {CivilDay{row.getColumn(3).getInt()}, CivilDay{row.getColumn(4).getInt()}};
    issue.issued_utc_s = row.getColumn(5).getInt64();
    issue.data_sha256 = row.getColumn(6).getString();
    issue.fingerprint = row.getColumn(7).getString();
    issue.parts = in_json<std::map<std::string, std::string>>(row.getColumn(8).getString());
    issue.folder = row.getColumn(9).getString();
    issue.files = in_json<std::vector<std::string>>(row.getColumn(10).getString());
    issue.replaced_sha256 = row.getColumn(11).getString();
    issue.why = in_json<std::vector<std::string>>(row.getColumn(12).getString());
    return issue;
}

void put_replacement(SQLite::Database& database, const std::string& node, const Issue& issue) {
    SQLite::Statement insert(database, "INSERT OR IGNORE INTO replacement VALUES (?,?,?,?,?,?,?,?,?)");
    insert.bind(1, node);
    bind_student(insert, 2, issue.student);
    insert.bind(3, issue.funder);
    insert.bind(4, issue.period.from.number);
    insert.bind(5, issue.period.to.number);
    insert.bind(6, issue.issued_utc_s);
    insert.bind(7, issue.data_sha256);
    insert.bind(8, issue.replaced_sha256);
    insert.bind(9, json(issue.why).dump());
    insert.exec();
}

}  // namespace

IssueLog::IssueLog(const std::filesystem::path& dossiers)
    : database_(archive::open_dossiers_file(dossiers)) {}
IssueLog::~IssueLog() = default;

std::optional<Issue> IssueLog::last(const std::string& node, const std::string& batch,
                                    const federation::StudentId& student, const std::string& funder,
                                    const federation::Period& period) const {
    return translating_errors(*database_, [&]() -> std::optional<Issue> {
        SQLite::Statement select(*database_,
                                 std::string("SELECT ") + kColumns +
                                     " FROM issue WHERE node=? AND batch=? AND student=? AND funder=? "
                                     "AND from_day=? AND to_day=?");
        select.bind(1, node);
        select.bind(2, batch);
        bind_student(select, 3, student);
        select.bind(4, funder);
        select.bind(5, period.from.number);
        select.bind(6, period.to.number);
        if (!select.executeStep()) return std::nullopt;
        return issue_in(select);
    });
}

std::optional<Issue> IssueLog::last_anywhere(const std::string& node, const federation::StudentId& student,
                                             const std::string& funder,
                                             const federation::Period& period) const {
    return translating_errors(*database_, [&]() -> std::optional<Issue> {
        SQLite::Statement select(*database_,
                                 std::string("SELECT ") + kColumns +
                                     " FROM issue WHERE node=? AND student=? AND funder=? AND from_day=? "
                                     "AND to_day=? ORDER BY issued_utc_s DESC, batch LIMIT 1");
        select.bind(1, node);
        bind_student(select, 2, student);
        select.bind(3, funder);
        select.bind(4, period.from.number);
        select.bind(5, period.to.number);
        if (!select.executeStep()) return std::nullopt;
        return issue_in(select);
    });
}

void IssueLog::put(const std::string& node, const Issue& issue) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement insert(*database_, std::string("INSERT OR REPLACE INTO issue (node, ") +
                                                     kColumns + ") VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
            insert.bind(1, node);
            insert.bind(2, issue.batch);
            bind_student(insert, 3, issue.student);
            insert.bind(4, issue.funder);
            insert.bind(5, issue.period.from.number);
            insert.bind(6, issue.period.to.number);
            insert.bind(7, issue.issued_utc_s);
            insert.bind(8, issue.data_sha256);
            insert.bind(9, issue.fingerprint);
            insert.bind(10, json(issue.parts).dump());
            insert.bind(11, issue.folder);
            insert.bind(12, json(issue.files).dump());
            insert.bind(13, issue.replaced_sha256);
            insert.bind(14, json(issue.why).dump());
            insert.exec();
            if (!issue.replaced_sha256.empty()) put_replacement(*database_, node, issue);
        });
    });
}

std::vector<Issue> IssueLog::all(const std::string& node, const std::string& batch) const {
    return translating_errors(*database_, [&] {
        std::vector<Issue> issues;
        SQLite::Statement select(*database_,
                                 std::string("SELECT ") + kColumns +
                                     " FROM issue WHERE node=? AND batch=? ORDER BY funder, to_day DESC, "
                                     "from_day DESC, student");
        select.bind(1, node);
        select.bind(2, batch);
        while (select.executeStep())
            issues.push_back(issue_in(select));
        return issues;
    });
}

std::vector<Replacement> IssueLog::replacements(const std::string& node) const {
    return translating_errors(*database_, [&] {
        std::vector<Replacement> found;
        SQLite::Statement select(
            *database_,
            "SELECT student, funder, from_day, to_day, issued_utc_s, data_sha256, replaced_sha256, "
            "why FROM replacement WHERE node=? ORDER BY issued_utc_s, student, funder");
        select.bind(1, node);
        while (select.executeStep())
            found.push_back({federation::student_id(select.getColumn(0)),
                             select.getColumn(1).getString(),
                             {CivilDay{select.getColumn(2).getInt()}, CivilDay{select.getColumn(3).getInt()}},
                             select.getColumn(4).getInt64(),
                             select.getColumn(5).getString(),
                             select.getColumn(6).getString(),
                             in_json<std::vector<std::string>>(select.getColumn(7).getString())});
        return found;
    });
}

std::optional<CivilDay> IssueLog::schedule_done(const std::string& node, const std::string& schedule) const {
    return translating_errors(*database_, [&]() -> std::optional<CivilDay> {
        SQLite::Statement select(*database_, "SELECT last_day FROM schedule_run WHERE node=? AND schedule=?");
        select.bind(1, node);
        select.bind(2, schedule);
        if (!select.executeStep()) return std::nullopt;
        return CivilDay{select.getColumn(0).getInt()};
    });
}

void IssueLog::set_schedule_done(const std::string& node, const std::string& schedule, CivilDay last_day,
                                 std::int64_t now_utc_s, const std::string& outcome) {
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement put(*database_, "INSERT OR REPLACE INTO schedule_run VALUES (?,?,?,?,?)");
            put.bind(1, node);
            put.bind(2, schedule);
            put.bind(3, last_day.number);
            put.bind(4, now_utc_s);
            put.bind(5, outcome);
            put.exec();
        });
    });
}

}  // namespace assidu::node::staff
