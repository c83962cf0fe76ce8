// The catalogue of a site as CSV: its people, courses and activities, for those who cannot let a node read
// the database. The columns are Moodle's (any order, any case; unknown ones are passed over); NULL is an
// empty field, NULL or \N; fields that are not UTF-8 are read as Windows-1252; texts come trimmed and without
// control characters. A person's cohorts stand in `cohorts`, separated by semicolons, or in the columns
// cohort1, cohort2,
// ... of Moodle's upload format; `profile_field_ine` gives the profile field "ine"; an MNet host comes by its
// name
// (`mnethost`), else by its number in the site (`mnethostid`).
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "node/archive/catalogue.h"
#include "node/collect/byte_source.h"

namespace assidu::node::collect {

// A record that gives nothing: the line it begins on, why, and the record as it stands in the file.
using CatalogueReject =
    std::function<void(std::uint64_t line, std::string_view reason, std::string_view record)>;
// The callee may take the contents away.
// Asked between two rows; false stops the reading. Empty: never stops.
using CatalogueGoesOn = std::function<bool()>;
template <class T>
using CatalogueTake = std::function<void(T& entry, std::uint64_t line)>;

// Each reads the whole source. Refused, naming the file, if a required column is missing or a column stands
// twice: people need id, username and firstname or lastname; courses id, shortname and fullname; activities
// id, course and modname. A row without an id, course or username, with a broken number or flag, or with
// another number of fields than the header, is rejected, and reading goes on.
// `also_needed`: columns that a file of people must have besides.
[[nodiscard]] config::Result<void> read_people(ByteSource& source, char delimiter,
                                               const std::vector<std::string>& also_needed,
                                               const CatalogueTake<archive::PersonRecord>& take,
                                               const CatalogueReject& reject,
                                               const CatalogueGoesOn& goes_on = {});
[[nodiscard]] config::Result<void> read_courses(ByteSource& source, char delimiter,
                                                const CatalogueTake<archive::CourseRecord>& take,
                                                const CatalogueReject& reject,
                                                const CatalogueGoesOn& goes_on = {});
[[nodiscard]] config::Result<void> read_activities(ByteSource& source, char delimiter,
                                                   const CatalogueTake<archive::ActivityRecord>& take,
                                                   const CatalogueReject& reject,
                                                   const CatalogueGoesOn& goes_on = {});

}  // namespace assidu::node::collect
