#include "reports/verify/verify_rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "federation/merkle.h"

namespace assidu::reports {
namespace {

using config::CivilDay;
using config::refuse;
using config::Result;
using federation::LedgerRow;
using federation::ProvenRow;
using federation::StatementHeader;

bool has_last_word(const StatementHeader& statement, CivilDay day, const LastWords& words) {
    const auto word = words.find(day);
    return word != words.end() && word->second.number == statement.number;
}

federation::Sha256Digest root_of(const StatementHeader& statement) {
    federation::Sha256Digest root{};
    // The header was read: its root is 64 hexadecimal digits.
    const std::string bytes = config::unhex(statement.root).value();
    std::copy(bytes.begin(), bytes.end(), root.begin());
    return root;
}

Result<LedgerRow> proven_row(const ProvenRow& proven, const StatementHeader& statement,
                             const PackageManifest& manifest, const LastWords& words) {
    const std::string where = fmt::format("statement {}, row {}", statement.number, proven.index);
    if (!federation::merkle_proves(federation::merkle_leaf(proven.salt + proven.row), proven.index,
                                   static_cast<std::size_t>(statement.rows), proven.path, root_of(statement)))
        return refuse(where + ": the path does not lead to the root that was signed");
    auto row = federation::parse_daily_row(proven.row);
    if (!row) return refuse(fmt::format("{}: {}", where, row.error().what));
    if (row->student != manifest.student) return refuse(where + ": is another student's");
    if (!has_last_word(statement, row->day, words))
        return refuse(fmt::format("{}: {} is not of the period, or a later statement replaced it", where,
                                  config::iso_date(row->day)));
    return row;
}

// Rows of one student stand together in a tree, by day and course: between two of them there is nothing but
// rows of superseded days.
bool may_be_apart(const LedgerRow& one, const LedgerRow& other, const StatementHeader& statement,
                  const LastWords& words) {
    return std::ranges::any_of(statement.days, [&](const federation::StatementDay& day) {
        return one.day < day.day && day.day < other.day && !has_last_word(statement, day.day, words);
    });
}

}  // namespace

Result<std::vector<LedgerRow>> proven_rows(std::string_view lines, const StatementHeader& statement,
                                           const PackageManifest& manifest, const LastWords& words) {
    const auto proofs = read_proof_lines(lines, statement.number);
    if (!proofs) return std::unexpected(proofs.error());
    std::vector<LedgerRow> rows;
    for (std::size_t i = 0; i < proofs->size(); ++i) {
        auto row = proven_row((*proofs)[i], statement, manifest, words);
        if (!row) return std::unexpected(row.error());
        if (i > 0) {
            const std::uint64_t before = (*proofs)[i - 1].index, here = (*proofs)[i].index;
            const bool ascending =
                before < here && federation::daily_row_key(rows.back()) < federation::daily_row_key(*row);
            if (!ascending) return refuse(fmt::format("statement {}: rows out of order", statement.number));
            if (here != before + 1 && !may_be_apart(rows.back(), *row, statement, words))
                return refuse(fmt::format("statement {}: rows between {} and {} are left out",
                                          statement.number, before, here));
        }
        rows.push_back(*std::move(row));
    }
    return rows;
}

}  // namespace assidu::reports
