// What proves the rows of a node's students in a period: the notes of its statements without anybody's rows,
// and of each student the rows with their salts and Merkle paths. Read once from the log of statements, for
// as many students as are wanted; what packages (reports/package) are made of.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "federation/ledger.h"
#include "federation/merkle.h"
#include "federation/statement_log.h"

namespace assidu::federation {

// A row that a statement of the chain declares, with what leads from it to the statement's root.
struct ProvenRow {
    std::int64_t number = 0;  // of the statement
    std::uint64_t index = 0;  // of its leaf
    std::string salt, row;    // as the statement has them
    std::vector<Sha256Digest> path;
};

// Memory grows with the statements that last spoke of a day of the period. One object is for one thread at a
// time.
class PeriodProof {
  public:
    // From what the log has of the node under the scale. Refused: "no data" where no statement speaks of any
    // day of the period. Throws ResourceFailure where the kept bytes are no statements.
    [[nodiscard]] static config::Result<PeriodProof> gather(const std::string& node,
                                                            const std::string& scale_sha256,
                                                            const Period& period, const StatementLog& log);

    struct Note {
        std::int64_t number = 0;
        std::string note;
    };
    // From the lowest statement that still has the last word on a day of the period to the head, each; so
    // that a reader sees that none of them supersedes what is proven.
    [[nodiscard]] const std::vector<Note>& notes() const { return notes_; }
    // The hub's receipt for the last of the notes that has one, and its number; 0: none has.
    [[nodiscard]] const Note& receipt() const { return receipt_; }
    // The rows that the last word on each day of the period has of the student, by day and course.
    [[nodiscard]] std::vector<ProvenRow> rows_of(const StudentId& student) const;

  private:
    struct Source {
        std::int64_t number;
        std::string bytes;  // the salted rows of the statement
        MerkleTree tree;
    };
    struct Place {
        config::CivilDay day;
        std::size_t source;
        std::uint64_t index;
        std::size_t begin, end;  // of the line in the source's bytes
    };
    void add_rows(std::int64_t number, std::string bytes, const Period& period,
                  const std::map<config::CivilDay, StatementLog::StatedDay>& stated);

    std::vector<Note> notes_;
    Note receipt_;
    std::vector<Source> sources_;
    std::map<StudentId, std::vector<Place>> places_;
};

}  // namespace assidu::federation
