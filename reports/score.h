// The result of a student in a course, as the source graded it: what peers and web services call a score.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "federation/ledger.h"
#include "reports/directory.h"
#include "reports/text.h"

namespace assidu::reports {

struct CourseScore {
    federation::StudentId student;
    std::optional<Person> person;
    std::int64_t course = 0;
    std::optional<Course> names;
    // The course's final grade of this student, and the highest there is: decimal text as the source wrote
    // it, "14.50000". Nothing: no data, and `why_none` says which.
    std::optional<std::string> score, score_max;
    std::optional<std::int64_t> graded_utc_s;
    enum class None : std::uint8_t {
        no_grades,   // this node knows no grades: it does not read them, or the course has none
        not_graded,  // the course has, this student not yet
        hidden,      // from the student, and so from everybody here
    } why_none = None::no_grades;
    // Activities of the course that the student completed or passed. Nothing: no completion of anything of
    // theirs is known here.
    std::optional<std::int64_t> completed;
};

// "no_grades", "not_graded", "hidden".
[[nodiscard]] std::string code_of(CourseScore::None why);
// A grade without the zeros behind its point: "14.50000" is "14.5", "20.00000" is "20".
[[nodiscard]] std::string short_decimal(const std::string& decimal);

// The document USER_SCORES of block_use_stats, with what it lacks in elements of our own;
// docs/formats/use-stats-xml.md.
[[nodiscard]] std::string render_scores(const CourseScore& score, Language language);

}  // namespace assidu::reports
