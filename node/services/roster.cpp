#include "node/services/roster.h"

#include <algorithm>
#include <map>
#include <set>

#include "config/limits.h"
#include "node/directory.h"

namespace assidu::node::services {
namespace {

using federation::RosterRow;

constexpr federation::Period kAlways{config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}};

// What the ledger speaks of; of each activity, its course.
struct Spoken {
    std::vector<federation::StudentId> students;
    std::set<std::int64_t> courses;
    std::map<std::int64_t, std::int64_t> activities;
};

Spoken spoken_of(const Node& node, const NodeDirectory& directory) {
    Spoken spoken{directory.students(), {}, {}};
    node.ledger().rows({node.settings().node_id, node.scale().sha256, kAlways, std::nullopt},
                       [&](const federation::LedgerRow& row) {
                           if (row.course > 0) spoken.courses.insert(row.course);
                           for (const auto& share : row.activities)
                               spoken.activities[share.activity] = row.course;
                       });
    return spoken;
}

std::vector<RosterRow> rows_of(const Node& node, const NodeDirectory& directory, const Spoken& spoken) {
    const std::string& source = node.settings().source_name;
    std::vector<RosterRow> rows;
    for (const federation::StudentId& student : spoken.students) {
        const auto person = directory.person(student);
        if (!person) continue;
        std::vector<federation::Dossier> dossiers = directory.dossiers(student, kAlways);
        // The latest are what a report is still made of.
        if (dossiers.size() > config::limits::kDossiersOfStudentMax)
            dossiers.erase(dossiers.begin(), dossiers.end() - config::limits::kDossiersOfStudentMax);
        rows.push_back({"person",
                        student,
                        0,
                        0,
                        {{"username", person->username},
                         {"idnumber", person->idnumber},
                         {"firstname", person->firstname},
                         {"lastname", person->lastname},
                         {"email", person->email},
                         {"institution", person->institution},
                         {"department", person->department}}});
        if (!dossiers.empty()) rows.back().texts["dossiers"] = federation::dossiers_text(dossiers);
    }
    for (const std::int64_t course : spoken.courses) {
        if (const auto names = directory.course(source, course))
            rows.push_back({"course",
                            {},
                            course,
                            0,
                            {{"fullname", names->fullname},
                             {"shortname", names->shortname},
                             {"idnumber", names->idnumber}}});
    }
    for (const auto& [activity, course] : spoken.activities) {
        if (const auto names = directory.activity(source, activity))
            rows.push_back({"activity",
                            {},
                            std::max<std::int64_t>(course, 0),
                            activity,
                            {{"name", names->name}, {"type", names->type}, {"idnumber", names->idnumber}}});
    }
    return rows;
}

}  // namespace

std::vector<RosterRow> roster_of(const Node& node) {
    const NodeDirectory directory(node);
    return rows_of(node, directory, spoken_of(node, directory));
}

std::vector<RosterRow> roster_of(const Node& node, const federation::NamesAsked& asked) {
    const NodeDirectory directory(node);
    Spoken spoken = spoken_of(node, directory);
    const std::set<federation::StudentId> students(asked.students.begin(), asked.students.end());
    const std::set<std::int64_t> courses(asked.courses.begin(), asked.courses.end());
    const std::set<std::int64_t> activities(asked.activities.begin(), asked.activities.end());
    std::erase_if(spoken.students, [&](const auto& student) { return !students.contains(student); });
    std::erase_if(spoken.courses, [&](std::int64_t course) { return !courses.contains(course); });
    std::erase_if(spoken.activities, [&](const auto& one) { return !activities.contains(one.first); });
    return rows_of(node, directory, spoken);
}

}  // namespace assidu::node::services
