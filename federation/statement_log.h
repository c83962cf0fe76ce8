// The statements that a node made and those it received, whole, beside the ledger rows they are about: one
// file, one transaction. Format: docs/formats/ledger.md.
//
// Every method may throw ResourceFailure naming the file. One object is for one thread at a time.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "config/digest.h"
#include "federation/handover.h"
#include "federation/incident_log.h"
#include "federation/prepared.h"
#include "federation/statement.h"
#include "rpc/secret.h"

namespace SQLite {
class Database;
}

namespace assidu::federation {

// A statement as it is kept.
struct KeptStatement {
    std::int64_t number = 0;
    std::string digest, bytes;
    std::string receipt;  // the hub's note; empty while there is none
};

// What the chain says of a statement that arrives.
enum class ChainVerdict {
    next,    // the next number, naming the head: to be taken
    known,   // kept already, the very same: to be receipted again
    fork,    // another statement of a number that is kept
    ahead,   // a number behind the next one: others are missing
    broken,  // the next number, naming another predecessor than the head
};
// "next", "known", "fork", "ahead", "broken_chain".
[[nodiscard]] std::string_view code_of(ChainVerdict verdict);

// A digest over the texts of a day's rows in key order: equal for equal rows.
class DayDigest {
  public:
    void add(std::string_view row) { stream_.update(row), stream_.update("\n"); }
    [[nodiscard]] std::string finish() { return config::hex(stream_.finish()); }

  private:
    config::Sha256Stream stream_;
};

class StatementLog {
  public:
    // Over the ledger's file (open_ledger_file()).
    explicit StatementLog(std::shared_ptr<SQLite::Database> file);

    [[nodiscard]] StatementHead head(const std::string& node) const;
    [[nodiscard]] std::optional<KeptStatement> find(const std::string& node, std::int64_t number) const;
    // The digest of a statement; empty if there is none of that number.
    [[nodiscard]] std::string digest_at(const std::string& node, std::int64_t number) const;
    // Statements without a receipt, ascending: the outbox.
    [[nodiscard]] std::vector<std::int64_t> unreceipted(const std::string& node) const;
    // The highest statement with a receipt; 0: none has one.
    [[nodiscard]] std::int64_t last_receipted(const std::string& node) const;

    [[nodiscard]] ChainVerdict judge(const Statement& statement) const;

    // Keeps a statement of our own, which judge() calls next, and what it said of its days. Throws
    // ResourceFailure where another process declared meanwhile: what was to be said may have been said.
    void put_own(const Statement& statement);
    // The same of a statement of our own that the hub kept, with the hub's receipt: what a backup did not
    // have. Nothing happens where judge() does not call it next any more: another process was faster.
    void put_back(const Statement& statement, const std::string& receipt);
    // Takes our own statements from a number on out of the chain, into a table of their own: the hub has
    // others of those numbers. What was last said of their days is what the ones before said.
    void set_aside(const std::string& node, std::int64_t from_number, std::int64_t now_utc_s);
    // Statements that were set aside, by number.
    [[nodiscard]] std::vector<KeptStatement> aside(const std::string& node) const;
    // Keeps a statement of a member, which judge() calls next, with the receipt for it; puts its rows in the
    // place of what the ledger had of its days (a roster: of the whole roster): all committed and synced on
    // return, or nothing. `bytes` are the statement's, as it was read, where they are at hand.
    void put_received(const Statement& statement, const std::string& receipt, std::string_view bytes = {});
    // Keeps the hub's receipt for one of our own.
    void put_receipt(const std::string& node, std::int64_t number, const std::string& receipt);

    // Where this file lay when the hub last said what it has of this node's statements, in words of the
    // caller's; empty: it never did. A file that lies elsewhere may be a copy from a backup: the hub is asked
    // before anything is issued.
    [[nodiscard]] std::string confirmed_place() const;
    void confirm_place(const std::string& place);

    // The file, for others who work on its connection.
    [[nodiscard]] const std::shared_ptr<SQLite::Database>& file() const { return database_; }

    // What happened to chains, in the same file.
    [[nodiscard]] IncidentLog incidents() const { return IncidentLog(database_); }

    // Keys that were handed over or revoked, in the same file.
    [[nodiscard]] HandoverLog handovers() const { return HandoverLog(database_); }

    // What was last said of each day under a scale: number of the statement, and the digest of the day's rows
    // (day_digest()).
    struct StatedDay {
        std::int64_t number = 0;
        std::string digest;
    };
    [[nodiscard]] std::map<config::CivilDay, StatedDay> stated_days(const std::string& node,
                                                                    const std::string& scale_sha256) const;

    // The secrets under which rows about these holders (students' pseudonyms; "" for courses and activities)
    // are salted, by holder; random, and made, all in one transaction, when they are first asked for.
    [[nodiscard]] std::map<std::string, rpc::Secret> row_secrets(const std::string& node,
                                                                 const std::set<std::string>& holders);

    // The rows of the last roster, by key.
    [[nodiscard]] std::map<std::string, std::string> roster(const std::string& node) const;

  private:
    void put(const Statement& statement, const std::string& receipt, std::string_view bytes = {});
    void put_said(const Statement& statement);
    void unsay(std::int64_t node, std::int64_t from_number);
    void put_days(std::int64_t node, const Statement& statement);
    void put_digest(std::int64_t node, std::int64_t scale, std::int64_t number, config::CivilDay day,
                    DayDigest& digest);
    void put_rows(std::int64_t node, std::int64_t scale, const Statement& statement);
    void forget_rows_by_student(std::int64_t node, std::int64_t scale, const Statement& statement);
    void put_roster(std::int64_t node, const Statement& statement);

    std::shared_ptr<SQLite::Database> database_;
    mutable Prepared sql_;
};

}  // namespace assidu::federation
