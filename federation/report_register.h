// Which reports were issued, and of which rows: so that a report can be told to be superseded once any row it
// was made of has changed. In the ledger's file (docs/formats/ledger.md).
//
// Every method may throw ResourceFailure naming the file. One object is for one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "federation/ledger.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

// What a report is about: the rows of a student or (none) of all of a node's, or (no node) of all nodes'.
struct ReportSubject {
    std::string node;
    std::optional<StudentId> student;
    Period period;
    std::string scale_sha256;
};

struct IssuedReport {
    std::int64_t key = 0;  // given by put()
    std::int64_t issued_utc_s = 0;
    std::string kind;  // "student", "group", "pool"
    ReportSubject subject;
    std::string scale_name;   // "sonate 1"
    std::string rows_digest;  // rows_digest() when it was issued
    struct File {
        std::string path;  // "-": standard output
        std::string sha256;
    };
    std::vector<File> files;
    // When its rows were first seen to be others: the instant that the totals held for then.
    std::optional<std::int64_t> superseded_utc_s = std::nullopt;
};

class ReportRegister {
  public:
    // Over the ledger's file (open_ledger_file()).
    explicit ReportRegister(std::shared_ptr<SQLite::Database> file);

    // The SHA-256 over the rows of a subject as they are now, in key order.
    [[nodiscard]] std::string rows_digest(const ReportSubject& subject) const;
    // Notes a report.
    void put(const IssuedReport& report);
    // All of them, by key, each judged by the rows of now: those of which a row changed since get their
    // `superseded_utc_s`, which is noted; those whose rows are again what they were lose it. `now_utc_s`
    // stands in where no totals say what instant they hold for. Every subject is looked at once, however many
    // reports are about it.
    [[nodiscard]] std::vector<IssuedReport> judged(std::int64_t now_utc_s);

  private:
    [[nodiscard]] std::vector<IssuedReport> all() const;
    void note(const IssuedReport& report);

    std::shared_ptr<SQLite::Database> database_;
    std::unique_ptr<Ledger> ledger_;
};

}  // namespace assidu::federation
