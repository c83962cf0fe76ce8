// Where reports learn names. The ledger knows pseudonyms and Moodle's ids; who and what they are stays with
// the node that owns them, and reaches a report only through this interface.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "federation/dossier.h"
#include "federation/ledger.h"

namespace assidu::reports {

// A person as the catalogue knows them. Any text may be empty: not known. Of all three: `gone` if the source
// has deleted it since; the names are those it had.
struct Person {
    std::int64_t user_id = 0;  // Moodle's
    std::string username, idnumber, firstname, lastname, email, institution, department;
    bool gone = false;
};

struct Course {
    std::string fullname, shortname, idnumber;
    bool gone = false;
};

struct Activity {
    std::string name, type, idnumber;  // type: "quiz", "page", ... without "mod_"
    bool gone = false;
};

class Directory {
  public:
    Directory() = default;
    Directory(const Directory&) = delete;
    Directory& operator=(const Directory&) = delete;
    virtual ~Directory() = default;

    // Nothing where the directory does not know; a report then shows the id.
    [[nodiscard]] virtual std::optional<Person> person(const federation::StudentId& student) const = 0;
    [[nodiscard]] virtual std::optional<Course> course(const std::string& source,
                                                       std::int64_t course) const = 0;
    [[nodiscard]] virtual std::optional<Activity> activity(const std::string& source,
                                                           std::int64_t activity) const = 0;
    // The student's dossiers that have a day of the period, by begin, funder and number.
    [[nodiscard]] virtual std::vector<federation::Dossier> dossiers(
        const federation::StudentId& /*student*/, const federation::Period& /*period*/) const {
        return {};
    }
};

}  // namespace assidu::reports
