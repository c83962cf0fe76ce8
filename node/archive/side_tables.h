// What a catalogue keeps beside people, courses and activities: the other tables of a Moodle that say who was
// where and with what result. One place for their names and columns (spec: docs/formats/catalogue.md).
#pragma once

#include <array>
#include <string_view>

#include "node/archive/history_table.h"

namespace assidu::node::archive {

// The id of each is the id of the row in the Moodle's own table.
enum class SideTable {
    category,          // course_categories
    section,           // course_sections
    course_group,      // groups
    group_member,      // groups_members
    grouping,          // groupings
    grouping_group,    // groupings_groups
    cohort,            // cohort
    cohort_member,     // cohort_members
    enrolment_method,  // enrol
    enrolment,         // user_enrolments
    role,              // role
    role_assignment,   // role_assignments
    grade_item,        // grade_items
    grade,             // grade_grades
    mnet_host,         // mnet_host
};
inline constexpr std::array kSideTables{
    SideTable::category,  SideTable::section,          SideTable::course_group,  SideTable::group_member,
    SideTable::grouping,  SideTable::grouping_group,   SideTable::cohort,        SideTable::cohort_member,
    SideTable::enrolment_method, SideTable::enrolment, SideTable::role,          SideTable::role_assignment,
    SideTable::grade_item, SideTable::grade,           SideTable::mnet_host,
};

// The table's shape in the catalogue. Grades are decimal text as the database wrote it, never a double.
[[nodiscard]] const HistoryShape& shape_of(SideTable table);
// Whether its rows are about a person: they have a column user_id, and are kept only of this node's students.
[[nodiscard]] bool is_about_people(SideTable table);
// The place of that column.
inline constexpr std::string_view kUserColumn = "user_id";
[[nodiscard]] std::size_t user_column_of(SideTable table);

}  // namespace assidu::node::archive
