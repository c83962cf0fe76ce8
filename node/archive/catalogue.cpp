#include "node/archive/catalogue.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <nlohmann/json.hpp>

#include "federation/sqlite_store.h"

namespace assidu::node::archive {
namespace {

using federation::in_transaction;
using federation::translating_errors;

constexpr std::string_view kVersion1 = R"sql(
CREATE TABLE person (source TEXT NOT NULL, user_id INTEGER NOT NULL, username TEXT NOT NULL, idnumber TEXT NOT NULL,
  firstname TEXT NOT NULL, lastname TEXT NOT NULL, email TEXT NOT NULL, institution TEXT NOT NULL, department TEXT NOT NULL,
  auth TEXT NOT NULL, mnet_host TEXT NOT NULL, suspended INTEGER NOT NULL, deleted INTEGER NOT NULL, cohorts TEXT NOT NULL,
  profile_fields TEXT NOT NULL, of_others INTEGER NOT NULL, name_tag TEXT NOT NULL, PRIMARY KEY (source, user_id)) WITHOUT ROWID;
CREATE TABLE course (source TEXT NOT NULL, course INTEGER NOT NULL, fullname TEXT NOT NULL, shortname TEXT NOT NULL,
  idnumber TEXT NOT NULL, PRIMARY KEY (source, course)) WITHOUT ROWID;
CREATE TABLE activity (source TEXT NOT NULL, activity INTEGER NOT NULL, course INTEGER NOT NULL, type TEXT NOT NULL,
  name TEXT NOT NULL, idnumber TEXT NOT NULL, PRIMARY KEY (source, activity)) WITHOUT ROWID;
)sql";
constexpr std::string_view kMigrations[] = {kVersion1};
constexpr federation::StoreFormat kFormat{"catalogue", 0x41736331 /* "Asc1" */, kMigrations};

constexpr const char* kPersonColumns =
    "user_id, username, idnumber, firstname, lastname, email, institution, department, auth, mnet_host, "
    "suspended, "
    "deleted, cohorts, profile_fields, of_others, name_tag";

PersonRecord person_of(SQLite::Statement& select) {
    PersonRecord person;
    person.user_id = select.getColumn(0).getInt64();
    std::string* const texts[] = {&person.username,   &person.idnumber, &person.firstname,
                                  &person.lastname,   &person.email,    &person.institution,
                                  &person.department, &person.auth,     &person.mnet_host};
    int column = 1;
    for (std::string* text : texts)
        *text = select.getColumn(column++).getString();
    person.suspended = select.getColumn(column++).getInt() != 0;
    person.deleted = select.getColumn(column++).getInt() != 0;
    const auto cohorts = nlohmann::json::parse(select.getColumn(column++).getString(), nullptr, false);
    if (cohorts.is_array()) {
        for (const auto& cohort : cohorts) {
            if (cohort.is_string()) person.cohorts.push_back(cohort.get<std::string>());
        }
    }
    const auto fields = nlohmann::json::parse(select.getColumn(column++).getString(), nullptr, false);
    if (fields.is_object()) {
        for (const auto& [name, value] : fields.items()) {
            if (value.is_string()) person.profile_fields[name] = value.get<std::string>();
        }
    }
    person.of_others = select.getColumn(column++).getInt() != 0;
    person.name_tag = select.getColumn(column++).getString();
    return person;
}

class SqliteCatalogue final : public Catalogue {
  public:
    explicit SqliteCatalogue(const std::filesystem::path& path)
        : database_(federation::open_store(path, kFormat)) {}

    void put(const std::string& source, std::span<const PersonRecord> people) override {
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                SQLite::Statement put(
                    database_, "INSERT OR REPLACE INTO person VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
                for (const PersonRecord& given : people) {
                    PersonRecord person = given;
                    if (given.deleted) {
                        if (auto known = find_person(source, given.user_id)) {
                            person = std::move(*known);
                            person.deleted = true;
                        }
                    }
                    put.bind(1, source);
                    put.bind(2, person.user_id);
                    int index = 3;
                    for (const std::string& text :
                         {person.username, person.idnumber, person.firstname, person.lastname, person.email,
                          person.institution, person.department, person.auth, person.mnet_host})
                        put.bind(index++, text);
                    put.bind(index++, person.suspended ? 1 : 0);
                    put.bind(index++, person.deleted ? 1 : 0);
                    put.bind(index++, nlohmann::json(person.cohorts).dump());
                    put.bind(index++, nlohmann::json(person.profile_fields).dump());
                    put.bind(index++, person.of_others ? 1 : 0);
                    put.bind(index++, person.name_tag);
                    put.exec();
                    put.reset();
                }
            });
        });
    }

    void put(const std::string& source, std::span<const CourseRecord> courses) override {
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                SQLite::Statement put(database_, "INSERT OR REPLACE INTO course VALUES (?,?,?,?,?)");
                for (const CourseRecord& course : courses) {
                    put.bind(1, source);
                    put.bind(2, course.course);
                    put.bind(3, course.fullname);
                    put.bind(4, course.shortname);
                    put.bind(5, course.idnumber);
                    put.exec();
                    put.reset();
                }
            });
        });
    }

    void put(const std::string& source, std::span<const ActivityRecord> activities) override {
        translating_errors(database_, [&] {
            in_transaction(database_, [&] {
                SQLite::Statement put(database_, "INSERT OR REPLACE INTO activity VALUES (?,?,?,?,?,?)");
                for (const ActivityRecord& activity : activities) {
                    put.bind(1, source);
                    put.bind(2, activity.activity);
                    put.bind(3, activity.course);
                    put.bind(4, activity.type);
                    put.bind(5, activity.name);
                    put.bind(6, activity.idnumber);
                    put.exec();
                    put.reset();
                }
            });
        });
    }

    std::optional<PersonRecord> person(const std::string& source, std::int64_t user_id) const override {
        return translating_errors(database_, [&] { return find_person(source, user_id); });
    }

    std::optional<CourseRecord> course(const std::string& source, std::int64_t course) const override {
        return translating_errors(database_, [&]() -> std::optional<CourseRecord> {
            SQLite::Statement select(
                database_, "SELECT fullname, shortname, idnumber FROM course WHERE source=? AND course=?");
            select.bind(1, source);
            select.bind(2, course);
            if (!select.executeStep()) return std::nullopt;
            return CourseRecord{course, select.getColumn(0).getString(), select.getColumn(1).getString(),
                                select.getColumn(2).getString()};
        });
    }

    std::optional<ActivityRecord> activity(const std::string& source, std::int64_t activity) const override {
        return translating_errors(database_, [&]() -> std::optional<ActivityRecord> {
            SQLite::Statement select(
                database_, "SELECT course, type, name, idnumber FROM activity WHERE source=? AND activity=?");
            select.bind(1, source);
            select.bind(2, activity);
            if (!select.executeStep()) return std::nullopt;
            return ActivityRecord{activity, select.getColumn(0).getInt64(), select.getColumn(1).getString(),
                                  select.getColumn(2).getString(), select.getColumn(3).getString()};
        });
    }

    void people(const std::string& source,
                const std::function<void(const PersonRecord&)>& visit) const override {
        translating_errors(database_, [&] {
            SQLite::Statement select(database_, std::string("SELECT ") + kPersonColumns +
                                                    " FROM person WHERE source=? ORDER BY user_id");
            select.bind(1, source);
            while (select.executeStep())
                visit(person_of(select));
        });
    }

    std::int64_t count_people(const std::string& source) const override {
        return translating_errors(database_, [&] {
            SQLite::Statement select(database_, "SELECT count(*) FROM person WHERE source=?");
            select.bind(1, source);
            select.executeStep();
            return select.getColumn(0).getInt64();
        });
    }

  private:
    std::optional<PersonRecord> find_person(const std::string& source, std::int64_t user_id) const {
        SQLite::Statement select(
            database_, std::string("SELECT ") + kPersonColumns + " FROM person WHERE source=? AND user_id=?");
        select.bind(1, source);
        select.bind(2, user_id);
        if (!select.executeStep()) return std::nullopt;
        return person_of(select);
    }

    SQLite::Database database_;
};

}  // namespace

std::unique_ptr<Catalogue> open_sqlite_catalogue(const std::filesystem::path& path) {
    return std::make_unique<SqliteCatalogue>(path);
}

}  // namespace assidu::node::archive
