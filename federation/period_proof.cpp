#include "federation/period_proof.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "federation/statement.h"
#include "rpc/base64.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using config::ResourceFailure;

constexpr std::size_t kDateBytes = 10;
constexpr std::size_t kStudentDigits = 32;

// Whose row it is and of which day, without reading all of it: members of canonical JSON have one order, the
// student's is the last, and nothing before "day" holds a text. The log keeps only rows that were read whole.
std::optional<std::pair<StudentId, CivilDay>> owner_of(std::string_view row) {
    constexpr std::string_view kDay = "\"day\":\"";
    constexpr std::string_view kStudent = "\"student\":\"";
    const std::size_t day = row.find(kDay);
    const std::size_t tail = kStudent.size() + kStudentDigits + 2;
    if (day == std::string_view::npos || row.size() < tail || !row.ends_with("\"}")) return std::nullopt;
    const std::string_view end = row.substr(row.size() - tail);
    if (!end.starts_with(kStudent)) return std::nullopt;
    const auto student = parse_student_id(end.substr(kStudent.size(), kStudentDigits));
    const auto date = config::parse_iso_date(row.substr(day + kDay.size(), kDateBytes));
    if (!student || !date) return std::nullopt;
    return std::pair(*student, *date);
}

// Where the salted rows of a statement begin: behind the empty line after its note.
std::size_t rows_begin(std::string_view bytes, std::int64_t number) {
    const std::size_t gap = bytes.find("\n\n");
    const std::size_t end = gap == std::string_view::npos ? gap : bytes.find("\n\n", gap + 2);
    if (end == std::string_view::npos)
        throw ResourceFailure(fmt::format("the ledger's statement {} is damaged", number));
    return end + 2;
}

struct SaltedLine {
    std::string salt;
    std::string_view row;
};
SaltedLine split(std::string_view line) {
    const std::size_t space = line.find(' ');
    auto salt = rpc::unbase64(line.substr(0, space));
    if (space == std::string_view::npos || !salt)
        throw ResourceFailure("a row of the ledger's statements is damaged");
    return {*std::move(salt), line.substr(space + 1)};
}

// What stands in the place of a row that was erased since: it is nobody's any more, and the tree still has
// it.
std::optional<Sha256Digest> erased_leaf(std::string_view line) {
    constexpr std::string_view kErased = "- ";
    if (!line.starts_with(kErased)) return std::nullopt;
    auto leaf = rpc::unbase64(line.substr(kErased.size()));
    if (!leaf || leaf->size() != Sha256Digest{}.size())
        throw ResourceFailure("a row of the ledger's statements is damaged");
    return leaf_of({"", *std::move(leaf)});
}

}  // namespace

config::Result<PeriodProof> PeriodProof::gather(const std::string& node, const std::string& scale_sha256,
                                                const Period& period, const StatementLog& log) {
    const auto stated = log.stated_days(node, scale_sha256);
    std::set<std::int64_t> numbers;
    for (const auto& [day, said] : stated) {
        if (day >= period.from && day <= period.to) numbers.insert(said.number);
    }
    if (numbers.empty())
        return config::refuse(fmt::format("no data: no statement of '{}' speaks of a day of {} to {}", node,
                                          config::iso_date(period.from), config::iso_date(period.to)));
    PeriodProof proof;
    const std::int64_t last = log.head(node).number;
    for (std::int64_t number = *numbers.begin(); number <= last; ++number) {
        auto kept = log.find(node, number);
        if (!kept) throw ResourceFailure(fmt::format("the ledger lacks statement {} of '{}'", number, node));
        const std::size_t begin = rows_begin(kept->bytes, number);
        proof.notes_.push_back({number, kept->bytes.substr(0, begin - 1)});
        if (!kept->receipt.empty()) proof.receipt_ = {number, kept->receipt};
        if (numbers.contains(number)) proof.add_rows(number, kept->bytes.substr(begin), period, stated);
    }
    return proof;
}

void PeriodProof::add_rows(std::int64_t number, std::string bytes, const Period& period,
                           const std::map<CivilDay, StatementLog::StatedDay>& stated) {
    std::vector<Sha256Digest> leaves;
    for (std::size_t begin = 0; begin < bytes.size();) {
        const std::size_t end = bytes.find('\n', begin);
        const std::string_view line =
            std::string_view(bytes).substr(begin, end == std::string::npos ? end : end - begin);
        if (const auto leaf = erased_leaf(line)) {
            leaves.push_back(*leaf);
            begin = end == std::string::npos ? bytes.size() : end + 1;
            continue;
        }
        SaltedLine salted = split(line);
        const auto owner = owner_of(salted.row);
        if (!owner || end == std::string::npos)
            throw ResourceFailure(fmt::format("a row of the ledger's statement {} is damaged", number));
        const auto said = stated.find(owner->second);
        const bool counts = owner->second >= period.from && owner->second <= period.to &&
                            said != stated.end() && said->second.number == number;
        if (counts)
            places_[owner->first].push_back({owner->second, sources_.size(), leaves.size(), begin, end});
        leaves.push_back(merkle_leaf(salted.salt.append(salted.row)));
        begin = end + 1;
    }
    sources_.push_back({number, std::move(bytes), MerkleTree(std::move(leaves))});
}

std::vector<ProvenRow> PeriodProof::rows_of(const StudentId& student) const {
    const auto found = places_.find(student);
    if (found == places_.end()) return {};
    std::vector<Place> places = found->second;
    // Inside a day they stand in the order of their statement, which is that of courses.
    std::ranges::stable_sort(places, {}, &Place::day);
    std::vector<ProvenRow> rows;
    rows.reserve(places.size());
    for (const Place& place : places) {
        const Source& source = sources_[place.source];
        const SaltedLine salted =
            split(std::string_view(source.bytes).substr(place.begin, place.end - place.begin));
        rows.push_back({source.number, place.index, salted.salt, std::string(salted.row),
                        source.tree.proof(place.index)});
    }
    return rows;
}

}  // namespace assidu::federation
