#include "node/collect/catalogue_csv.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "config/limits.h"
#include "node/collect/csv_header.h"
#include "node/collect/csv_reader.h"
#include "node/collect/text.h"

namespace assidu::node::collect {
namespace {

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
constexpr std::string_view kProfileField = "profile_field_";
constexpr std::string_view kCohort = "cohort";

// One row of a catalogue under its header; the first thing that is wrong stays in `reason`.
class CatalogueRow {
  public:
    explicit CatalogueRow(CsvHeader header) : names_(std::move(header.names)) {}

    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
    [[nodiscard]] bool has(std::string_view name) const {
        return std::ranges::find(names_, name) != names_.end();
    }

    bool take(const CsvRecord& record, std::string& reason) {
        fields_ = &record.fields;
        return is_record(record, names_.size(), reason);
    }
    [[nodiscard]] std::string text(std::size_t place) {
        const std::string_view field = trimmed((*fields_)[place]);
        if (field == "NULL" || field == "\\N") return {};
        return cleaned(decoded(field, storage_), config::limits::kRecordBytesMax);
    }
    // Empty if there is no such column.
    [[nodiscard]] std::string text(std::string_view name) {
        const std::size_t place = place_of(name);
        return place == kAbsent ? std::string{} : text(place);
    }
    // A whole number from 1; nothing if the field is NULL or the column absent. False if it is something
    // else.
    bool number(std::string_view name, std::optional<std::int64_t>& number, std::string& reason) {
        number.reset();
        const std::string field = text(name);
        if (field.empty()) return true;
        std::int64_t value = 0;
        const char* const end = field.data() + field.size();
        const auto [stop, error] = std::from_chars(field.data(), end, value);
        if (error != std::errc{} || stop != end || value < 1) {
            reason = fmt::format("{} is not a number from 1: {}", name, shown(field));
            return false;
        }
        number = value;
        return true;
    }
    // The same, but it must be there.
    bool id(std::string_view name, std::int64_t& id, std::string& reason) {
        std::optional<std::int64_t> value;
        if (!number(name, value, reason)) return false;
        if (!value) {
            reason = fmt::format("{} is empty", name);
            return false;
        }
        id = *value;
        return true;
    }
    bool flag(std::string_view name, bool& flag, std::string& reason) {
        const std::string field = text(name);
        flag = field == "1";
        if (field.empty() || field == "0" || field == "1") return true;
        reason = fmt::format("{} is not 0 or 1: {}", name, shown(field));
        return false;
    }
    bool needed(std::string_view name, std::string& text_of, std::string& reason) {
        text_of = text(name);
        if (text_of.empty()) reason = fmt::format("{} is empty", name);
        return !text_of.empty();
    }

  private:
    [[nodiscard]] std::size_t place_of(std::string_view name) const {
        const auto found = std::ranges::find(names_, name);
        return found == names_.end() ? kAbsent : static_cast<std::size_t>(found - names_.begin());
    }

    std::vector<std::string> names_;
    const std::vector<std::string_view>* fields_ = nullptr;
    std::string storage_;
};

// `aliases`: other names of columns and what they stand for; `needed`: columns that must all be there.
struct Table {
    std::string_view what;
    std::vector<std::pair<std::string_view, std::string_view>> aliases;
    std::vector<std::string_view> needed;
    std::vector<std::string_view> needed_one_of;
};

config::Result<CatalogueRow> open(CsvReader& reader, CsvRecord& record, const Table& table) {
    config::Result<CsvHeader> header = read_header(reader, record, lower_name);
    if (!header) return std::unexpected(header.error());
    const std::string& file = reader.source().name();
    std::vector<std::string>& names = header->names;
    // An alias only where the column itself is absent: a join may have both an id of its own and a cmid.
    for (const auto& [alias, name] : table.aliases) {
        if (std::ranges::find(names, name) != names.end()) continue;
        const auto found = std::ranges::find(names, alias);
        if (found != names.end()) *found = name;
    }
    for (auto at = names.begin(); at != names.end(); ++at)
        if (!at->empty() && std::find(names.begin(), at, *at) != at)
            return config::refuse(fmt::format("{}: the column {} stands twice", file, shown(*at)));
    CatalogueRow row(std::move(*header));
    for (const std::string_view name : table.needed)
        if (!row.has(name))
            return config::refuse(fmt::format("{}: {} need a column {}", file, table.what, name));
    const auto present = [&row](std::string_view name) { return row.has(name); };
    if (!table.needed_one_of.empty() && std::ranges::none_of(table.needed_one_of, present))
        return config::refuse(
            fmt::format("{}: {} need a column {}", file, table.what, fmt::join(table.needed_one_of, " or ")));
    return row;
}

// Reads the rows of one table; `fill` turns a row into an entry or says why not.
template <class T, class Fill>
config::Result<void> read_table(ByteSource& source, char delimiter, const Table& table,
                                const CatalogueTake<T>& take, const CatalogueReject& reject,
                                const CatalogueGoesOn& goes_on, const Fill& fill) {
    CsvReader reader(source, delimiter);
    CsvRecord record;
    config::Result<CatalogueRow> row = open(reader, record, table);
    if (!row) return std::unexpected(row.error());
    std::string reason;
    while ((!goes_on || goes_on()) && reader.next(record)) {
        T entry;
        if (row->take(record, reason) && fill(*row, entry, reason))
            take(entry, record.line);
        else
            reject(record.line, reason, record.raw);
    }
    return {};
}

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

void read_selections(CatalogueRow& row, archive::PersonRecord& person) {
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

bool fill_person(CatalogueRow& row, archive::PersonRecord& person, std::string& reason) {
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

bool fill_course(CatalogueRow& row, archive::CourseRecord& course, std::string& reason) {
    if (!row.id("id", course.course, reason)) return false;
    course.shortname = row.text("shortname");
    course.fullname = row.text("fullname");
    course.idnumber = row.text("idnumber");
    return true;
}

bool fill_activity(CatalogueRow& row, archive::ActivityRecord& activity, std::string& reason) {
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
    Table table{"people", {}, {"id", "username"}, {"firstname", "lastname"}};
    table.needed.insert(table.needed.end(), also_needed.begin(), also_needed.end());
    return read_table<archive::PersonRecord>(source, delimiter, table, take, reject, goes_on, fill_person);
}

config::Result<void> read_courses(ByteSource& source, char delimiter,
                                  const CatalogueTake<archive::CourseRecord>& take,
                                  const CatalogueReject& reject, const CatalogueGoesOn& goes_on) {
    static const Table kTable{"courses", {}, {"id", "shortname", "fullname"}, {}};
    return read_table<archive::CourseRecord>(source, delimiter, kTable, take, reject, goes_on, fill_course);
}

config::Result<void> read_activities(ByteSource& source, char delimiter,
                                     const CatalogueTake<archive::ActivityRecord>& take,
                                     const CatalogueReject& reject, const CatalogueGoesOn& goes_on) {
    static const Table kTable{
        "activities", {{"cmid", "id"}, {"courseid", "course"}}, {"id", "course", "modname"}, {}};
    return read_table<archive::ActivityRecord>(source, delimiter, kTable, take, reject, goes_on,
                                               fill_activity);
}

}  // namespace assidu::node::collect
