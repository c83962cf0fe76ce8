#include "node/archive/side_tables.h"

#include <algorithm>
#include <stdexcept>

namespace assidu::node::archive {
namespace {

using Name = std::string_view;

constexpr Name kCategory[] = {"name", "idnumber", "path"};
constexpr Name kSection[] = {"course", "number", "name"};
constexpr Name kGroup[] = {"course", "name", "idnumber"};
constexpr Name kGroupMember[] = {"course_group", "user_id", "added_utc_s"};
constexpr Name kGrouping[] = {"course", "name", "idnumber"};
constexpr Name kGroupingGroup[] = {"grouping", "course_group"};
constexpr Name kCohort[] = {"name", "idnumber"};
constexpr Name kCohortMember[] = {"cohort", "user_id", "added_utc_s"};
constexpr Name kMethod[] = {"method", "course", "status"};
constexpr Name kEnrolment[] = {"enrolment_method", "user_id", "status", "start_utc_s", "end_utc_s", "created_utc_s"};
constexpr Name kRole[] = {"shortname", "archetype"};
constexpr Name kAssignment[] = {"role", "context_level", "instance", "user_id", "changed_utc_s"};
constexpr Name kGradeItem[] = {"course",        "name",     "type",      "module",    "module_instance",
                               "idnumber",      "grade_max", "grade_pass", "hidden"};
constexpr Name kGrade[] = {"grade_item", "user_id", "final_grade", "grade_max", "hidden", "overridden_utc_s",
                           "excluded_utc_s", "changed_utc_s"};
constexpr Name kMnetHost[] = {"wwwroot", "name", "deleted"};

constexpr HistoryShape kShapes[] = {
    {"category", kCategory},
    {"section", kSection},
    {"course_group", kGroup},
    {"group_member", kGroupMember},
    {"course_grouping", kGrouping},
    {"grouping_group", kGroupingGroup},
    {"cohort", kCohort},
    {"cohort_member", kCohortMember},
    {"enrolment_method", kMethod},
    {"enrolment", kEnrolment},
    {"role", kRole},
    {"role_assignment", kAssignment},
    {"grade_item", kGradeItem},
    {"grade", kGrade},
    {"mnet_host", kMnetHost},
};
static_assert(std::size(kShapes) == kSideTables.size());

}  // namespace

const HistoryShape& shape_of(SideTable table) {
    return kShapes[static_cast<std::size_t>(table)];
}

bool is_about_people(SideTable table) {
    return std::ranges::find(shape_of(table).columns, kUserColumn) != shape_of(table).columns.end();
}

std::size_t user_column_of(SideTable table) {
    const auto& columns = shape_of(table).columns;
    const auto found = std::ranges::find(columns, kUserColumn);
    if (found == columns.end()) throw std::logic_error("a side table that is about nobody");
    return static_cast<std::size_t>(found - columns.begin());
}

}  // namespace assidu::node::archive
