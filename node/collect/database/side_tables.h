// The other tables of a Moodle into the catalogue: people, courses, activities, and who was where with what
// result (queries Q3 to Q13 and Q15 of docs/collector.md). What of it a scale asks goes into the evidence
// store as well (moodle_evidence.h), with the completions. Read in pages by id, each table at its own rhythm:
// what changes under the log's eyes hourly, grades nightly, and at once what a page of the log names and the
// catalogue does not know. An unchanged table writes nothing.
//
// Whose rows are kept is judged on people as they were just read (collect/selection.h): of everybody else's
// people the catalogue learns that they are, of rows about them nothing.
//
// One object is for one thread; the caller holds the folder's lock.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/collect/database/moodle_database.h"
#include "node/collect/database/moodle_evidence.h"
#include "node/node.h"

namespace assidu::node::collect::database {

// What one call did.
struct SideRead {
    std::int64_t rows = 0;      // read
    std::int64_t changed = 0;   // things whose history got longer
    std::int64_t evidence = 0;  // records of evidence that are new
    std::int64_t broken = 0;    // values that made no sense and were left empty
    // Tables of which nothing could be read because the Moodle does not have them.
    std::vector<std::string> missing;
    SideRead& operator+=(const SideRead& other);
};

class SideTables {
  public:
    // Seconds between two readings of a table.
    struct Rhythm {
        // People, courses, activities, memberships, enrolments, roles; completions of active courses.
        std::int64_t often_s = 3'600;
        std::int64_t seldom_s = 86'400;  // grades, all completions, MNet hosts
    };
    // All must outlive it. `goes_on` false ends a reading between two pages; what was read stands.
    SideTables(Node& node, MoodleDatabase& database, const Rhythm& rhythm, std::function<bool()> goes_on);

    // Everything that is due by the catalogue's marks; what was interrupted is due again. The first call
    // reads everything.
    SqlResult<SideRead> read_due();
    // These people anew, of whom a page of the log speaks. One whom the Moodle does not have is left unknown.
    SqlResult<SideRead> refresh_people(std::span<const std::int64_t> user_ids);
    // These course modules anew.
    SqlResult<SideRead> refresh_activities(std::span<const std::int64_t> activities);

  private:
    using Ids = std::span<const std::int64_t>;
    struct Page;

    SqlResult<void> probe();
    SqlResult<SideRead> read_all_people();
    SqlResult<SideRead> read_all_courses();
    SqlResult<SideRead> read_all_activities();
    SqlResult<SideRead> read_side(archive::SideTable table);
    SqlResult<void> load_names();
    SqlResult<SideRead> take_people(std::vector<archive::PersonRecord>& people,
                                    const std::optional<archive::IdRange>& all_of);
    SqlResult<SideRead> take_activities(std::vector<archive::ActivityRecord>& activities,
                                        const std::map<std::string, std::vector<std::int64_t>>& instances,
                                        const std::map<std::int64_t, std::int64_t>& instance_of,
                                        const std::optional<archive::IdRange>& all_of);
    SqlResult<SideRead> due(const std::string& name, std::int64_t every_s,
                            const std::function<SqlResult<SideRead>()>& read);
    SqlResult<SideRead> read_completions(const std::function<SqlResult<CompletionsRead>()>& read);
    [[nodiscard]] bool keeps_rows_of(std::int64_t user_id);

    Node& node_;
    MoodleDatabase& database_;
    const Rhythm rhythm_;
    const std::function<bool()> goes_on_;
    MoodleEvidence evidence_;
    bool probed_ = false;
    std::map<std::int64_t, std::string> hosts_, modules_;
    std::map<std::int64_t, std::vector<std::string>> cohorts_;  // name and id number
    std::map<std::int64_t, std::string> fields_;                // configured profile fields, by id
    std::map<std::int64_t, bool> kept_users_;                   // of one call
};

}  // namespace assidu::node::collect::database
