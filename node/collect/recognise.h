// What a file is, by its content; its name says nothing.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "config/refusal.h"
#include "node/collect/byte_source.h"

namespace assidu::node::collect {

enum class FileKind : std::uint8_t {
    log_csv,     // the table logstore_standard_log:      id, eventname, timecreated, userid, ...
    log_json,    // its rows as JSON:                     begins with [ or {
    log_page,    // the download of Moodle's log page:    time, event name, description, origin, ... as people
                 // read them
    people,      // id, username, firstname or lastname, ...
    courses,     // id, shortname, fullname, ...
    activities,  // id (or cmid), course (or courseid), modname, ...
    // What is known of students beside the log (evidence_csv.h).
    completions,             // coursemoduleid, completionstate, userid, ...
    enrolments,              // userid, courseid, timestart, timeend, ...
    roles,                   // userid, contextlevel, instanceid, shortname (or role), ...
    categories,              // id, path, parent or depth, ...
    register_sessions,       // userid, login, logout, onlinesess, ...
    checklist_declarations,  // userid, declaredtime, usertimestamp, ...
    timestat,                // userid, timespent, timecreated, ...
    scorm_tracks,            // userid, element, value, timemodified, ...
    activity_worths,         // moduleid (or cmid), credittime or creditedtime, ...
};

// "log_csv": what an intake keeps.
[[nodiscard]] std::string_view name_of(FileKind kind);
// "dump of logstore_standard_log": what a person is told.
[[nodiscard]] std::string_view words_of(FileKind kind);

struct Recognised {
    FileKind kind{};
    char delimiter = ',';  // of CSV: a comma, a semicolon or a tab
};

// Looks at no more than limits::kSniffBytes of what `source` gives, which is used up by it: open the file
// again to read it. Refused, naming the file and what was found in it, if it is none of these.
[[nodiscard]] config::Result<Recognised> recognise(ByteSource& source);
// Opens the file, plain or gzip. Throws ResourceFailure as ByteSource does.
[[nodiscard]] config::Result<Recognised> recognise(const std::filesystem::path& path);

}  // namespace assidu::node::collect
