// The dossiers of a node's students, in a file of their own: funders ask for them longer, or shorter, than
// events and names are kept. Students stand in it by pseudonym. What a dossier said before is kept: a report
// that was issued under it stays explicable. Format: docs/formats/dossiers.md.
//
// Every method may throw ResourceFailure naming the file. One object is for one thread; one process writes at
// a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "federation/dossier.h"
#include "federation/ledger.h"

namespace SQLite {
class Database;
}

namespace assidu::node::archive {

// Key: student, funder, number. A file of a funder may be about several students.
struct DossierRecord {
    federation::StudentId student;
    federation::Dossier dossier;
    bool operator==(const DossierRecord&) const = default;
};

// What a dossier said, and when: [from, to), `to` nothing while it still does.
struct HeldDossier {
    DossierRecord record;
    std::int64_t from_utc_s = 0;
    std::optional<std::int64_t> to_utc_s;
};

// That a report may be issued although the linter found something (reports/finding.h): for one student,
// period and finding as it was then.
struct FindingOverride {
    federation::StudentId student;
    federation::Period period;
    std::string code, digest;
    std::string reason, author;
    std::int64_t made_utc_s = 0;
};

// The file, opened or made: for the stores of staff that stand in it.
[[nodiscard]] std::unique_ptr<SQLite::Database> open_dossiers_file(const std::filesystem::path& path);

class DossierStore {
  public:
    // The file of a node's folder.
    [[nodiscard]] static std::filesystem::path path_in(const std::filesystem::path& folder) {
        return folder / "dossiers.sqlite";
    }
    explicit DossierStore(const std::filesystem::path& path);
    ~DossierStore();
    DossierStore(const DossierStore&) = delete;
    DossierStore& operator=(const DossierStore&) = delete;

    struct Changes {
        std::int64_t added = 0, changed = 0, unchanged = 0;
    };
    // Puts dossiers in the place of those of the same key: one transaction, synced on return. Saying the same
    // again writes nothing. `dry_run`: only counts.
    Changes put(const std::string& node, std::span<const DossierRecord> records, std::int64_t now_utc_s,
                bool dry_run = false);
    // Ends a dossier that should not be there; false if there is none of that key.
    bool withdraw(const std::string& node, const federation::StudentId& student, const std::string& funder,
                  const std::string& number, std::int64_t now_utc_s);

    // As they are, by funder, number and student.
    [[nodiscard]] std::vector<DossierRecord> all(const std::string& node) const;
    // A student's, by begin, funder and number.
    [[nodiscard]] std::vector<federation::Dossier> of(const std::string& node,
                                                      const federation::StudentId& student) const;
    // Everything that was ever said of a student.
    [[nodiscard]] std::vector<HeldDossier> history(const std::string& node,
                                                   const federation::StudentId& student) const;

    // An override of the same key takes the place of the one before. Whoever calls it audits it.
    void put(const std::string& node, const FindingOverride& override_of);
    [[nodiscard]] std::vector<FindingOverride> overrides(const std::string& node,
                                                         const federation::StudentId& student,
                                                         const federation::Period& period) const;

    // Deletes everything of a student, and lets nothing of it remain in the file.
    std::int64_t erase(const std::string& node, const federation::StudentId& student);

  private:
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace assidu::node::archive
