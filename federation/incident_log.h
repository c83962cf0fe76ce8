// What happened to a chain of statements that is not everyday: somebody was restored from a backup, or two
// statements have one number. In the ledger's file, kept for ever, shown by `assidu status`.
//
// Every method may throw ResourceFailure naming the file. One object is for one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace SQLite {
class Database;
}

namespace assidu::federation {

enum class IncidentKind {
    node_behind,  // the node lacked statements that its hub has, or announced fewer than before: restored
    hub_behind,   // the hub lacked statements for which the node has its receipts: restored
    fork,         // the node signed two statements of a number
};
// "node_behind", "hub_behind", "fork".
[[nodiscard]] std::string_view name_of(IncidentKind kind);

struct Incident {
    std::string node;  // whose statements
    IncidentKind kind = IncidentKind::fork;
    std::int64_t from_number = 0, to_number = 0;  // the statements it is about
    std::int64_t first_utc_s = 0, last_utc_s = 0;
    std::int64_t times = 1;  // that it was noticed: an exchange that breaks off notices it again
    bool operator==(const Incident&) const = default;
};

class IncidentLog {
  public:
    // Over the ledger's file (open_ledger_file()).
    explicit IncidentLog(std::shared_ptr<SQLite::Database> file);

    // Notes it; the same as the node's last one (of that kind, up to that number) if that is not long ago:
    // then the last one is noticed once more. Synced on return.
    void note(const std::string& node, IncidentKind kind, std::int64_t from_number, std::int64_t to_number,
              std::int64_t now_utc_s);
    // Oldest first.
    [[nodiscard]] std::vector<Incident> all() const;

  private:
    std::shared_ptr<SQLite::Database> database_;
};

}  // namespace assidu::federation
