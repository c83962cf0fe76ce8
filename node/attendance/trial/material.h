// What a trial is made on: rows as they stand in a file, with the NULLs that earlier plugins tell apart, and
// what is no event. Nothing here is kept.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "config/json_object.h"
#include "node/attendance/evidence.h"
#include "node/attendance/legacy/row.h"
#include "node/event.h"

namespace assidu::node::attendance::trial {

// Files have millions of these: what many rows have in common is shared.
struct TrialRow {
    std::int64_t id = 0, time_s = 0, user_id = 0, course = 0, activity = 0;  // as of a LogRow
    std::shared_ptr<const EventShape> shape;                                 // never null
    std::int64_t context_instance = 0;
    bool course_null = false, origin_null = false;
    std::string address;  // empty: not known
};

struct Student {
    std::vector<TrialRow> rows;  // in any order, each id once
    std::vector<Completion> completions;
    std::vector<Declaration> declarations;
    std::vector<ForeignTime> foreign;
    std::vector<archive::EnrolmentState> enrolments;
    std::vector<archive::RoleState> roles;
    std::vector<ExcludedTime> excluded;         // by begin
    std::vector<config::CivilDay> signed_days;  // ascending
};

// By Moodle's user id.
using Students = std::map<std::int64_t, Student>;

// Where activities and courses stand, as cases say it.
struct Catalogue {
    std::map<std::int64_t, std::string> courses;  // id number by id
    struct Activity {
        std::int64_t course = 0, section = 0;
        std::string module;
    };
    std::map<std::int64_t, Activity> activities;
    std::vector<archive::CoursePlace> places;  // `categories`: lists of ids from the root down, by course
};

// Members `courses`, `cms` and `categories` of `reader`, if there are any.
[[nodiscard]] Catalogue read_catalogue(config::ObjectReader& reader);
// Members `logs`, `completions`, `declared`, `external`, `enrolments`, `roles`, `exclusions` and `user_days`.
// A row of an activity that the catalogue knows is
// of that activity's type, whatever component wrote it. A repeated id is the same row again.
void read_students(config::ObjectReader& reader, const Catalogue& catalogue, Students& students);

[[nodiscard]] std::vector<legacy::Row> legacy_rows(const std::vector<TrialRow>& rows, std::int64_t user);

// A student's rows as the engine takes them: in order, each once, with the shapes that their keys mean.
struct Stream {
    std::vector<Event> events;
    std::vector<EventShape> shapes;
};
[[nodiscard]] Stream stream_of(const std::vector<TrialRow>& rows);

}  // namespace assidu::node::attendance::trial
