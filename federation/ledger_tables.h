// The tables of the ledger's SQLite file, and what several rooms of this floor do in them. Everything here
// runs inside the caller's transaction. Format: docs/formats/ledger.md.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "federation/ledger.h"
#include "federation/prepared.h"
#include "federation/varint.h"

namespace assidu::federation {

// One file, one connection: totals and the statements that declare them are committed together. Throws
// ResourceFailure.
[[nodiscard]] std::shared_ptr<SQLite::Database> open_ledger_file(const std::filesystem::path& path);

// The small integer keys that stand for a node, scale and student in the rows; made where they are new.
[[nodiscard]] std::int64_t key_of_node(Prepared& sql, const std::string& id);
[[nodiscard]] std::int64_t key_of_scale(Prepared& sql, const ScaleIdentity& scale);
[[nodiscard]] std::int64_t key_of_student(Prepared& sql, std::int64_t node, const StudentId& student,
                                          const std::string& source);
// The same on a connection that asks once.
[[nodiscard]] std::int64_t key_of_node(SQLite::Database& database, const std::string& id);
[[nodiscard]] std::int64_t key_of_scale(SQLite::Database& database, const ScaleIdentity& scale);

// Inserts ledger rows.
class RowInserter {
  public:
    explicit RowInserter(Prepared& sql);
    void insert(std::int64_t node, std::int64_t scale, std::int64_t student, const LedgerRow& row);

  private:
    Prepared::Use statement_;
};

// Nothing where nothing was ever deleted.
[[nodiscard]] Horizon horizon_of(SQLite::Database& database, std::int64_t node);

void put_freshness(Prepared& sql, std::int64_t node, std::int64_t scale, const Freshness& freshness);

// Columns and back. Reading throws ResourceFailure where the bytes are damaged.
[[nodiscard]] std::string encode_courses(const std::vector<std::int64_t>& courses);
[[nodiscard]] std::vector<std::int64_t> decode_courses(std::string_view bytes);
[[nodiscard]] std::string encode_activities(const std::vector<ActivityShare>& activities);
[[nodiscard]] std::vector<ActivityShare> decode_activities(std::string_view bytes);
// The same where more follows; `bytes_max` bounds how many there may be.
void read_activities(VarintReader& reader, std::size_t bytes_max, std::vector<ActivityShare>& activities);
[[nodiscard]] StudentId student_id(const SQLite::Column& column);
[[nodiscard]] std::string_view blob(const SQLite::Column& column);
[[nodiscard]] std::optional<std::int64_t> maybe(const SQLite::Column& column);
void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes);
void bind_student(SQLite::Statement& statement, int index, const StudentId& student);

}  // namespace assidu::federation
