// The catalogue: who the people of a Moodle are, and what its courses and activities are called. Identities
// stay in a file of their own, apart from events and totals, because they have a life of their own
// (retention, erasure).
//
// Every method may throw ResourceFailure naming the file. One object is for one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

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
    std::int64_t category = 0;  // as a file says it; kept by the evidence store, not here
};

struct ActivityRecord {
    std::int64_t activity = 0;  // course module id
    std::int64_t course = 0;
    std::string type, name, idnumber;
};

class Catalogue {
  public:
    Catalogue() = default;
    Catalogue(const Catalogue&) = delete;
    Catalogue& operator=(const Catalogue&) = delete;
    virtual ~Catalogue() = default;

    // Each call is one transaction, synced on return; a record replaces the one of the same id. A person whom
    // the source calls deleted keeps the identity they had before: Moodle scrambles it.
    virtual void put(const std::string& source, std::span<const PersonRecord> people) = 0;
    virtual void put(const std::string& source, std::span<const CourseRecord> courses) = 0;
    virtual void put(const std::string& source, std::span<const ActivityRecord> activities) = 0;

    [[nodiscard]] virtual std::optional<PersonRecord> person(const std::string& source,
                                                             std::int64_t user_id) const = 0;
    [[nodiscard]] virtual std::optional<CourseRecord> course(const std::string& source,
                                                             std::int64_t course) const = 0;
    [[nodiscard]] virtual std::optional<ActivityRecord> activity(const std::string& source,
                                                                 std::int64_t activity) const = 0;
    // Everybody, by user id; the record is valid during the call.
    virtual void people(const std::string& source,
                        const std::function<void(const PersonRecord&)>& visit) const = 0;
    [[nodiscard]] virtual std::int64_t count_people(const std::string& source) const = 0;
};

// SQLite; format in docs/formats/catalogue.md.
[[nodiscard]] std::unique_ptr<Catalogue> open_sqlite_catalogue(const std::filesystem::path& path);

}  // namespace assidu::node::archive
