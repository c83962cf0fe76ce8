// What a Moodle's tables say of students beside the log, into the evidence store: where courses stand, who
// was enrolled and in which role, what was completed. The other side of side_tables.h, whose pages it is
// given; the completions it reads itself.
//
// A page is what the Moodle says now, and is held against the latest state that the store has: what says the
// same writes nothing, so that reading may be repeated and interrupted anywhere. Records are those of the
// imported dumps (evidence_csv.h): importing one beside changes nothing. Whose rows they are the caller asks.
//
// One object is for one thread; the caller holds the folder's lock. May throw ResourceFailure.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "node/archive/evidence_store.h"
#include "node/collect/database/moodle_database.h"
#include "node/node.h"

namespace assidu::node::collect::database {

// A row of user_enrolments with its method's, and one of role_assignments with its role's name.
struct EnrolmentSeen {
    std::int64_t enrolment = 0, user_id = 0, course = 0;
    bool active = false;
    std::optional<std::int64_t> begin_s, end_s;  // nothing where Moodle has 0
    std::int64_t made_s = 0, changed_s = 0;      // timecreated, timemodified
};
struct RoleSeen {
    std::int64_t assignment = 0, user_id = 0;
    std::string role;
    std::int32_t context_level = 0;
    std::int64_t instance = 0;
    std::int64_t changed_s = 0;
};

// What is to be put down of a row that was seen at `now_s`, where the store's latest state is `latest` (null:
// it has none). A row seen for the first time was active since it was made, and no longer since it was last
// changed, if it is not. Later ones changed when the source says so, if it says so of an instant since; else
// when the node saw it. An instant of the future is now.
[[nodiscard]] std::vector<archive::EnrolmentState> states_of(const EnrolmentSeen& seen,
                                                             const archive::EnrolmentState* latest,
                                                             std::int64_t now_s);
[[nodiscard]] std::optional<archive::RoleState> state_of(const RoleSeen& seen,
                                                         const archive::RoleState* latest,
                                                         std::int64_t now_s);

// All ids (after, upto] that the Moodle has of a table, whosever they are: what the store has beside them is
// gone since the node saw it gone.
struct IdsSeen {
    std::int64_t after = 0, upto = 0;
    std::span<const std::int64_t> ids;  // ascending
};

// What reading completions did.
struct CompletionsRead {
    std::int64_t rows = 0, changed = 0, broken = 0;
};

class MoodleEvidence {
  public:
    // All must outlive it. `keeps` says whether rows about a user are kept; `goes_on` false ends a reading
    // between two pages.
    MoodleEvidence(Node& node, MoodleDatabase& database, std::function<bool(std::int64_t user_id)> keeps,
                   std::function<bool()> goes_on);

    // Each returns how many records changed the store.
    std::int64_t put_courses(std::span<const archive::CourseRecord> courses);
    // Pages of side tables, as the catalogue has their columns; of others than category, enrolment and
    // role_assignment it takes nothing. Methods and roles are those that the catalogue has by now.
    // `changed_s` is timemodified of each row of enrolments.
    std::int64_t put_page(archive::SideTable table, std::span<const archive::HistoryRow> rows,
                          std::span<const std::int64_t> changed_s, const IdsSeen& seen);

    // All of course_modules_completion, by its key.
    SqlResult<CompletionsRead> read_all_completions();
    // What was completed since an instant in the courses in which this node's students have events since
    // then: the table has an index by activity, and none by instant.
    SqlResult<CompletionsRead> read_recent_completions(std::int64_t since_s);

    static constexpr const char* kCompletionTable = "course_modules_completion";
    [[nodiscard]] static TableNeed completion_need();

  private:
    std::int64_t put_categories(std::span<const archive::HistoryRow> rows);
    std::int64_t put_enrolments(std::span<const archive::HistoryRow> rows,
                                std::span<const std::int64_t> changed_s, const IdsSeen& seen);
    std::int64_t put_roles(std::span<const archive::HistoryRow> rows, const IdsSeen& seen);
    [[nodiscard]] std::optional<archive::CompletionRecord> completion_of(const SqlRow& row,
                                                                         CompletionsRead& done) const;
    void put_completions(std::vector<archive::CompletionRecord>& records, CompletionsRead& done);
    [[nodiscard]] std::vector<std::int64_t> active_courses(std::int64_t since_s) const;

    Node& node_;
    MoodleDatabase& database_;
    const std::function<bool(std::int64_t)> keeps_;
    const std::function<bool()> goes_on_;
};

}  // namespace assidu::node::collect::database
