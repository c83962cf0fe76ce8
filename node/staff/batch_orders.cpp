#include "node/staff/batch_orders.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "config/limits.h"
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
using State = OrderedBatch::State;
using Outcome = BatchLine::Outcome;
namespace limits = config::limits;

constexpr std::array kStates{State::waiting, State::running, State::done, State::stopped, State::failed};
constexpr std::array kOutcomes{Outcome::issued, Outcome::reissued, Outcome::unchanged, Outcome::refused,
                               Outcome::failed};

// What we wrote ourselves; of a damaged file, nothing.
std::vector<std::string> texts_in(const std::string& text) {
    const json value = json::parse(text, nullptr, false);
    try {
        return value.get<std::vector<std::string>>();
    } catch (const json::exception&) {
        return {};
    }
}

template <class Names>
auto named(const Names& names, const std::string& name, decltype(names[0]) otherwise) {
    const auto found = std::ranges::find(names, name, [](auto one) { return name_of(one); });
    return found == names.end() ? otherwise : *found;
}

std::string format_names(const std::vector<ReportFormat>& formats) {
    json names = json::array();
    for (const FormatEntry& entry : kReportFormats)
        if (std::ranges::find(formats, entry.format) != formats.end()) names.push_back(entry.name);
    return names.dump();
}

std::vector<ReportFormat> formats_in(const std::string& text) {
    const std::vector<std::string> names = texts_in(text);
    std::vector<ReportFormat> formats;
    for (const FormatEntry& entry : kReportFormats)
        if (std::ranges::find(names, entry.name) != names.end()) formats.push_back(entry.format);
    return formats;
}

OrderedBatch order_in(SQLite::Statement& row) {
    OrderedBatch order;
    order.number = row.getColumn(0).getInt64();
    order.account = row.getColumn(1).getString();
    order.conditions = texts_in(row.getColumn(2).getString());
    order.whom = row.getColumn(3).getString();
    order.period = {CivilDay{row.getColumn(4).getInt()}, CivilDay{row.getColumn(5).getInt()}};
    order.formats = formats_in(row.getColumn(6).getString());
    order.package = row.getColumn(7).getInt() != 0;
    order.groups = row.getColumn(8).getInt() != 0;
    order.language = reports::language_of(row.getColumn(9).getString());
    order.asked_utc_s = row.getColumn(10).getInt64();
    order.begun_utc_s = federation::maybe(row.getColumn(11));
    order.ended_utc_s = federation::maybe(row.getColumn(12));
    order.state = named(kStates, row.getColumn(13).getString(), State::failed);
    order.jobs = row.getColumn(14).getInt64();
    order.why = row.getColumn(15).getString();
    order.students = row.getColumn(16).getInt64();
    return order;
}

void count(OrderedBatch& order, Outcome outcome, std::int64_t lines) {
    switch (outcome) {
        case Outcome::issued:
            order.issued = lines;
            return;
        case Outcome::reissued:
            order.reissued = lines;
            return;
        case Outcome::unchanged:
            order.unchanged = lines;
            return;
        case Outcome::refused:
            order.refused = lines;
            return;
        case Outcome::failed:
            order.failed = lines;
            return;
    }
}

std::int64_t number_of(SQLite::Statement& count) {
    return count.executeStep() ? count.getColumn(0).getInt64() : 0;
}

// Runs a statement about one order; whether a row was changed.
bool change(SQLite::Database& database, const char* sql, const std::string& node, std::int64_t number) {
    SQLite::Statement statement(database, sql);
    statement.bind(1, node);
    statement.bind(2, number);
    return statement.exec() > 0;
}

constexpr const char* kForgetLines = "DELETE FROM batch_line WHERE node=? AND number=?";
// Who was not issued is tried again, and groups that they are missing from are made again.
constexpr const char* kForgetTroubles =
    "DELETE FROM batch_line WHERE node=? AND number=? AND (outcome IN ('refused','failed') OR "
    "student=zeroblob(16))";

}  // namespace

std::string_view name_of(State state) {
    switch (state) {
        case State::waiting:
            return "waiting";
        case State::running:
            return "running";
        case State::done:
            return "done";
        case State::stopped:
            return "stopped";
        case State::failed:
            break;
    }
    return "failed";
}

BatchOrders::BatchOrders(const std::filesystem::path& dossiers)
    : database_(archive::open_dossiers_file(dossiers)) {}
BatchOrders::~BatchOrders() = default;

config::Result<std::int64_t> BatchOrders::put(const std::string& node, const OrderedBatch& asked,
                                              const std::vector<federation::StudentId>& students) {
    const std::lock_guard lock(mutex_);
    std::int64_t number = 0;
    const char* refusal = nullptr;
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement all(*database_, "SELECT count(*) FROM batch_order WHERE node=?");
            all.bind(1, node);
            SQLite::Statement open(*database_,
                                   "SELECT count(*) FROM batch_order WHERE node=? AND account=? AND state IN "
                                   "('waiting','running')");
            open.bind(1, node);
            open.bind(2, asked.account);
            if (std::cmp_greater_equal(number_of(all), limits::kBatchOrdersMax)) refusal = "full";
            if (std::cmp_greater_equal(number_of(open), limits::kBatchOrdersOpenMax)) refusal = "open";
            if (refusal != nullptr) return;
            SQLite::Statement insert(
                *database_,
                "INSERT INTO batch_order (node, account, conditions, whom, from_day, to_day, formats, "
                "package, groups, "
                "language, asked_utc_s, state, jobs, why) VALUES (?,?,?,?,?,?,?,?,?,?,?,'waiting',0,'')");
            insert.bind(1, node);
            insert.bind(2, asked.account);
            insert.bind(3, json(asked.conditions).dump());
            insert.bind(4, asked.whom);
            insert.bind(5, asked.period.from.number);
            insert.bind(6, asked.period.to.number);
            insert.bind(7, format_names(asked.formats));
            insert.bind(8, asked.package ? 1 : 0);
            insert.bind(9, asked.groups ? 1 : 0);
            insert.bind(10, std::string(reports::tag_of(asked.language)));
            insert.bind(11, asked.asked_utc_s);
            insert.exec();
            number = database_->getLastInsertRowid();
            SQLite::Statement add(*database_, "INSERT OR IGNORE INTO batch_student VALUES (?,?,?)");
            for (const federation::StudentId& student : students) {
                add.bind(1, node);
                add.bind(2, number);
                bind_student(add, 3, student);
                add.exec();
                add.reset();
            }
        });
    });
    if (refusal != nullptr) return config::refuse(refusal);
    return number;
}

std::vector<OrderedBatch> BatchOrders::select(const std::string& node, const std::string& where,
                                              std::int64_t number) const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        std::vector<OrderedBatch> orders;
        SQLite::Statement rows(
            *database_,
            "SELECT number, account, conditions, whom, from_day, to_day, formats, package, groups, language, "
            "asked_utc_s, "
            "begun_utc_s, ended_utc_s, state, jobs, why, (SELECT count(*) FROM batch_student WHERE "
            "batch_student.number=batch_order.number) FROM batch_order WHERE node=?1 AND (?2=0 OR "
            "number=?2) " +
                where);
        rows.bind(1, node);
        rows.bind(2, number);
        while (rows.executeStep())
            orders.push_back(order_in(rows));
        for (OrderedBatch& order : orders) {
            SQLite::Statement counts(
                *database_, "SELECT outcome, count(*) FROM batch_line WHERE number=? GROUP BY outcome");
            counts.bind(1, order.number);
            while (counts.executeStep())
                count(order, named(kOutcomes, counts.getColumn(0).getString(), Outcome::failed),
                      counts.getColumn(1).getInt64());
        }
        return orders;
    });
}

std::optional<OrderedBatch> BatchOrders::find(const std::string& node, std::int64_t number) const {
    if (number <= 0) return std::nullopt;
    auto found = select(node, "", number);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<OrderedBatch> BatchOrders::all(const std::string& node) const {
    return select(node, "ORDER BY number DESC", 0);
}

std::optional<OrderedBatch> BatchOrders::next(const std::string& node) const {
    auto found = select(
        node,
        "AND state IN ('waiting','running') ORDER BY CASE state WHEN 'running' THEN 0 ELSE 1 END, number "
        "LIMIT 1",
        0);
    return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<federation::StudentId> BatchOrders::students(const std::string& node, std::int64_t number) const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        std::vector<federation::StudentId> students;
        SQLite::Statement rows(
            *database_, "SELECT student FROM batch_student WHERE node=? AND number=? ORDER BY student");
        rows.bind(1, node);
        rows.bind(2, number);
        while (rows.executeStep())
            students.push_back(federation::student_id(rows.getColumn(0)));
        return students;
    });
}

std::vector<BatchLine> BatchOrders::lines(const std::string& node, std::int64_t number) const {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        std::vector<BatchLine> lines;
        SQLite::Statement rows(
            *database_,
            "SELECT student, funder, outcome, why FROM batch_line WHERE node=? AND number=? ORDER BY "
            "funder, student");
        rows.bind(1, node);
        rows.bind(2, number);
        while (rows.executeStep()) {
            BatchLine line;
            line.student = federation::student_id(rows.getColumn(0));
            line.funder = rows.getColumn(1).getString();
            line.outcome = named(kOutcomes, rows.getColumn(2).getString(), Outcome::failed);
            line.why = rows.getColumn(3).getString();
            lines.push_back(std::move(line));
        }
        return lines;
    });
}

void BatchOrders::begin(const std::string& node, std::int64_t number, std::int64_t now_utc_s) {
    const std::lock_guard lock(mutex_);
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement update(
                *database_,
                "UPDATE batch_order SET state='running', ended_utc_s=NULL, "
                "begun_utc_s=coalesce(begun_utc_s, ?3) WHERE node=?1 AND number=?2 AND state IN "
                "('waiting','running')");
            update.bind(1, node);
            update.bind(2, number);
            update.bind(3, now_utc_s);
            update.exec();
        });
    });
}

bool BatchOrders::note(const std::string& node, std::int64_t number, const BatchLine& line,
                       std::int64_t jobs) {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        bool open = false;
        in_transaction(*database_, [&] {
            SQLite::Statement update(
                *database_, "UPDATE batch_order SET jobs=?3 WHERE node=?1 AND number=?2 AND state='running'");
            update.bind(1, node);
            update.bind(2, number);
            update.bind(3, jobs);
            open = update.exec() > 0;
            // Of one that was forgotten meanwhile nothing is kept.
            SQLite::Statement insert(
                *database_,
                "INSERT OR REPLACE INTO batch_line SELECT ?1,?2,?3,?4,?5,?6 WHERE EXISTS (SELECT 1 "
                "FROM batch_order WHERE node=?1 AND number=?2)");
            insert.bind(1, node);
            insert.bind(2, number);
            bind_student(insert, 3, line.student);
            insert.bind(4, line.funder);
            insert.bind(5, std::string(name_of(line.outcome)));
            insert.bind(6, line.why);
            insert.exec();
        });
        return open;
    });
}

void BatchOrders::end(const std::string& node, std::int64_t number, State state, const std::string& why,
                      std::int64_t now_utc_s) {
    const std::lock_guard lock(mutex_);
    translating_errors(*database_, [&] {
        in_transaction(*database_, [&] {
            SQLite::Statement update(
                *database_,
                "UPDATE batch_order SET state=?3, why=?4, ended_utc_s=?5, jobs=CASE ?3 WHEN 'done' "
                "THEN (SELECT count(*) FROM batch_line WHERE node=?1 AND number=?2) ELSE jobs END "
                "WHERE node=?1 AND number=?2 AND state='running'");
            update.bind(1, node);
            update.bind(2, number);
            update.bind(3, std::string(name_of(state)));
            update.bind(4, why);
            update.bind(5, now_utc_s);
            update.exec();
        });
    });
}

bool BatchOrders::stop(const std::string& node, std::int64_t number, std::int64_t now_utc_s) {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        bool stopped = false;
        in_transaction(*database_, [&] {
            SQLite::Statement update(
                *database_,
                "UPDATE batch_order SET state='stopped', ended_utc_s=?3 WHERE node=?1 AND number=?2 "
                "AND state IN ('waiting','running')");
            update.bind(1, node);
            update.bind(2, number);
            update.bind(3, now_utc_s);
            stopped = update.exec() > 0;
        });
        return stopped;
    });
}

bool BatchOrders::again(const std::string& node, std::int64_t number) {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        bool again = false;
        in_transaction(*database_, [&] {
            const bool from_there =
                change(*database_,
                       "UPDATE batch_order SET state='waiting', why='', ended_utc_s=NULL WHERE node=? "
                       "AND number=? AND state='stopped'",
                       node, number);
            const bool from_the_beginning =
                !from_there &&
                change(*database_,
                       "UPDATE batch_order SET state='waiting', why='', ended_utc_s=NULL, begun_utc_s=NULL "
                       "WHERE node=? AND number=? AND state IN ('done','failed')",
                       node, number);
            if (from_there) (void)change(*database_, kForgetTroubles, node, number);
            if (from_the_beginning) (void)change(*database_, kForgetLines, node, number);
            again = from_there || from_the_beginning;
        });
        return again;
    });
}

bool BatchOrders::forget(const std::string& node, std::int64_t number) {
    const std::lock_guard lock(mutex_);
    return translating_errors(*database_, [&] {
        bool forgotten = false;
        in_transaction(*database_, [&] {
            forgotten = change(
                *database_,
                "DELETE FROM batch_order WHERE node=? AND number=? AND state NOT IN ('waiting','running')",
                node, number);
            if (!forgotten) return;
            (void)change(*database_, kForgetLines, node, number);
            (void)change(*database_, "DELETE FROM batch_student WHERE node=? AND number=?", node, number);
        });
        return forgotten;
    });
}

}  // namespace assidu::node::staff
