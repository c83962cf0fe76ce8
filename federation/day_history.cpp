#include "federation/day_history.h"

#include <fmt/format.h>

#include <algorithm>

#include "config/refusal.h"

namespace assidu::federation {
namespace {

// Nothing where the statement does not speak of the day.
std::optional<DayWord> word_of(const KeptStatement& kept, const StudentId& student, config::CivilDay day) {
    // Most speak of other days: their rows need not be read.
    if (kept.bytes.find(fmt::format("\"day\":\"{}\"", config::iso_date(day))) == std::string::npos)
        return std::nullopt;
    auto statement = read_kept_statement(kept.bytes);
    if (!statement)
        throw config::ResourceFailure(
            fmt::format("statement {} is damaged: {}", kept.number, statement.error().what));
    const StatementHeader& header = statement->header;
    const auto said = std::ranges::find(header.days, day, &StatementDay::day);
    if (said == header.days.end()) return std::nullopt;
    DayWord word{kept.number,      kept.digest,  header.issued_utc_s,
                 said->supersedes, said->reason, header.scale,
                 header.freshness, {},           0,
                 kept.receipt,     false};
    for (const SaltedRow& salted : statement->rows) {
        if (salted.is_erased()) {
            ++word.erased;
            continue;
        }
        LedgerRow row = parse_daily_row(salted.row).value();
        if (row.day == day && row.student == student) word.rows.push_back(std::move(row));
    }
    return word;
}

}  // namespace

std::vector<DayWord> day_history(const StatementLog& log, const std::string& node, const StudentId& student,
                                 config::CivilDay day) {
    std::vector<DayWord> words;
    const std::int64_t last = log.head(node).number;
    for (std::int64_t number = 1; number <= last; ++number) {
        const auto kept = log.find(node, number);
        auto word = kept ? word_of(*kept, student, day) : std::nullopt;
        if (word) words.push_back(*std::move(word));
    }
    for (const KeptStatement& kept : log.aside(node)) {
        auto word = word_of(kept, student, day);
        if (!word) continue;
        word->is_set_aside = true;
        words.push_back(*std::move(word));
    }
    return words;
}

}  // namespace assidu::federation
