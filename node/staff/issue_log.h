// What batches issued, so that a batch issues only what changed, and says what a report takes the place of.
// In dossiers.sqlite (docs/formats/dossiers.md), on a connection of its own.
//
// Every method may throw ResourceFailure naming the file. One object is for one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/civil_calendar.h"
#include "federation/ledger.h"

namespace SQLite {
class Database;
}

namespace assidu::node::staff {

// In the place of a student: all of a funder's students together.
inline constexpr federation::StudentId kWholeGroup{};

// The last issue of one student's report for one funder and period in one folder.
struct Issue {
    std::string batch;  // the absolute path of the batch's folder; kSingly: of no batch
    federation::StudentId student;
    std::string funder;  // empty: a student without a dossier
    federation::Period period;
    std::int64_t issued_utc_s = 0;
    std::string data_sha256;
    std::string fingerprint;                   // over everything that is shown, but instants of making
    std::map<std::string, std::string> parts;  // of it, by name: to say what changed
    std::string folder;                        // in the batch's
    std::vector<std::string> files;            // in it
    // What it took the place of, as the report says it.
    std::string replaced_sha256;
    std::vector<std::string> why;
};

// A report that took the place of another.
struct Replacement {
    federation::StudentId student;
    std::string funder;
    federation::Period period;
    std::int64_t issued_utc_s = 0;
    std::string data_sha256, replaced_sha256;
    std::vector<std::string> why;  // codes of text.h
};

class IssueLog {
  public:
    // The "batch" of reports that were issued by themselves, wherever they were written to.
    static constexpr const char* kSingly = "";

    explicit IssueLog(const std::filesystem::path& dossiers);
    ~IssueLog();
    IssueLog(const IssueLog&) = delete;
    IssueLog& operator=(const IssueLog&) = delete;

    [[nodiscard]] std::optional<Issue> last(const std::string& node, const std::string& batch,
                                            const federation::StudentId& student, const std::string& funder,
                                            const federation::Period& period) const;
    // The last one of them wherever it was issued, in a batch or singly.
    [[nodiscard]] std::optional<Issue> last_anywhere(const std::string& node,
                                                     const federation::StudentId& student,
                                                     const std::string& funder,
                                                     const federation::Period& period) const;
    // In the place of the last one; what it took the place of is noted for good. Committed and synced on
    // return.
    void put(const std::string& node, const Issue& issue);
    // All of a batch's, by funder, period (the latest first) and student.
    [[nodiscard]] std::vector<Issue> all(const std::string& node, const std::string& batch) const;

    // Every report of the node's that took the place of another, by instant and student.
    [[nodiscard]] std::vector<Replacement> replacements(const std::string& node) const;

    // The last period that a schedule was done with; nothing: it never ran.
    [[nodiscard]] std::optional<config::CivilDay> schedule_done(const std::string& node,
                                                                const std::string& schedule) const;
    // `last_day`: of the period.
    void set_schedule_done(const std::string& node, const std::string& schedule, config::CivilDay last_day,
                           std::int64_t now_utc_s, const std::string& outcome);

  private:
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace assidu::node::staff
