#include "node/archive/catalogue.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "federation/sqlite_store.h"
#include "node/archive/catalogue_schema.h"

namespace assidu::node::archive {
namespace {

using federation::in_transaction;
using federation::translating_errors;

constexpr std::string_view kMigrations[] = {kCatalogueVersion1, kCatalogueVersion2};
constexpr federation::StoreFormat kFormat{"catalogue", 0x41736331 /* "Asc1" */, kMigrations};

constexpr std::string_view kPersonColumns[] = {
    "username",  "idnumber",  "firstname", "lastname", "email",          "institution", "department", "auth",
    "mnet_host", "suspended", "deleted",   "cohorts",  "profile_fields", "of_others",   "name_tag"};
constexpr std::string_view kCourseColumns[] = {"fullname", "shortname",   "idnumber",
                                               "category", "start_utc_s", "end_utc_s"};
constexpr std::string_view kActivityColumns[] = {"course", "type", "name", "idnumber", "section"};
constexpr HistoryShape kPerson{"person", kPersonColumns};
constexpr HistoryShape kCourse{"course", kCourseColumns};
constexpr HistoryShape kActivity{"activity", kActivityColumns};

std::int64_t integer_of(const std::string& text) {
    std::int64_t value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

HistoryRow row_of(const PersonRecord& person) {
    return {person.user_id,
            {person.username, person.idnumber, person.firstname, person.lastname, person.email,
             person.institution, person.department, person.auth, person.mnet_host,
             person.suspended ? "1" : "0", person.deleted ? "1" : "0", nlohmann::json(person.cohorts).dump(),
             nlohmann::json(person.profile_fields).dump(), person.of_others ? "1" : "0", person.name_tag}};
}

void read_record(const HistoryRow& row, PersonRecord& person) {
    person.user_id = row.id;
    std::string* const texts[] = {&person.username,   &person.idnumber, &person.firstname,
                                  &person.lastname,   &person.email,    &person.institution,
                                  &person.department, &person.auth,     &person.mnet_host};
    std::size_t at = 0;
    for (std::string* text : texts)
        *text = row.values[at++];
    person.suspended = row.values[at++] != "0";
    person.deleted = row.values[at++] != "0";
    const auto cohorts = nlohmann::json::parse(row.values[at++], nullptr, false);
    if (cohorts.is_array()) {
        for (const auto& cohort : cohorts) {
            if (cohort.is_string()) person.cohorts.push_back(cohort.get<std::string>());
        }
    }
    const auto fields = nlohmann::json::parse(row.values[at++], nullptr, false);
    if (fields.is_object()) {
        for (const auto& [name, value] : fields.items()) {
            if (value.is_string()) person.profile_fields[name] = value.get<std::string>();
        }
    }
    person.of_others = row.values[at++] != "0";
    person.name_tag = row.values[at];
}

HistoryRow row_of(const CourseRecord& course) {
    return {course.course,
            {course.fullname, course.shortname, course.idnumber, std::to_string(course.category),
             std::to_string(course.start_utc_s), std::to_string(course.end_utc_s)}};
}

void read_record(const HistoryRow& row, CourseRecord& course) {
    course = {row.id,
              row.values[0],
              row.values[1],
              row.values[2],
              integer_of(row.values[3]),
              integer_of(row.values[4]),
              integer_of(row.values[5])};
}

HistoryRow row_of(const ActivityRecord& activity) {
    return {activity.activity,
            {std::to_string(activity.course), activity.type, activity.name, activity.idnumber,
             std::to_string(activity.section)}};
}

void read_record(const HistoryRow& row, ActivityRecord& activity) {
    activity = {row.id,        integer_of(row.values[0]), row.values[1], row.values[2],
                row.values[3], integer_of(row.values[4])};
}

template <class Record>
Held<Record> held_record(const HeldRow& row) {
    Held<Record> held{{}, row.from_utc_s, row.to_utc_s};
    read_record(row.row, held.record);
    return held;
}

class SqliteCatalogue final : public Catalogue {
  public:
    explicit SqliteCatalogue(const std::filesystem::path& path)
        : database_(federation::open_store(path, kFormat)) {}

    std::int64_t put(const std::string& source, std::span<const PersonRecord> people, std::int64_t seen_utc_s,
                     const std::optional<IdRange>& all_of) override {
        std::int64_t changes = 0;
        changing([&] {
            std::vector<HistoryRow> rows;
            rows.reserve(people.size());
            for (const PersonRecord& person : people)
                rows.push_back(row_of(person.deleted ? as_it_was(source, person) : person));
            changes = people_.put(source, rows, seen_utc_s, all_of);
        });
        return changes;
    }

    std::int64_t put(const std::string& source, std::span<const CourseRecord> courses,
                     std::int64_t seen_utc_s, const std::optional<IdRange>& all_of) override {
        return put_records(courses_, source, courses, seen_utc_s, all_of);
    }

    std::int64_t put(const std::string& source, std::span<const ActivityRecord> activities,
                     std::int64_t seen_utc_s, const std::optional<IdRange>& all_of) override {
        return put_records(activities_, source, activities, seen_utc_s, all_of);
    }

    std::int64_t put(const std::string& source, SideTable table, std::span<const HistoryRow> rows,
                     std::int64_t seen_utc_s, const std::optional<IdRange>& all_of) override {
        std::int64_t changes = 0;
        changing([&] { changes = side(table).put(source, rows, seen_utc_s, all_of); });
        return changes;
    }

    std::optional<PersonRecord> person(const std::string& source, std::int64_t user_id) const override {
        return latest<PersonRecord>(people_, source, user_id);
    }
    std::optional<CourseRecord> course(const std::string& source, std::int64_t course) const override {
        return latest<CourseRecord>(courses_, source, course);
    }
    std::optional<ActivityRecord> activity(const std::string& source, std::int64_t activity) const override {
        return latest<ActivityRecord>(activities_, source, activity);
    }
    std::vector<Held<PersonRecord>> person_history(const std::string& source,
                                                   std::int64_t user_id) const override {
        return history<PersonRecord>(people_, source, user_id);
    }
    std::vector<Held<CourseRecord>> course_history(const std::string& source,
                                                   std::int64_t course) const override {
        return history<CourseRecord>(courses_, source, course);
    }
    std::vector<Held<ActivityRecord>> activity_history(const std::string& source,
                                                       std::int64_t activity) const override {
        return history<ActivityRecord>(activities_, source, activity);
    }

    void rows(const std::string& source, SideTable table, const std::function<void(const HeldRow&)>& visit,
              std::optional<std::int64_t> user_id) const override {
        translating_errors(database_, [&] {
            if (user_id)
                side(table).visit(source, /*latest_only=*/false, visit, "user_id=?", *user_id);
            else
                side(table).visit(source, /*latest_only=*/false, visit);
        });
    }

    void people(const std::string& source,
                const std::function<void(const PersonRecord&)>& visit) const override {
        translating_errors(database_, [&] {
            people_.visit(source, /*latest_only=*/true,
                          [&](const HeldRow& row) { visit(held_record<PersonRecord>(row).record); });
        });
    }
    void courses(const std::string& source,
                 const std::function<void(const CourseRecord&)>& visit) const override {
        translating_errors(database_, [&] {
            courses_.visit(source, /*latest_only=*/true,
                           [&](const HeldRow& row) { visit(held_record<CourseRecord>(row).record); });
        });
    }
    void people_ever(const std::string& source,
                     const std::function<void(const Held<PersonRecord>&)>& visit) const override {
        translating_errors(database_, [&] {
            people_.visit(source, /*latest_only=*/false,
                          [&](const HeldRow& row) { visit(held_record<PersonRecord>(row)); });
        });
    }
    std::int64_t count_people(const std::string& source) const override {
        return translating_errors(database_, [&] {
            SQLite::Statement select(database_, "SELECT count(DISTINCT id) FROM person WHERE source=?");
            select.bind(1, source);
            select.executeStep();
            return select.getColumn(0).getInt64();
        });
    }

    void erase_person(const std::string& source, std::int64_t user_id, const std::string& tag,
                      std::int64_t now_utc_s) override {
        changing([&] {
            delete_person(source, user_id);
            SQLite::Statement insert(database_, "INSERT OR IGNORE INTO erased VALUES (?,?,?)");
            insert.bind(1, source);
            insert.bind(2, tag);
            insert.bind(3, now_utc_s);
            insert.exec();
        });
    }
    std::set<std::string> erased_tags(const std::string& source) const override {
        return translating_errors(database_, [&] {
            std::set<std::string> tags;
            SQLite::Statement select(database_, "SELECT tag FROM erased WHERE source=?");
            select.bind(1, source);
            while (select.executeStep())
                tags.insert(select.getColumn(0).getString());
            return tags;
        });
    }
    void forget_person(const std::string& source, std::int64_t user_id) override {
        changing([&] { delete_person(source, user_id); });
    }
    void wipe_deleted() override { federation::wipe_deleted(database_); }

    std::optional<std::int64_t> mark(const std::string& source, const std::string& name) const override {
        return translating_errors(database_, [&]() -> std::optional<std::int64_t> {
            SQLite::Statement select(database_, "SELECT value FROM mark WHERE source=? AND name=?");
            select.bind(1, source);
            select.bind(2, name);
            if (!select.executeStep()) return std::nullopt;
            return select.getColumn(0).getInt64();
        });
    }
    void set_mark(const std::string& source, const std::string& name, std::int64_t value) override {
        changing([&] {
            SQLite::Statement put(database_, "INSERT OR REPLACE INTO mark VALUES (?,?,?)");
            put.bind(1, source);
            put.bind(2, name);
            put.bind(3, value);
            put.exec();
        });
    }

  private:
    void changing(const std::function<void()>& work) {
        translating_errors(database_, [&] { in_transaction(database_, work); });
    }

    void delete_person(const std::string& source, std::int64_t user_id) {
        const auto erase = [&](std::string_view table, std::string_view column) {
            SQLite::Statement statement(database_,
                                        fmt::format("DELETE FROM {} WHERE source=? AND {}=?", table, column));
            statement.bind(1, source);
            statement.bind(2, user_id);
            statement.exec();
        };
        erase(kPerson.table, "id");
        for (const SideTable table : kSideTables) {
            if (is_about_people(table)) erase(shape_of(table).table, kUserColumn);
        }
    }

    [[nodiscard]] HistoryTable side(SideTable table) const { return {database_, shape_of(table)}; }

    template <class Record>
    std::int64_t put_records(HistoryTable& table, const std::string& source, std::span<const Record> records,
                             std::int64_t seen_utc_s, const std::optional<IdRange>& all_of) {
        std::vector<HistoryRow> rows;
        rows.reserve(records.size());
        for (const Record& record : records)
            rows.push_back(row_of(record));
        std::int64_t changes = 0;
        changing([&] { changes = table.put(source, rows, seen_utc_s, all_of); });
        return changes;
    }

    template <class Record>
    [[nodiscard]] std::optional<Record> latest(const HistoryTable& table, const std::string& source,
                                               std::int64_t id) const {
        return translating_errors(database_, [&]() -> std::optional<Record> {
            const auto row = table.latest(source, id);
            if (!row) return std::nullopt;
            return held_record<Record>(*row).record;
        });
    }

    template <class Record>
    [[nodiscard]] std::vector<Held<Record>> history(const HistoryTable& table, const std::string& source,
                                                    std::int64_t id) const {
        return translating_errors(database_, [&] {
            std::vector<Held<Record>> history;
            for (const HeldRow& row : table.history(source, id))
                history.push_back(held_record<Record>(row));
            return history;
        });
    }

    // A deleted person as the source last named them.
    [[nodiscard]] PersonRecord as_it_was(const std::string& source, const PersonRecord& deleted) const {
        PersonRecord person;
        if (const auto known = people_.latest(source, deleted.user_id)) {
            read_record(known->row, person);
        } else {
            person = deleted;
            person.username.clear();
            person.email.clear();
            person.idnumber.clear();
        }
        person.deleted = true;
        return person;
    }

    mutable SQLite::Database database_;
    HistoryTable people_{database_, kPerson}, courses_{database_, kCourse}, activities_{database_, kActivity};
};

}  // namespace

std::unique_ptr<Catalogue> open_sqlite_catalogue(const std::filesystem::path& path) {
    return std::make_unique<SqliteCatalogue>(path);
}

}  // namespace assidu::node::archive
