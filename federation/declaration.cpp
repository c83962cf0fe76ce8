#include "federation/declaration.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "config/limits.h"
#include "rpc/signed_note.h"

namespace assidu::federation {
namespace {

using config::CivilDay;

constexpr Period kAlways{CivilDay{INT32_MIN}, CivilDay{INT32_MAX}};

// A row with what its salt is derived for.
struct Declared {
    std::string holder, key, row;
};

std::vector<SaltedRow> salted(const std::vector<Declared>& declared, const StatementHeader& header,
                              StatementLog& log) {
    std::set<std::string> holders;
    for (const Declared& one : declared)
        holders.insert(one.holder);
    const auto secrets = log.row_secrets(header.node, holders);
    std::vector<SaltedRow> rows;
    rows.reserve(declared.size());
    for (const Declared& one : declared) {
        const auto tag =
            rpc::hmac_sha256(secrets.at(one.holder), fmt::format("{}|{}", header.number, one.key));
        rows.push_back({std::string(tag.begin(), tag.end()), one.row});
    }
    return rows;
}

StatementHeader next_header(const Declarant& declarant, const StatementLog& log, StatementKind kind) {
    const StatementHead head = log.head(declarant.node);
    StatementHeader header;
    header.kind = kind;
    header.node = declarant.node;
    header.number = head.number + 1;
    header.previous = head.digest;
    header.issued_utc_s = declarant.now_utc_s;
    return header;
}

// What a row takes of a statement's bytes beside its text: the salt, a space, a line feed.
constexpr std::size_t kBesideRowBytes = 46;
// What is left for rows beside the longest note.
constexpr std::size_t kRowBytesMax = config::limits::kStatementBytesMax - rpc::kNoteBytesMax - 1;

struct Day {
    std::int64_t rows = 0, events = 0;
    std::size_t bytes = 0;
    DayDigest digest;
};

// The last day of which everything is known that will ever be, late rows aside.
CivilDay last_known_day(const Declarant& declarant, std::int64_t last_event_utc_s) {
    if (!declarant.read_whole_utc_s) return declarant.calendar->day_of(last_event_utc_s);
    return declarant.calendar->day_of(std::min(*declarant.read_whole_utc_s, declarant.now_utc_s));
}

// Every closed day from the first with a row, now or when it was declared, to the last that is known, with
// what the ledger says of it.
std::map<CivilDay, Day> closed_days(const Declarant& declarant, const Ledger& ledger,
                                    const Freshness& freshness,
                                    const std::map<CivilDay, StatementLog::StatedDay>& stated) {
    std::map<CivilDay, Day> days;
    ledger.rows({declarant.node, declarant.scale.sha256, kAlways, std::nullopt}, [&](const LedgerRow& row) {
        Day& day = days[row.day];
        const std::string text = daily_row(row);
        ++day.rows;
        day.events += row.events;
        day.bytes += text.size() + kBesideRowBytes;
        day.digest.add(text);
    });
    // A day that was declared with rows and has none any more is declared again.
    for (const auto& [day, said] : stated)
        days[day];
    if (days.empty() || !freshness.last_event_utc_s) return {};
    const CivilDay first = days.begin()->first;
    const CivilDay last = last_known_day(declarant, *freshness.last_event_utc_s);
    const std::int64_t known_utc_s =
        std::min(declarant.now_utc_s, declarant.read_whole_utc_s.value_or(declarant.now_utc_s));
    for (CivilDay day = first; day <= last; day = next(day))
        days[day];
    std::erase_if(days, [&](const auto& day) {
        return day.first > last || declarant.calendar->end_of(day.first) + kDayClosesAfter_s > known_utc_s;
    });
    return days;
}

// The events that earlier statements said of days; each statement is read once.
class SaidBefore {
  public:
    explicit SaidBefore(const StatementLog& log, std::string node) : log_(log), node_(std::move(node)) {}

    // Why a day is declared again.
    std::string reason(CivilDay day, std::int64_t supersedes, std::int64_t events) {
        if (supersedes == 0) return {};
        const auto [entry, is_new] = said_.try_emplace(supersedes);
        Said& said = entry->second;
        if (is_new) read(supersedes, said);
        const std::int64_t before = said.events[day];
        if (events > before) return "late_events";
        // Rows that were erased there had events that nobody knows any more.
        return events < before || said.has_erased ? "fewer_events" : "other_totals";
    }

  private:
    struct Said {
        std::map<CivilDay, std::int64_t> events;
        bool has_erased = false;
    };
    void read(std::int64_t number, Said& said) const {
        const auto kept = log_.find(node_, number);
        const auto statement = kept ? read_kept_statement(kept->bytes) : config::refuse("it is gone");
        if (!statement) return;
        for (const SaltedRow& salted : statement->rows) {
            said.has_erased = said.has_erased || salted.is_erased();
            if (salted.is_erased()) continue;
            const LedgerRow row = parse_daily_row(salted.row).value();
            said.events[row.day] += row.events;
        }
    }

    const StatementLog& log_;
    std::string node_;
    std::map<std::int64_t, Said> said_;  // by statement
};

void declare(const Declarant& declarant, const Ledger& ledger, StatementLog& log, const Freshness& freshness,
             const std::vector<StatementDay>& days) {
    StatementHeader header = next_header(declarant, log, StatementKind::daily);
    header.scale = declarant.scale;
    header.freshness = freshness;
    header.days = days;
    header.outages = ledger.outages(declarant.node, declarant.calendar->begin_of(days.front().day),
                                    declarant.calendar->end_of(days.back().day));
    std::vector<Declared> rows;
    const Period period{days.front().day, days.back().day};
    ledger.rows({declarant.node, declarant.scale.sha256, period, std::nullopt}, [&](const LedgerRow& row) {
        if (std::ranges::binary_search(days, row.day, {}, &StatementDay::day))
            rows.push_back({to_string(row.student), daily_row_key(row), daily_row(row)});
    });
    auto with_salt = salted(rows, header, log);
    log.put_own(sign_statement(std::move(header), std::move(with_salt), *declarant.key));
}

}  // namespace

config::Result<std::int64_t> declare_days(const Declarant& declarant, const Ledger& ledger,
                                          StatementLog& log) {
    const auto freshness = ledger.freshness(declarant.node, declarant.scale.sha256);
    if (!freshness) return 0;
    const auto stated = log.stated_days(declarant.node, declarant.scale.sha256);
    std::int64_t statements = 0, rows = 0;
    std::size_t bytes = 0;
    std::vector<StatementDay> days;
    SaidBefore said(log, declarant.node);
    const auto flush = [&] {
        if (days.empty()) return;
        declare(declarant, ledger, log, *freshness, days);
        ++statements;
        rows = 0;
        bytes = 0;
        days.clear();
    };
    for (auto& [day, found] : closed_days(declarant, ledger, *freshness, stated)) {
        const auto before = stated.find(day);
        if (before != stated.end() && before->second.digest == found.digest.finish()) continue;
        constexpr auto kMax = static_cast<std::int64_t>(config::limits::kStatementRowsMax);
        if (found.rows > kMax)
            return config::refuse(fmt::format("{}: {} ledger rows, and a statement holds {}",
                                              config::iso_date(day), found.rows, kMax));
        if (found.bytes > kRowBytesMax)
            return config::refuse(fmt::format("{}: {} bytes of ledger rows, and a statement holds {}",
                                              config::iso_date(day), found.bytes, kRowBytesMax));
        if (rows + found.rows > kMax || bytes + found.bytes > kRowBytesMax) flush();
        const std::int64_t supersedes = before == stated.end() ? 0 : before->second.number;
        days.push_back({day, found.rows, supersedes, said.reason(day, supersedes, found.events)});
        rows += found.rows;
        bytes += found.bytes;
    }
    flush();
    return statements;
}

config::Result<std::int64_t> declare_roster(const Declarant& declarant, const std::vector<RosterRow>& given,
                                            StatementLog& log) {
    std::map<std::string, std::string> rows, holders;
    for (const RosterRow& row : given) {
        rows[roster_row_key(row)] = roster_row(row);
        holders[roster_row_key(row)] = row.what == "person" ? to_string(row.student) : "";
    }
    if (rows == log.roster(declarant.node)) return 0;
    if (rows.size() > config::limits::kStatementRowsMax)
        return config::refuse(fmt::format("the roster has {} rows, and a statement holds {}", rows.size(),
                                          config::limits::kStatementRowsMax));
    std::size_t bytes = 0;
    for (const auto& [key, row] : rows)
        bytes += row.size() + kBesideRowBytes;
    if (bytes > kRowBytesMax)
        return config::refuse(
            fmt::format("the roster has {} bytes of rows, and a statement holds {}", bytes, kRowBytesMax));
    StatementHeader header = next_header(declarant, log, StatementKind::roster);
    std::vector<Declared> declared;
    for (const auto& [key, row] : rows)
        declared.push_back({holders.at(key), key, row});
    auto with_salt = salted(declared, header, log);
    log.put_own(sign_statement(std::move(header), std::move(with_salt), *declarant.key));
    return 1;
}

}  // namespace assidu::federation
