// What somebody outside may ask about students: names to students within a scope, instants to whole days, and
// then the very report that `assidu report` would write. Behind every door (MNet, web services, pages), so
// that all of them give one number.
//
// A desk is for one request: it reads the catalogue when it is made. One thread at a time, as its node.
// Throws ResourceFailure if the node's stores fail.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "node/directory.h"
#include "node/node.h"
#include "node/report_writer.h"
#include "node/services/student_scope.h"
#include "reports/model.h"
#include "reports/score.h"

namespace assidu::node::services {

// By what a student is named; Moodle's words are in parse_student_key().
enum class StudentKey : std::uint8_t { user_id, idnumber, username, email };
// "id", "idnumber", "username", "email".
[[nodiscard]] std::optional<StudentKey> parse_student_key(std::string_view text);
// By what a course is named: "id", "idnumber", "shortname".
enum class CourseKey : std::uint8_t { course_id, idnumber, shortname };
[[nodiscard]] std::optional<CourseKey> parse_course_key(std::string_view text);

// Why a name is no student here. Whoever asked is told one thing, the audit which it was.
enum class NoStudent : std::uint8_t { unknown, ambiguous, outside };
[[nodiscard]] std::string_view code_of(NoStudent why);  // "unknown", "ambiguous", "outside_scope"

// The civil days, of the node's zone, that [from, to) touches, both counted whole. `from_s` 0: ever since, or
// since the first day of which retention left totals; `to_s` 0: now. Refused: instants outside [0, year
// 9999], an end at or before the begin, days whose totals are deleted, more than limits::kPeriodDaysMax days.
[[nodiscard]] config::Result<federation::Period> days_of(const Node& node, std::int64_t from_s,
                                                         std::int64_t to_s);

class StudentDesk {
  public:
    // `node` must outlive the desk.
    StudentDesk(const Node& node, StudentScope scope, const federation::Period& period);

    [[nodiscard]] const federation::Period& period() const { return period_; }

    // The one student of that name: ASCII letters compared without regard to case; user names of other hosts
    // as "name§host", and a bare one is rather the Moodle's own. Students are whoever has events or is
    // selected, as for `report`.
    [[nodiscard]] std::expected<federation::StudentId, NoStudent> find(StudentKey key,
                                                                       std::string_view name) const;
    // Everybody in the scope, by pseudonym.
    [[nodiscard]] std::vector<federation::StudentId> students() const;
    [[nodiscard]] bool covers(const federation::StudentId& student) const;

    // Those in the scope whose name, user name, e-mail or id number has every word of `words` in it, by name
    // as a reader looks for them; and the names of all groups of people (cohorts) that any in the scope is
    // in.
    struct Listed {
        federation::StudentId student;
        archive::PersonRecord person;
    };
    [[nodiscard]] std::vector<Listed> search(std::string_view words) const;
    [[nodiscard]] std::vector<std::string> cohorts() const;
    [[nodiscard]] std::vector<federation::StudentId> students_of_cohort(std::string_view cohort) const;
    // Funders and groups of dossiers of theirs with a day of the period, and whose dossiers are of one.
    [[nodiscard]] std::vector<std::string> funders() const;
    [[nodiscard]] std::vector<std::string> dossier_groups() const;
    [[nodiscard]] std::vector<federation::StudentId> students_of_funder(const std::string& funder) const;
    [[nodiscard]] std::vector<federation::StudentId> students_of_dossier_group(
        const std::string& group) const;

    // Of somebody covered; anybody else is a std::logic_error. Refused where there is no data.
    [[nodiscard]] config::Result<reports::StudentReport> report(const federation::StudentId& student) const;

    // The course of that name as the catalogue knows it; of several, nothing.
    [[nodiscard]] std::optional<std::int64_t> course(CourseKey key, std::string_view name) const;
    [[nodiscard]] reports::CourseScore score(const federation::StudentId& student, std::int64_t course) const;

    [[nodiscard]] std::optional<reports::Course> course_names(std::int64_t course) const;

    // The group of a course that is called so, where no other is.
    [[nodiscard]] std::optional<std::int64_t> group_named(std::string_view name) const;
    // The members of a group of a course; who is not covered is left out. Nothing: there is no such group.
    [[nodiscard]] std::optional<std::vector<federation::StudentId>> group_by_id(std::int64_t group) const;
    // The report of these students together; anybody not covered is a std::logic_error.
    [[nodiscard]] config::Result<reports::GroupReport> report(
        const std::vector<federation::StudentId>& students) const;

  private:
    struct Entry {
        archive::PersonRecord person;
        federation::StudentId student;
        bool is_student = false, covered = false;
        std::vector<federation::Dossier> dossiers;  // with a day of the period
    };
    [[nodiscard]] std::vector<federation::StudentId> students_with(const StudentScope& dossier) const;
    // The item of a course's total, and what one student has in all of them.
    struct CourseTotal {
        std::int64_t course = 0, hidden = 0;
        std::string grade_max;
    };
    struct Results {
        federation::StudentId student;
        struct Grade {
            std::string final_grade;
            std::int64_t hidden = 0, changed_utc_s = 0;
        };
        std::map<std::int64_t, Grade> grades;                           // by course
        std::optional<std::map<std::int64_t, std::int64_t>> completed;  // activities, by course
    };
    using Index = std::multimap<std::string, std::size_t, std::less<>>;
    [[nodiscard]] const Index& index_of(StudentKey key) const;
    [[nodiscard]] const std::map<std::int64_t, CourseTotal>& course_totals() const;  // by grade item
    [[nodiscard]] const Results& results_of(const Entry& entry) const;
    [[nodiscard]] const Entry* entry_of(const federation::StudentId& student) const;
    void read_people();

    const Node& node_;
    const StudentScope scope_;
    const federation::Period period_;
    const NodeDirectory directory_;
    const ReportWriter writer_;
    std::vector<Entry> entries_;
    std::map<federation::StudentId, std::size_t> places_;
    // Read when they are first asked for.
    mutable std::map<StudentKey, Index> indices_;
    mutable std::optional<std::map<std::int64_t, CourseTotal>> totals_;
    mutable std::optional<Results> results_;  // of the student asked for last
};

}  // namespace assidu::node::services
