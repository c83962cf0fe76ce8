#include "federation/received_rows.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <tuple>

#include "config/refusal.h"
#include "federation/ledger_tables.h"

namespace assidu::federation {
namespace {

using config::CivilDay;

// Whether a is behind b in the order of rows: a heap has its first on top then.
bool is_behind(const std::unique_ptr<DayReader>& a, const std::unique_ptr<DayReader>& b) {
    return std::tie(a->row().student, a->row().day) > std::tie(b->row().student, b->row().day);
}

void bind_query(SQLite::Statement& select, const LedgerQuery& query) {
    select.bind(1, query.node);
    select.bind(2, query.scale_sha256);
    select.bind(3, query.period.from.number);
    select.bind(4, query.period.to.number);
}

constexpr const char* kOfQuery =
    " WHERE c.node=(SELECT key FROM node WHERE id=?1) AND c.scale=(SELECT key FROM scale WHERE sha256=?2) "
    "AND c.day BETWEEN ?3 AND ?4 ORDER BY c.day";

bool is_there(SQLite::Database& database, const char* sql, const LedgerQuery& query) {
    SQLite::Statement select(database, sql);
    select.bind(1, query.node);
    select.bind(2, query.scale_sha256);
    return select.executeStep();
}

}  // namespace

ReceivedRows::ReceivedRows(SQLite::Database& database, const LedgerQuery& query) {
    SQLite::Statement select(database,
                             std::string("SELECT c.day, c.cells, d.details FROM received_cells c JOIN "
                                         "received_details d ON d.node=c.node AND d.scale=c.scale AND "
                                         "d.day=c.day") +
                                 kOfQuery);
    bind_query(select, query);
    bool has_day = select.executeStep();
    // A node's own rows are no received ones, and its students are many.
    if (has_day) read_students(database, query);
    for (; has_day; has_day = select.executeStep()) {
        auto day =
            std::make_unique<DayReader>(CivilDay{select.getColumn(0).getInt()}, blob(select.getColumn(1)),
                                        std::string(blob(select.getColumn(2))));
        if (to_next(*day)) open_.push_back(std::move(day));
    }
    std::ranges::make_heap(open_, is_behind);
}

void ReceivedRows::read_students(SQLite::Database& database, const LedgerQuery& query) {
    SQLite::Statement select(database,
                             std::string("SELECT key, id FROM student WHERE node=(SELECT key FROM node WHERE "
                                         "id=?1)") +
                                 (query.student ? " AND id=?2" : ""));
    select.bind(1, query.node);
    if (query.student) bind_student(select, 2, *query.student);
    all_students_ = !query.student;
    while (select.executeStep())
        students_.emplace(select.getColumn(0).getInt64(), student_id(select.getColumn(1)));
}

// The day's next row of a student of the query, with its student.
bool ReceivedRows::to_next(DayReader& day) const {
    while (day.next()) {
        const auto student = students_.find(day.student());
        if (student != students_.end()) {
            day.row().student = student->second;
            return true;
        }
        if (all_students_)
            throw config::ResourceFailure(
                "the ledger is damaged: a received row is of no student that is there; restore it from a "
                "backup");
    }
    return false;
}

bool ReceivedRows::next() {
    if (is_begun_ && !open_.empty()) {
        if (to_next(*open_.back()))
            std::ranges::push_heap(open_, is_behind);
        else
            open_.pop_back();
    }
    is_begun_ = true;
    if (open_.empty()) return false;
    std::ranges::pop_heap(open_, is_behind);
    return true;
}

bool received_days(SQLite::Database& database, const LedgerQuery& query,
                   const std::function<void(const DaySums&)>& visit) {
    if (is_there(database,
                 "SELECT 1 FROM ledger_row WHERE node=(SELECT key FROM node WHERE id=?1) AND scale=(SELECT "
                 "key FROM scale WHERE sha256=?2) LIMIT 1",
                 query))
        return false;
    std::string source;
    std::vector<std::int64_t> keys;
    SQLite::Statement students(
        database,
        "SELECT key, source FROM student WHERE node=(SELECT key FROM node WHERE id=?) ORDER BY key");
    students.bind(1, query.node);
    while (students.executeStep()) {
        const std::string one = students.getColumn(1).getString();
        if (!keys.empty() && one != source) return false;
        source = one;
        keys.push_back(students.getColumn(0).getInt64());
    }
    if (keys.empty()) return true;
    // From key to number by a table: the students of a member were first seen within some days.
    std::vector<std::uint32_t> numbers(static_cast<std::size_t>(keys.back() - keys.front()) + 1, UINT32_MAX);
    for (std::size_t i = 0; i < keys.size(); ++i)
        numbers[static_cast<std::size_t>(keys[i] - keys.front())] = static_cast<std::uint32_t>(i);
    SQLite::Statement select(database, std::string("SELECT c.day, c.cells FROM received_cells c") + kOfQuery);
    bind_query(select, query);
    DayCells cells;
    std::vector<std::uint32_t> who;
    while (select.executeStep()) {
        decode_cells(blob(select.getColumn(1)), cells);
        who.resize(cells.students.size());
        bool is_known = true;
        for (std::size_t i = 0; i < who.size(); ++i) {
            const auto place = static_cast<std::size_t>(cells.students[i] - keys.front());
            who[i] = place < numbers.size() ? numbers[place] : UINT32_MAX;
            is_known = is_known && who[i] != UINT32_MAX;
        }
        if (!is_known)
            throw config::ResourceFailure(
                "the ledger is damaged: a received row is of no student that is there; restore it from a "
                "backup");
        visit({CivilDay{select.getColumn(0).getInt()}, source, cells.courses, who, cells.course_of,
               keys.size()});
    }
    return true;
}

void put_received_day(Prepared& sql, std::int64_t node, std::int64_t scale, CivilDay day,
                      std::span<const std::int64_t> students, std::span<const LedgerRow> rows) {
    const ReceivedDay received = encode_day(students, rows);
    const std::pair<std::string_view, const std::string*> parts[] = {
        {rows.empty() ? "DELETE FROM received_cells WHERE node=? AND scale=? AND day=?"
                      : "INSERT OR REPLACE INTO received_cells VALUES (?,?,?,?)",
         &received.cells},
        {rows.empty() ? "DELETE FROM received_details WHERE node=? AND scale=? AND day=?"
                      : "INSERT OR REPLACE INTO received_details VALUES (?,?,?,?)",
         &received.details}};
    for (const auto& [text, bytes] : parts) {
        const auto put = sql(text);
        put->bind(1, node);
        put->bind(2, scale);
        put->bind(3, day.number);
        if (!rows.empty()) bind_blob(*put, 4, *bytes);
        put->exec();
    }
}

std::vector<std::int64_t> received_students(SQLite::Database& database, const std::string& node,
                                            const std::string& scale_sha256) {
    SQLite::Statement select(database, std::string("SELECT c.cells FROM received_cells c") + kOfQuery);
    bind_query(select, {node, scale_sha256, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt});
    DayCells cells;
    std::vector<std::int64_t> students;
    while (select.executeStep()) {
        decode_cells(blob(select.getColumn(0)), cells);
        const auto middle = static_cast<std::ptrdiff_t>(students.size());
        std::ranges::sort(cells.students);
        students.insert(students.end(), cells.students.begin(), cells.students.end());
        std::inplace_merge(students.begin(), students.begin() + middle, students.end());
        students.erase(std::unique(students.begin(), students.end()), students.end());
    }
    return students;
}

std::int64_t erase_received_student(SQLite::Database& database, std::int64_t node, std::int64_t student) {
    Prepared sql(database);
    std::vector<std::pair<std::int64_t, CivilDay>> days;  // by scale
    SQLite::Statement all(database, "SELECT scale, day FROM received_cells WHERE node=?");
    all.bind(1, node);
    while (all.executeStep())
        days.emplace_back(all.getColumn(0).getInt64(), CivilDay{all.getColumn(1).getInt()});
    std::int64_t erased = 0;
    for (const auto& [scale, day] : days) {
        std::vector<std::int64_t> students;
        std::vector<LedgerRow> rows;
        std::int64_t of_student = 0;
        {
            const auto select =
                sql("SELECT c.cells, d.details FROM received_cells c JOIN received_details d ON "
                    "d.node=c.node AND "
                    "d.scale=c.scale AND d.day=c.day WHERE c.node=? AND c.scale=? AND c.day=?");
            select->bind(1, node);
            select->bind(2, scale);
            select->bind(3, day.number);
            if (!select->executeStep()) continue;
            DayReader reader(day, blob(select->getColumn(0)), std::string(blob(select->getColumn(1))));
            while (reader.next()) {
                if (reader.student() == student) {
                    ++of_student;
                    continue;
                }
                students.push_back(reader.student());
                rows.push_back(reader.row());
            }
        }
        if (of_student > 0) put_received_day(sql, node, scale, day, students, rows);
        erased += of_student;
    }
    return erased;
}

std::int64_t erase_received_before(SQLite::Database& database, std::int64_t node, CivilDay day) {
    std::int64_t erased = 0;
    SQLite::Statement select(database, "SELECT cells FROM received_cells WHERE node=? AND day<?");
    select.bind(1, node);
    select.bind(2, day.number);
    DayCells cells;
    while (select.executeStep()) {
        decode_cells(blob(select.getColumn(0)), cells);
        erased += static_cast<std::int64_t>(cells.students.size());
    }
    for (const char* text : {"DELETE FROM received_cells WHERE node=? AND day<?",
                             "DELETE FROM received_details WHERE node=? AND day<?"}) {
        SQLite::Statement erase(database, text);
        erase.bind(1, node);
        erase.bind(2, day.number);
        erase.exec();
    }
    return erased;
}

}  // namespace assidu::federation
