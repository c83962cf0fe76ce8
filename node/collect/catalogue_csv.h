// The catalogue of a site as CSV: its people, courses and activities, for those who cannot let a node read
// the database. The columns are Moodle's (any order, any case; unknown ones are passed over); NULL is an
// empty field, NULL or \N; fields that are not UTF-8 are read as Windows-1252; texts come trimmed and without
// control characters.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/refusal.h"
#include "node/collect/byte_source.h"

namespace assidu::node::collect {

struct CataloguePerson {
    std::int64_t id = 0;
    std::string username, idnumber, firstname, lastname, email, institution, department, auth;
    // The MNet host, by name (`mnethost`: a host's name or URL) or by its number in the site (`mnethostid`).
    std::string mnethost;
    std::optional<std::int64_t> mnethostid;
    bool suspended = false, deleted = false;
    // `cohorts`, separated by semicolons, and the columns cohort1, cohort2, ... of Moodle's upload format.
    std::vector<std::string> cohorts;
    // `profile_field_ine` gives ("ine", value); empty values are left out.
    std::vector<std::pair<std::string, std::string>> profile;
};

struct CatalogueCourse {
    std::int64_t id = 0;
    std::string shortname, fullname, idnumber;
};

struct CatalogueActivity {
    std::int64_t id = 0;      // the course module's: `id` or `cmid`
    std::int64_t course = 0;  // `course` or `courseid`
    std::string modname;      // "quiz"
    std::string name, idnumber;
};

// A record that gives nothing: the line it begins on, why, and the record as it stands in the file.
using CatalogueReject =
    std::function<void(std::uint64_t line, std::string_view reason, std::string_view record)>;
// The callee may take the contents away.
template <class T>
using CatalogueTake = std::function<void(T& entry, std::uint64_t line)>;

// Each reads the whole source. Refused, naming the file, if a required column is missing or a column stands
// twice: people need id, username and firstname or lastname; courses id, shortname and fullname; activities
// id, course and modname. A row without an id, course or username, with a broken number or flag, or with
// another number of fields than the header, is rejected, and reading goes on.
[[nodiscard]] config::Result<void> read_people(ByteSource& source, char delimiter,
                                               const CatalogueTake<CataloguePerson>& take,
                                               const CatalogueReject& reject);
[[nodiscard]] config::Result<void> read_courses(ByteSource& source, char delimiter,
                                                const CatalogueTake<CatalogueCourse>& take,
                                                const CatalogueReject& reject);
[[nodiscard]] config::Result<void> read_activities(ByteSource& source, char delimiter,
                                                   const CatalogueTake<CatalogueActivity>& take,
                                                   const CatalogueReject& reject);

}  // namespace assidu::node::collect
