#include "federation/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "config/digest.h"
#include "config/limits.h"
#include "federation/canonical_members.h"
#include "federation/merkle.h"
#include "rpc/base64.h"
#include "rpc/signed_note.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using config::refuse;
using config::Result;
using nlohmann::json;

constexpr std::string_view kStatementTitle = "assidu.statement/1\n";
constexpr std::string_view kReceiptTitle = "assidu.receipt/1\n";
constexpr std::size_t kSaltBytes = 32;

std::string_view name_of(StatementKind kind) {
    return kind == StatementKind::daily ? "daily" : "roster";
}

json header_json(const StatementHeader& header) {
    json object = {{"kind", name_of(header.kind)},       {"node", header.node}, {"number", header.number},
                   {"previous", header.previous},        {"rows", header.rows}, {"root", header.root},
                   {"issued_utc_s", header.issued_utc_s}};
    if (header.kind != StatementKind::daily) return object;
    object["scale"] = {{"id", header.scale.id},
                       {"version", header.scale.version},
                       {"sha256", header.scale.sha256},
                       {"document", header.scale.document}};
    object["freshness"] = {{"engine", header.freshness.engine},
                           {"as_of_utc_s", header.freshness.as_of_utc_s},
                           {"archived_events", header.freshness.archived_events},
                           {"last_event_utc_s", json_of(header.freshness.last_event_utc_s)},
                           {"last_event_id", fmt::format("{}", header.freshness.last_event_id.value_or(0))}};
    object["days"] = json::array();
    for (const StatementDay& day : header.days) {
        json item = {{"day", config::iso_date(day.day)}, {"rows", day.rows}, {"supersedes", day.supersedes}};
        if (!day.reason.empty()) item["reason"] = day.reason;
        object["days"].push_back(std::move(item));
    }
    object["outages"] = json::array();
    for (const Outage& outage : header.outages)
        object["outages"].push_back(
            {{"from_utc_s", outage.from_utc_s}, {"to_utc_s", outage.to_utc_s}, {"cause", outage.cause}});
    return object;
}

// An id may be over 2^53 and stands as text.
std::int64_t decimal(Members& members, const char* name) {
    const std::string text = members.text(name);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size())
        members.fail(fmt::format("{} is not a decimal number", name));
    return value;
}

void read_scale(Members& members, ScaleIdentity& scale) {
    Members object(members.object("scale"), "scale");
    scale.id = object.text("id");
    scale.version = object.integer("version");
    scale.sha256 = object.digest("sha256");
    scale.document = object.text("document");
    if (config::hex(config::sha256(scale.document)) != scale.sha256)
        object.fail("document has another SHA-256");
    if (const std::string objection = object.finish(); !objection.empty()) members.fail(objection);
}

void read_freshness(Members& members, Freshness& freshness) {
    Members object(members.object("freshness"), "freshness");
    freshness.engine = object.text("engine");
    freshness.as_of_utc_s = object.integer("as_of_utc_s");
    freshness.archived_events = object.integer("archived_events");
    freshness.last_event_utc_s = object.integer_or_null("last_event_utc_s");
    if (const std::int64_t id = decimal(object, "last_event_id"); id != 0) freshness.last_event_id = id;
    if (const std::string objection = object.finish(); !objection.empty()) members.fail(objection);
}

bool is_reason(std::string_view text) {
    constexpr std::size_t kBytesMax = 32;
    return !text.empty() && text.size() <= kBytesMax &&
           std::ranges::all_of(text, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

void read_days(Members& members, StatementHeader& header) {
    std::int64_t rows = 0;
    for (const json& item : members.array("days")) {
        Members object(item, "days");
        StatementDay day{object.day("day"), object.integer("rows"), object.integer("supersedes"), {}};
        if (item.is_object() && item.contains("reason")) day.reason = object.text("reason");
        // Codes of later versions are taken; words that nobody could print are not.
        if (item.is_object() && item.contains("reason") && (day.supersedes == 0 || !is_reason(day.reason)))
            object.fail("reason is no code of why it supersedes");
        if (day.rows < 0 || day.rows > header.rows) object.fail("rows is out of range");
        if (day.supersedes < 0 || day.supersedes >= header.number)
            object.fail("supersedes is not an earlier statement");
        if (!header.days.empty() && !(header.days.back().day < day.day))
            object.fail("the days are not ascending");
        if (const std::string objection = object.finish(); !objection.empty()) return members.fail(objection);
        rows += day.rows;
        header.days.push_back(day);
    }
    if (rows != header.rows) members.fail("the days' rows are not the statement's");
}

void read_outages(Members& members, std::vector<Outage>& outages) {
    for (const json& item : members.array("outages")) {
        Members object(item, "outages");
        outages.push_back({object.integer("from_utc_s"), object.integer("to_utc_s"), object.text("cause")});
        if (const std::string objection = object.finish(); !objection.empty()) return members.fail(objection);
    }
}

Result<StatementHeader> parse_header(std::string_view text) {
    if (!text.starts_with(kStatementTitle)) return refuse("not an assidu.statement/1");
    text.remove_prefix(kStatementTitle.size());
    text.remove_suffix(1);
    const auto object = parse_canonical(text, "the header");
    if (!object) return std::unexpected(object.error());
    Members members(*object, "the header");
    StatementHeader header;
    const std::string kind = members.text("kind");
    if (kind != "daily" && kind != "roster") members.fail("kind is not known");
    header.kind = kind == "roster" ? StatementKind::roster : StatementKind::daily;
    header.node = members.text("node");
    header.number = members.integer("number");
    if (header.number < 1) members.fail("number is not from 1");
    header.previous = members.digest("previous", /*may_be_empty=*/header.number == 1);
    if (header.number == 1 && !header.previous.empty())
        members.fail("the first statement has none before it");
    header.issued_utc_s = members.integer("issued_utc_s");
    header.rows = members.integer("rows");
    if (header.rows < 0 || header.rows > static_cast<std::int64_t>(config::limits::kStatementRowsMax))
        members.fail(fmt::format("rows is not from 0 to {}", config::limits::kStatementRowsMax));
    header.root = members.digest("root");
    if (header.kind == StatementKind::daily) {
        read_scale(members, header.scale);
        read_freshness(members, header.freshness);
        read_days(members, header);
        read_outages(members, header.outages);
    }
    if (const std::string objection = members.finish(); !objection.empty()) return refuse(objection);
    return header;
}

// What stands in the place of an erased row's salt; before its leaf.
constexpr std::string_view kErasedMark = "-";

// A line of rows, without its line feed.
Result<SaltedRow> read_row(std::string_view line) {
    const std::size_t space = line.find(' ');
    if (space == std::string_view::npos) return refuse("no salt stands before it");
    const bool is_erased = line.substr(0, space) == kErasedMark;
    auto bytes = rpc::unbase64(is_erased ? line.substr(space + 1) : line.substr(0, space));
    if (!bytes || bytes->size() != kSaltBytes)
        return refuse(is_erased ? "it is erased, and no leaf stands in its place"
                                : "no salt stands before it");
    if (is_erased) return SaltedRow{{}, *std::move(bytes)};
    return SaltedRow{*std::move(bytes), std::string(line.substr(space + 1))};
}

// The statement's bytes with the rows erased whose text `erases` says so of; nothing if it says so of none.
std::optional<std::string> erase_rows(std::string_view bytes,
                                      const std::function<bool(std::string_view)>& erases) {
    const std::size_t note_end = bytes.find("\n\n", bytes.find("\n\n") + 2);
    if (note_end == std::string_view::npos) throw std::logic_error("a kept statement without rows");
    std::string kept(bytes.substr(0, note_end + 2));
    bool any = false;
    for (std::string_view rest = bytes.substr(note_end + 2); !rest.empty();) {
        const std::size_t end = rest.find('\n');
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        const auto row = read_row(line);
        if (row && !row->is_erased() && erases(row->row)) {
            const config::Sha256Digest leaf = leaf_of(*row);
            kept += fmt::format("{} {}\n", kErasedMark, rpc::base64(std::string(leaf.begin(), leaf.end())));
            any = true;
        } else {
            kept += fmt::format("{}\n", line);
        }
    }
    if (!any) return std::nullopt;
    return kept;
}

std::string root_of(const std::vector<SaltedRow>& rows) {
    std::vector<Sha256Digest> leaves;
    leaves.reserve(rows.size());
    for (const SaltedRow& row : rows)
        leaves.push_back(leaf_of(row));
    return config::hex(merkle_root(leaves));
}

// Holds the rows of a statement, one after the other, against their kind and order.
class RowOrder {
  public:
    explicit RowOrder(StatementKind kind) : kind_(kind) {}

    Result<void> take(std::string_view text) {
        if (kind_ == StatementKind::daily) {
            auto row = parse_daily_row(text);
            if (!row) return std::unexpected(row.error());
            if (last_ && !is_before(*last_, *row)) return refuse("not in the order of keys");
            ++days[row->day];
            last_ = *std::move(row);
            return {};
        }
        const auto row = parse_roster_row(text);
        if (!row) return std::unexpected(row.error());
        std::string key = roster_row_key(*row);
        if (!last_key_.empty() && !(last_key_ < key)) return refuse("not in the order of keys");
        last_key_ = std::move(key);
        return {};
    }

    std::map<CivilDay, std::int64_t> days;  // rows of each, so far

  private:
    StatementKind kind_;
    std::optional<LedgerRow> last_;
    std::string last_key_;
};

Result<void> check_rows(const Statement& statement) {
    const StatementHeader& header = statement.header;
    if (static_cast<std::int64_t>(statement.rows.size()) != header.rows)
        return refuse(
            fmt::format("{} rows stand under a header that says {}", statement.rows.size(), header.rows));
    if (root_of(statement.rows) != header.root)
        return refuse("the rows do not give the root that was signed");
    RowOrder order(header.kind);
    std::int64_t erased = 0;
    for (std::size_t i = 0; i < statement.rows.size(); ++i) {
        if (statement.rows[i].is_erased()) {
            ++erased;
            continue;
        }
        if (const auto taken = order.take(statement.rows[i].row); !taken)
            return refuse(fmt::format("row {}: {}", i + 1, taken.error().what));
    }
    auto& days = order.days;
    for (const StatementDay& day : header.days) {
        const auto found = days.find(day.day);
        // An erased row does not say of which day it was; all of them together are what the days lack.
        const std::int64_t missing = day.rows - (found == days.end() ? 0 : found->second);
        if (missing < 0 || missing > erased)
            return refuse(
                fmt::format("{}: another number of rows than the header says", config::iso_date(day.day)));
        erased -= missing;
        if (found != days.end()) days.erase(found);
    }
    if (header.kind == StatementKind::daily && erased > 0)
        return refuse("more rows are erased than the days lack");
    if (!days.empty())
        return refuse(fmt::format("{}: a row of a day that the header does not name",
                                  config::iso_date(days.begin()->first)));
    return {};
}

Result<StatementHeader> read_note_by(std::string_view bytes, const rpc::VerifyingKey* key) {
    const auto note = rpc::parse_note(bytes);
    if (!note) return std::unexpected(note.error());
    auto header = parse_header(note->text);
    if (!header) return std::unexpected(header.error());
    if (key != nullptr && !note->is_signed_by(header->node, *key))
        return refuse(fmt::format("the statement is not signed by the key of {}", header->node));
    return header;
}

// No key: the signature was judged before.
Result<Statement> read_statement_by(std::string_view bytes, const rpc::VerifyingKey* key) {
    if (bytes.size() > config::limits::kStatementBytesMax)
        return refuse(
            fmt::format("the statement is longer than {} bytes", config::limits::kStatementBytesMax));
    // The note holds one empty line, between its text and its signatures; the next one ends it.
    const std::size_t gap = bytes.find("\n\n");
    const std::size_t end = gap == std::string_view::npos ? gap : bytes.find("\n\n", gap + 2);
    if (end == std::string_view::npos) return refuse("the statement has no rows under its note");
    Statement statement;
    statement.note = bytes.substr(0, end + 1);
    auto header = read_note_by(statement.note, key);
    if (!header) return std::unexpected(header.error());
    statement.header = std::move(*header);
    for (std::string_view rest = bytes.substr(end + 2); !rest.empty();) {
        const std::size_t line_end = rest.find('\n');
        if (line_end == std::string_view::npos) return refuse("the last row has no end");
        const std::string_view line = rest.substr(0, line_end);
        rest.remove_prefix(line_end + 1);
        if (statement.rows.size() == config::limits::kStatementRowsMax)
            return refuse("the statement has too many rows");
        auto row = read_row(line);
        if (!row) return refuse(fmt::format("row {}: {}", statement.rows.size() + 1, row.error().what));
        statement.rows.push_back(*std::move(row));
    }
    if (auto checked = check_rows(statement); !checked) return std::unexpected(checked.error());
    return statement;
}

}  // namespace

bool StatementHeader::operator==(const StatementHeader& other) const {
    return header_json(*this) == header_json(other);
}

std::string Statement::digest() const {
    return config::hex(config::sha256(note));
}

Statement sign_statement(StatementHeader header, std::vector<SaltedRow> rows, const rpc::SigningKey& key) {
    header.rows = static_cast<std::int64_t>(rows.size());
    header.root = root_of(rows);
    const std::string text = fmt::format("{}{}\n", kStatementTitle, canonical(header_json(header)));
    Statement statement{std::move(header), {}, std::move(rows)};
    statement.note = rpc::sign_note(text, statement.header.node, key);
    return statement;
}

std::string encode_statement(const Statement& statement) {
    std::string bytes = statement.note + "\n";
    for (const SaltedRow& row : statement.rows)
        bytes += row.is_erased() ? fmt::format("{} {}\n", kErasedMark, rpc::base64(row.row))
                                 : fmt::format("{} {}\n", rpc::base64(row.salt), row.row);
    return bytes;
}

Result<StatementHeader> read_statement_note(std::string_view bytes, const rpc::VerifyingKey& key) {
    return read_note_by(bytes, &key);
}

std::optional<std::string> erase_rows_of(std::string_view bytes, const StudentId& student) {
    return erase_rows(bytes, [&](std::string_view text) {
        if (const auto row = parse_daily_row(text)) return row->student == student;
        const auto row = parse_roster_row(text);
        return row && row->what == "person" && row->student == student;
    });
}

std::optional<std::string> erase_rows_before(std::string_view bytes, CivilDay day) {
    return erase_rows(bytes, [&](std::string_view text) {
        const auto row = parse_daily_row(text);
        return row && row->day < day;
    });
}

Result<Statement> read_statement(std::string_view bytes, const rpc::VerifyingKey& key) {
    return read_statement_by(bytes, &key);
}

Result<Statement> read_kept_statement(std::string_view bytes) {
    return read_statement_by(bytes, nullptr);
}

std::string sign_receipt(const Receipt& receipt, const rpc::SigningKey& hub_key) {
    const json object = {{"hub", receipt.hub},
                         {"node", receipt.node},
                         {"number", receipt.number},
                         {"statement", receipt.statement},
                         {"received_utc_s", receipt.received_utc_s}};
    return rpc::sign_note(fmt::format("{}{}\n", kReceiptTitle, canonical(object)), receipt.hub, hub_key);
}

Result<Receipt> read_receipt(std::string_view bytes, const rpc::VerifyingKey& hub_key) {
    const auto note = rpc::parse_note(bytes);
    if (!note) return std::unexpected(note.error());
    if (!note->text.starts_with(kReceiptTitle)) return refuse("not an assidu.receipt/1");
    const std::string_view text =
        std::string_view(note->text)
            .substr(kReceiptTitle.size(), note->text.size() - kReceiptTitle.size() - 1);
    const auto object = parse_canonical(text, "the receipt");
    if (!object) return std::unexpected(object.error());
    Members members(*object, "the receipt");
    Receipt receipt;
    receipt.hub = members.text("hub");
    receipt.node = members.text("node");
    receipt.number = members.integer("number");
    receipt.statement = members.digest("statement");
    receipt.received_utc_s = members.integer("received_utc_s");
    if (const std::string objection = members.finish(); !objection.empty()) return refuse(objection);
    if (!note->is_signed_by(receipt.hub, hub_key))
        return refuse(fmt::format("the receipt is not signed by the key of {}", receipt.hub));
    return receipt;
}

}  // namespace assidu::federation
