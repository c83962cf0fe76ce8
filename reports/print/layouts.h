// Layouts of the plugins that universities have used so far, so that nobody's spreadsheet breaks. The numbers
// are this report's: measured and credited time together, which is what those plugins show.
#pragma once

#include <string>

#include "reports/model.h"

namespace assidu::reports {

// tool_time_report 1.0.4, the file that it keeps: every field quoted, lines ended by a line feed, its English
// words; a line a day with time, "hh:mm:ss" (docs/reports.md).
[[nodiscard]] std::string render_time_report(const StudentReport& report);

// report_trainingsessions, "workingdays": ';' between fields, a line a day with time. Columns: userid,
// username, fullname, workday, week (ISO), sessions, seconds, readable duration, time of the first trace,
// courses.
[[nodiscard]] std::string render_working_days(const StudentReport& report);
// report_trainingsessions, "sessionsonly": start, end, seconds, readable duration. Sessions that are not
// known: the header alone.
[[nodiscard]] std::string render_sessions_only(const StudentReport& report);
// report_trainingsessions, "oneuserperrow": id, idnumber, firstname, lastname, email, institution,
// department, last access, elapsed ("hh:mm:ss"), sessions.
[[nodiscard]] std::string render_user_rows(const GroupReport& report);

}  // namespace assidu::reports
