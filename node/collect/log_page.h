// The download of Moodle's log page (Reports > Logs, CSV): what a teacher or an administrator can get
// without access to the database. It is written for people: local times to the minute or second, names
// instead of classes, and the ids of user, course and activity only inside an English sentence. What it
// does not give is derived from the row's own content and from nothing else, so that the same event has
// the same identity in every download it stands in, whatever the order, the line ends, the encoding or
// the selection of the download.
//
// - The id: rank * 2^61 + the first 61 bits of SHA-256 over the nine columns of PageColumn in their
//   order, each as "<bytes>:<text>,", in UTF-8 and with line breaks as LF; a column that the file lacks
//   is empty. Other columns are not part of it: the page of the whole site has one more than the page of
//   a course. The rank is 0 for logins, 1 for other events, 2 for logouts: times of this page are often
//   whole minutes, events of one second are computed in the order of their ids, and a page that came to
//   stand behind a logout would earn the credit of a last page, one before a login the gap since the day
//   before.
// - Two rows that say the very same are one event: nothing tells them apart, and no time lies between
//   them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "config/civil_calendar.h"
#include "config/refusal.h"
#include "node/collect/byte_source.h"
#include "node/collect/log_page_time.h"
#include "node/collect/row_sink.h"

namespace assidu::node::collect {

struct LogPageOptions {
    // The zone in which the page was shown: the time zone of the person who downloaded it. Must be set.
    const config::CivilCalendar* calendar = nullptr;
    // The order of dates in figures, as find_date_order found it or a person said it.
    std::optional<DateOrder> date_order;
    // The one user of the catalogue with that full name, or nothing; may be empty.
    std::function<std::optional<std::int64_t>(std::string_view full_name)> user_by_name;
};

struct LogPageNotes {
    // Accepted rows whose local time the clocks showed twice (the earlier is taken), or never (the jump is).
    std::uint64_t ambiguous_times = 0, skipped_times = 0;
    // Accepted rows in a course that the page does not say (kCourseUnknown).
    std::uint64_t unknown_courses = 0;
    // Accepted rows whose date was read in `date_order`.
    std::uint64_t dates_in_figures = 0;
    std::optional<DateOrder> date_order;
    std::set<std::int64_t> courses;                    // that descriptions name
    std::set<std::int64_t> activities;                 // that descriptions name
    std::map<std::int64_t, std::string> module_types;  // activity -> "resource", as far as the page says it
};

// Reads the whole source once to find the order of its dates in figures; nothing if it has no such date.
// Refused, naming the file: if no date tells ("pass --date-order dmy or mdy"), if two contradict each other,
// if no date has a year, if it has not the columns of a log page.
[[nodiscard]] config::Result<std::optional<DateOrder>> find_date_order(ByteSource& source, char delimiter);

// Reads the source into the sink. Columns may stand in any order, under their English or French names;
// time, event name, description and origin must be there. Fields that are not UTF-8 are read as
// Windows-1252.
// - User: the first "user with id '818'" of the description; else the full name, by `user_by_name`; else
//   the row is rejected.
// - Course and activity: as the description names them; in a course or an activity that it does not name,
//   the course is kCourseUnknown; outside of courses 0.
// - Event and component: Moodle's names where the displayed ones are known (log_page_names.h), else
//   "display:" and the displayed one, with action and target empty.
// - "Anna Blanc as Jean Noir" in the column of the user is a login as somebody else, unless it is the
//   user's own name in the catalogue.
// Refused if the header lacks a column; rows are rejected for a broken time and the like, and reading
// goes on.
[[nodiscard]] config::Result<LogPageNotes> read_log_page(ByteSource& source, char delimiter,
                                                         const LogPageOptions& options, RowSink& sink);

}  // namespace assidu::node::collect
