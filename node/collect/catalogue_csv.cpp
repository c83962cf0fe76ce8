#include "node/collect/catalogue_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/limits.h"
#include "node/collect/csv_table.h"
#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

constexpr std::string_view kProfileField = "profile_field_";
constexpr std::string_view kCohort = "cohort";

// "cohort1", "cohort2", ...
bool is_numbered_cohort(std::string_view name) {
    if (!name.starts_with(kCohort)) return false;
    name.remove_prefix(kCohort.size());
    return !name.empty() && std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; });
}

void add_cohort(std::vector<std::string>& cohorts, std::string_view cohort) {
    cohort = trimmed(cohort);
    if (!cohort.empty() && std::ranges::find(cohorts, cohort) == cohorts.end()) cohorts.emplace_back(cohort);
}

void read_selections(CsvRow& row, archive::PersonRecord& person) {
    for (std::size_t i = 0; i < row.names().size(); ++i) {
        const std::string_view name = row.names()[i];
        if (name == "cohorts") {
            const std::string all = row.text(i);
            for (std::string_view rest = all; !rest.empty();) {
                const std::size_t end = std::min(rest.find(';'), rest.size());
                add_cohort(person.cohorts, rest.substr(0, end));
                rest.remove_prefix(std::min(end + 1, rest.size()));
            }
        } else if (is_numbered_cohort(name)) {
            add_cohort(person.cohorts, row.text(i));
        } else if (name.starts_with(kProfileField) && name.size() > kProfileField.size()) {
            std::string value = row.text(i);
            if (!value.empty())
                person.profile_fields[std::string(name.substr(kProfileField.size()))] = std::move(value);
        }
    }
}

bool fill_person(CsvRow& row, archive::PersonRecord& person, std::string& reason) {
    std::optional<std::int64_t> mnet_host_number;
    if (!row.id("id", person.user_id, reason) || !row.needed("username", person.username, reason) ||
        !row.number("mnethostid", mnet_host_number, reason) ||
        !row.flag("suspended", person.suspended, reason) || !row.flag("deleted", person.deleted, reason))
        return false;
    person.idnumber = row.text("idnumber");
    person.firstname = row.text("firstname");
    person.lastname = row.text("lastname");
    person.email = row.text("email");
    person.institution = row.text("institution");
    person.department = row.text("department");
    person.auth = row.text("auth");
    person.mnet_host = row.text("mnethost");
    if (person.mnet_host.empty() && mnet_host_number) person.mnet_host = fmt::format("{}", *mnet_host_number);
    read_selections(row, person);
    return true;
}

bool fill_course(CsvRow& row, archive::CourseRecord& course, std::string& reason) {
    std::optional<std::int64_t> category;
    if (!row.id("id", course.course, reason) || !row.number("category", category, reason, 0)) return false;
    course.category = category.value_or(0);
    course.shortname = row.text("shortname");
    course.fullname = row.text("fullname");
    course.idnumber = row.text("idnumber");
    return true;
}

bool fill_activity(CsvRow& row, archive::ActivityRecord& activity, std::string& reason) {
    if (!row.id("id", activity.activity, reason) || !row.id("course", activity.course, reason) ||
        !row.needed("modname", activity.type, reason))
        return false;
    activity.name = row.text("name");
    activity.idnumber = row.text("idnumber");
    return true;
}

}  // namespace

config::Result<void> read_people(ByteSource& source, char delimiter,
                                 const std::vector<std::string>& also_needed,
                                 const CatalogueTake<archive::PersonRecord>& take,
                                 const CatalogueReject& reject, const CatalogueGoesOn& goes_on) {
    CsvTable table{"people", {}, {"id", "username"}, {"firstname", "lastname"}};
    table.needed.insert(table.needed.end(), also_needed.begin(), also_needed.end());
    return read_csv_table<archive::PersonRecord>(source, delimiter, table, take, reject, goes_on,
                                                 fill_person);
}

config::Result<void> read_courses(ByteSource& source, char delimiter,
                                  const CatalogueTake<archive::CourseRecord>& take,
                                  const CatalogueReject& reject, const CatalogueGoesOn& goes_on) {
    static const CsvTable kTable{"courses", {}, {"id", "shortname", "fullname"}, {}};
    return read_csv_table<archive::CourseRecord>(source, delimiter, kTable, take, reject, goes_on,
                                                 fill_course);
}

config::Result<void> read_activities(ByteSource& source, char delimiter,
                                     const CatalogueTake<archive::ActivityRecord>& take,
                                     const CatalogueReject& reject, const CatalogueGoesOn& goes_on) {
    static const CsvTable kTable{
        "activities", {{"cmid", "id"}, {"courseid", "course"}}, {"id", "course", "modname"}, {}};
    return read_csv_table<archive::ActivityRecord>(source, delimiter, kTable, take, reject, goes_on,
                                                   fill_activity);
}

}  // namespace assidu::node::collect
