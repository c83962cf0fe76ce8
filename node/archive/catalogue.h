// The catalogue: who the people of a Moodle are, what its courses and activities are called, and who was
// where. Identities stay in a file of their own, apart from events and totals, because they have a life of
// their own (retention, erasure).
//
// Everything has a history: what the source said, from when to when this node saw it said. What is deleted or
// renamed at the source keeps the names it had.
//
// Every method may throw ResourceFailure naming the file. One object is for one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "node/archive/side_tables.h"

namespace assidu::node::archive {

// A person as the source last said. Any text may be empty: not known.
struct PersonRecord {
    std::int64_t user_id = 0;
    std::string username, idnumber, firstname, lastname, email, institution, department, auth, mnet_host;
    bool suspended = false, deleted = false;
    std::vector<std::string> cohorts;
    std::map<std::string, std::string> profile_fields;
    // Somebody else's person: nothing of them is kept but that they are, and the keyed digest of their name,
    // by which a name that two people share is known to be shared.
    bool of_others = false;
    std::string name_tag;
    bool operator==(const PersonRecord&) const = default;
};

struct CourseRecord {
    std::int64_t course = 0;
    std::string fullname, shortname, idnumber;
    std::int64_t category = 0;                    // 0: not known
    std::int64_t start_utc_s = 0, end_utc_s = 0;  // as the source has them; 0: none
    bool operator==(const CourseRecord&) const = default;
};

struct ActivityRecord {
    std::int64_t activity = 0;  // course module id
    std::int64_t course = 0;
    std::string type, name, idnumber;
    std::int64_t section = 0;  // of course_sections; 0: not known
    bool operator==(const ActivityRecord&) const = default;
};

// What a source said, and when this node saw it said: [from, to), `to` nothing while it still says it.
template <class Record>
struct Held {
    Record record;
    std::int64_t from_utc_s = 0;  // 0: not known since when
    std::optional<std::int64_t> to_utc_s;
};

// Which interval of a history speaks for an instant: the one that held then; before the first, the first; in
// a time when there was none, the one before. Nothing of an empty history.
template <class Record>
[[nodiscard]] const Held<Record>* held_at(const std::vector<Held<Record>>& history, std::int64_t utc_s);

// The mark that grows when a reader of the source learns anything new of people.
inline constexpr const char* kPeopleGeneration = "people.generation";

class Catalogue {
  public:
    Catalogue() = default;
    Catalogue(const Catalogue&) = delete;
    Catalogue& operator=(const Catalogue&) = delete;
    virtual ~Catalogue() = default;

    // What the source said at `seen_utc_s`. Each call is one transaction, synced on return, that writes
    // nothing where nothing changed. With `all_of` the records are all that the source has in that range of
    // ids: what is missing is gone since then. A person whom the source calls deleted keeps the identity they
    // had: Moodle scrambles user name, e-mail and id number; of one whom it never named before those three
    // are left empty. The number of things that changed.
    virtual std::int64_t put(const std::string& source, std::span<const PersonRecord> people,
                             std::int64_t seen_utc_s, const std::optional<IdRange>& all_of = {}) = 0;
    virtual std::int64_t put(const std::string& source, std::span<const CourseRecord> courses,
                             std::int64_t seen_utc_s, const std::optional<IdRange>& all_of = {}) = 0;
    virtual std::int64_t put(const std::string& source, std::span<const ActivityRecord> activities,
                             std::int64_t seen_utc_s, const std::optional<IdRange>& all_of = {}) = 0;
    virtual std::int64_t put(const std::string& source, SideTable table, std::span<const HistoryRow> rows,
                             std::int64_t seen_utc_s, const std::optional<IdRange>& all_of = {}) = 0;

    // As last said, be it gone since.
    [[nodiscard]] virtual std::optional<PersonRecord> person(const std::string& source,
                                                             std::int64_t user_id) const = 0;
    [[nodiscard]] virtual std::optional<CourseRecord> course(const std::string& source,
                                                             std::int64_t course) const = 0;
    [[nodiscard]] virtual std::optional<ActivityRecord> activity(const std::string& source,
                                                                 std::int64_t activity) const = 0;
    // Everything that was ever said, the first first.
    [[nodiscard]] virtual std::vector<Held<PersonRecord>> person_history(const std::string& source,
                                                                         std::int64_t user_id) const = 0;
    [[nodiscard]] virtual std::vector<Held<CourseRecord>> course_history(const std::string& source,
                                                                         std::int64_t course) const = 0;
    [[nodiscard]] virtual std::vector<Held<ActivityRecord>> activity_history(const std::string& source,
                                                                             std::int64_t activity) const = 0;
    // A side table: all intervals, by id; of one person alone if `user_id` is given.
    virtual void rows(const std::string& source, SideTable table,
                      const std::function<void(const HeldRow&)>& visit,
                      std::optional<std::int64_t> user_id = {}) const = 0;

    // Everybody as last said, by user id; the record is valid during the call.
    virtual void people(const std::string& source,
                        const std::function<void(const PersonRecord&)>& visit) const = 0;
    // Every course as last said, by id; as above.
    virtual void courses(const std::string& source,
                         const std::function<void(const CourseRecord&)>& visit) const = 0;
    // Everything that was ever said of anybody: former user names are found here.
    virtual void people_ever(const std::string& source,
                             const std::function<void(const Held<PersonRecord>&)>& visit) const = 0;
    [[nodiscard]] virtual std::int64_t count_people(const std::string& source) const = 0;

    // Deletes everything of a person, and remembers by `tag`, a keyed digest that says nothing of them, that
    // they are not to be collected again. Nothing remains of the bytes after wipe_deleted().
    virtual void erase_person(const std::string& source, std::int64_t user_id, const std::string& tag,
                              std::int64_t now_utc_s) = 0;
    // The tags of everybody who was erased.
    [[nodiscard]] virtual std::set<std::string> erased_tags(const std::string& source) const = 0;
    // Deletes what is known of a person, who may come back.
    virtual void forget_person(const std::string& source, std::int64_t user_id) = 0;
    virtual void wipe_deleted() = 0;

    // Where a reader of the source is in it, such as the latest change of a table that it took in. Nothing:
    // it never was there.
    [[nodiscard]] virtual std::optional<std::int64_t> mark(const std::string& source,
                                                           const std::string& name) const = 0;
    virtual void set_mark(const std::string& source, const std::string& name, std::int64_t value) = 0;
};

// SQLite; format in docs/formats/catalogue.md.
[[nodiscard]] std::unique_ptr<Catalogue> open_sqlite_catalogue(const std::filesystem::path& path);

template <class Record>
const Held<Record>* held_at(const std::vector<Held<Record>>& history, std::int64_t utc_s) {
    const Held<Record>* speaks = nullptr;
    for (const Held<Record>& held : history) {
        if (speaks != nullptr && held.from_utc_s > utc_s) break;
        speaks = &held;
    }
    return speaks;
}

}  // namespace assidu::node::archive
