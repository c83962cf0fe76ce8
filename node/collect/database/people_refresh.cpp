#include "node/collect/database/people_refresh.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/limits.h"
#include "node/archive/collection.h"
#include "node/collect/kept_person.h"
#include "node/collect/text.h"

namespace assidu::node::collect::database {
namespace {

// A person is looked up again after this, though nothing but a page of theirs asks.
constexpr std::int64_t kStaleSeconds = 3'600;
// People of one statement.
constexpr std::size_t kUsersAtOnce = 500;
constexpr std::size_t kTextBytesMax = config::limits::kNameBytesMax * 4;

const std::vector<std::string> kUserColumns{"username", "idnumber",   "firstname",  "lastname",  "email",
                                            "institution", "department", "auth", "mnethostid", "suspended",
                                            "deleted"};

std::string text_of(const SqlRow& row, std::size_t column) {
    // Names are for people to read: what is no UTF-8 is read as the servers of old wrote it.
    std::string storage;
    return cleaned(decoded(row.bytes(column), storage), kTextBytesMax);
}

std::string places_for(std::size_t count) {
    std::string places;
    for (std::size_t i = 0; i < count; ++i)
        places += i == 0 ? "?" : ",?";
    return places;
}

}  // namespace

SqlResult<void> PeopleRefresh::prepare() {
    if (prepared_) return {};
    const config::StudentSelection& students = node_.settings().students;
    std::vector<TableNeed> needs{{"user", kUserColumns}, {"mnet_host", {"wwwroot"}, {}, true}};
    needs.front().columns.emplace_back("id");
    if (!students.cohort.empty()) {
        needs.push_back({"cohort", {"id", "name", "idnumber"}});
        needs.push_back({"cohort_members", {"cohortid", "userid"}});
    }
    if (!students.profile_field.empty()) {
        needs.push_back({"user_info_field", {"id", "shortname"}});
        needs.push_back({"user_info_data", {"userid", "fieldid", "data"}});
    }
    if (const auto probed = moodle_.probe(needs); !probed) return probed;
    if (moodle_.has_table("mnet_host")) {
        KeysetPage page{"mnet_host", {"wwwroot"}};
        for (bool more = true; more;) {
            const auto read = moodle_.page(page, [&](const SqlRow& row) {
                if (const auto id = row.whole(0)) mnet_hosts_[*id] = text_of(row, 1);
            });
            if (!read) return std::unexpected(read.error());
            page.after = read->last_key;
            more = read->more;
        }
    }
    prepared_ = true;
    return {};
}

SqlResult<bool> PeopleRefresh::refresh_people(std::span<const std::int64_t> users) {
    if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
    const std::int64_t now_s = node_.clock().now_utc_s();
    std::vector<std::int64_t> stale;
    for (const std::int64_t user : users) {
        if (user <= 0) continue;
        const auto known = looked_up_.find(user);
        // A clock that was set back makes nobody fresh for ever.
        if (known != looked_up_.end() && known->second <= now_s && now_s - known->second < kStaleSeconds)
            continue;
        stale.push_back(user);
    }
    std::ranges::sort(stale);
    stale.erase(std::ranges::unique(stale).begin(), stale.end());
    bool changed = false;
    for (std::size_t at = 0; at < stale.size(); at += kUsersAtOnce) {
        const auto some = std::span(stale).subspan(at, std::min(kUsersAtOnce, stale.size() - at));
        const auto people = read(some);
        if (!people) return std::unexpected(people.error());
        changed = put(*people) || changed;
        for (const std::int64_t user : some)
            looked_up_[user] = now_s;
    }
    return changed;
}

SqlResult<bool> PeopleRefresh::sweep() {
    if (const auto prepared = prepare(); !prepared) return std::unexpected(prepared.error());
    KeysetPage page{"user"};
    bool changed = false;
    for (bool more = true; more;) {
        std::vector<std::int64_t> users;
        const auto read = moodle_.page(page, [&](const SqlRow& row) {
            if (const auto id = row.whole(0)) users.push_back(*id);
        });
        if (!read) return std::unexpected(read.error());
        for (const std::int64_t user : users)
            looked_up_.erase(user);
        const auto refreshed = refresh_people(users);
        if (!refreshed) return refreshed;
        changed = *refreshed || changed;
        page.after = read->last_key;
        more = read->more;
    }
    return changed;
}

SqlResult<std::vector<archive::PersonRecord>> PeopleRefresh::read(std::span<const std::int64_t> users) {
    std::vector<archive::PersonRecord> people;
    std::string columns = "id";
    for (const std::string& column : kUserColumns)
        columns += ", " + column;
    const std::vector<SqlParameter> parameters(users.begin(), users.end());
    const auto done = moodle_.read(
        fmt::format("SELECT {} FROM {} WHERE id IN ({})", columns, moodle_.name_of("user"), places_for(users.size())),
        parameters, [&](const SqlRow& row) {
            const auto id = row.whole(0, 1);
            if (!id) return;
            archive::PersonRecord person;
            person.user_id = *id;
            std::string* const texts[] = {&person.username, &person.idnumber,    &person.firstname, &person.lastname,
                                          &person.email,    &person.institution, &person.department, &person.auth};
            std::size_t column = 1;
            for (std::string* text : texts)
                *text = text_of(row, column++);
            const auto host = mnet_hosts_.find(row.whole_or(column++, 0).value_or(0));
            if (host != mnet_hosts_.end()) person.mnet_host = host->second;
            person.suspended = row.whole_or(column++, 0).value_or(0) != 0;
            person.deleted = row.whole_or(column++, 0).value_or(0) != 0;
            people.push_back(std::move(person));
        });
    if (!done) return std::unexpected(done.error());
    if (people.empty()) return people;
    std::ranges::sort(people, {}, &archive::PersonRecord::user_id);
    if (!node_.settings().students.cohort.empty()) {
        if (const auto added = add_cohorts(people); !added) return std::unexpected(added.error());
    }
    if (!node_.settings().students.profile_field.empty()) {
        if (const auto added = add_profile_fields(people); !added) return std::unexpected(added.error());
    }
    return people;
}

namespace {

archive::PersonRecord* person_of(std::vector<archive::PersonRecord>& people, const SqlRow& row) {
    const auto id = row.whole(0);
    if (!id) return nullptr;
    const auto found = std::ranges::lower_bound(people, *id, {}, &archive::PersonRecord::user_id);
    return found != people.end() && found->user_id == *id ? &*found : nullptr;
}

std::vector<SqlParameter> ids_of(const std::vector<archive::PersonRecord>& people) {
    std::vector<SqlParameter> ids;
    for (const archive::PersonRecord& person : people)
        ids.emplace_back(person.user_id);
    return ids;
}

}  // namespace

SqlResult<void> PeopleRefresh::add_cohorts(std::vector<archive::PersonRecord>& people) {
    const auto done = moodle_.read(
        fmt::format("SELECT m.userid, c.name, c.idnumber FROM {} m JOIN {} c ON c.id = m.cohortid WHERE m.userid "
                    "IN ({})",
                    moodle_.name_of("cohort_members"), moodle_.name_of("cohort"), places_for(people.size())),
        ids_of(people), [&](const SqlRow& row) {
            archive::PersonRecord* const person = person_of(people, row);
            if (person == nullptr) return;
            for (const std::size_t column : {std::size_t{1}, std::size_t{2}}) {
                if (std::string cohort = text_of(row, column); !cohort.empty())
                    person->cohorts.push_back(std::move(cohort));
            }
        });
    if (!done) return std::unexpected(done.error());
    return {};
}

SqlResult<void> PeopleRefresh::add_profile_fields(std::vector<archive::PersonRecord>& people) {
    const auto done = moodle_.read(
        fmt::format("SELECT d.userid, f.shortname, d.data FROM {} d JOIN {} f ON f.id = d.fieldid WHERE d.userid IN "
                    "({})",
                    moodle_.name_of("user_info_data"), moodle_.name_of("user_info_field"), places_for(people.size())),
        ids_of(people), [&](const SqlRow& row) {
            if (archive::PersonRecord* const person = person_of(people, row); person != nullptr)
                person->profile_fields[lower_ascii(text_of(row, 1))] = text_of(row, 2);
        });
    if (!done) return std::unexpected(done.error());
    return {};
}

// First whose rows are to be looked for, then the catalogue that says so: a crash in between looks for rows
// that are judged as before, and forgets nobody.
bool PeopleRefresh::put(const std::vector<archive::PersonRecord>& people) {
    const std::string& source = node_.settings().source_name;
    archive::Collection& collection = node_.archive().collection();
    std::vector<archive::PersonRecord> kept;
    std::vector<std::int64_t> newly;
    std::optional<bool> passed_unknown;
    for (const archive::PersonRecord& person : people) {
        archive::PersonRecord record = kept_of(node_, person);
        const auto before = node_.catalogue().person(source, person.user_id);
        // Moodle takes the cohorts and the names of a deleted account away: who they were stays as it was.
        if (person.deleted && before && !before->of_others) {
            record = *before;
            record.deleted = true;
        }
        if (before && *before == record) continue;
        if (!record.of_others && (!before || before->of_others)) {
            if (!before && !passed_unknown)
                passed_unknown = collection.count(node_.source(), archive::Fate::unknown_person) > 0;
            if (before || *passed_unknown) newly.push_back(person.user_id);
        }
        kept.push_back(std::move(record));
    }
    if (kept.empty()) return false;
    collection.reclaim(node_.source(), newly);
    node_.catalogue().put(source, kept);
    return true;
}

}  // namespace assidu::node::collect::database
