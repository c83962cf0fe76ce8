#include "federation/statement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "config/canonical_json.h"
#include "config/digest.h"
#include "config/limits.h"
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

// Reads members of one object; every one must be asked for. The first thing wrong is kept, and everything
// reads as empty from then on: callers check once, at the end.
class Members {
  public:
    Members(const json& object, std::string place) : object_(object), place_(std::move(place)) {
        if (!object_.is_object()) fail("is not an object");
    }

    std::int64_t integer(const char* name) {
        const json* member = find(name);
        if (member == nullptr) return 0;
        if (member->is_number_integer() &&
            (!member->is_number_unsigned() || member->get<std::uint64_t>() <= INT64_MAX))
            return member->get<std::int64_t>();
        fail(fmt::format("{} is not an integer", name));
        return 0;
    }
    std::optional<std::int64_t> integer_or_null(const char* name) {
        const json* member = find(name);
        if (member == nullptr || member->is_null()) return std::nullopt;
        return integer(name);
    }
    std::string text(const char* name) {
        const json* member = find(name);
        if (member == nullptr) return {};
        if (member->is_string()) return member->get<std::string>();
        fail(fmt::format("{} is not a text", name));
        return {};
    }
    std::string digest(const char* name, bool may_be_empty = false) {
        std::string value = text(name);
        if (may_be_empty && value.empty()) return value;
        if (!config::is_sha256_hex(value)) fail(fmt::format("{} is not a digest", name));
        return value;
    }
    CivilDay day(const char* name) {
        const auto value = config::parse_iso_date(text(name));
        if (!value) fail(fmt::format("{} is not a day", name));
        return value.value_or(CivilDay{});
    }
    const json& array(const char* name) {
        static const json kNone = json::array();
        const json* member = find(name);
        if (member == nullptr) return kNone;
        if (member->is_array()) return *member;
        fail(fmt::format("{} is not a list", name));
        return kNone;
    }
    const json& object(const char* name) {
        static const json kNone = json::object();
        const json* member = find(name);
        return member == nullptr ? kNone : *member;
    }

    void fail(const std::string& what) {
        if (objection_.empty()) objection_ = place_ + ": " + what;
    }
    // What was wrong first, or a member that nobody asked for.
    [[nodiscard]] std::string finish() {
        if (!objection_.empty() || !object_.is_object()) return objection_;
        for (const auto& [name, value] : object_.items()) {
            if (!asked_.contains(name)) return fmt::format("{}: {} is not known", place_, name);
        }
        return {};
    }

  private:
    const json* find(const char* name) {
        asked_.insert(name);
        if (!object_.is_object()) return nullptr;
        const auto member = object_.find(name);
        if (member != object_.end()) return &*member;
        fail(fmt::format("{} is missing", name));
        return nullptr;
    }

    const json& object_;
    std::string place_, objection_;
    std::set<std::string, std::less<>> asked_;
};

// Canonical text of a value that we made: it cannot be refused.
std::string canonical(const json& value) {
    return config::canonical_json(value).value();
}

// A document that must be canonical: whoever signed other bytes of the same value signed something else.
Result<json> parse_canonical(std::string_view text, const char* what) {
    json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (value.is_discarded()) return refuse(fmt::format("{} is not JSON", what));
    const auto again = config::canonical_json(value);
    if (!again) return refuse(fmt::format("{}: {}", what, again.error().what));
    if (*again != text) return refuse(fmt::format("{} is not canonical JSON", what));
    return value;
}

json json_of(const std::optional<std::int64_t>& value) {
    return value ? json(*value) : json(nullptr);
}

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

// The key of a row of the statement's kind; refused if the row is none.
Result<std::string> key_of(const StatementHeader& header, const std::string& text,
                           std::map<CivilDay, std::int64_t>& days) {
    if (header.kind == StatementKind::roster) {
        const auto row = parse_roster_row(text);
        if (!row) return std::unexpected(row.error());
        return roster_row_key(*row);
    }
    const auto row = parse_daily_row(text);
    if (!row) return std::unexpected(row.error());
    ++days[row->day];
    return daily_row_key(*row);
}

bool is_total(std::int64_t value) {
    return value >= 0 && value <= config::limits::kRowTotalMax;
}

Result<void> check_rows(const Statement& statement) {
    const StatementHeader& header = statement.header;
    if (static_cast<std::int64_t>(statement.rows.size()) != header.rows)
        return refuse(
            fmt::format("{} rows stand under a header that says {}", statement.rows.size(), header.rows));
    if (root_of(statement.rows) != header.root)
        return refuse("the rows do not give the root that was signed");
    std::map<CivilDay, std::int64_t> days;
    std::string before;
    std::int64_t erased = 0;
    for (std::size_t i = 0; i < statement.rows.size(); ++i) {
        if (statement.rows[i].is_erased()) {
            ++erased;
            continue;
        }
        auto key = key_of(header, statement.rows[i].row, days);
        if (!key) return refuse(fmt::format("row {}: {}", i + 1, key.error().what));
        if (!before.empty() && !(before < *key))
            return refuse(fmt::format("row {}: not in the order of keys", i + 1));
        before = std::move(*key);
    }
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

config::Sha256Digest leaf_of(const SaltedRow& row) {
    if (!row.is_erased()) return merkle_leaf(row.salt + row.row);
    config::Sha256Digest leaf{};
    std::copy_n(row.row.begin(), std::min(row.row.size(), leaf.size()), leaf.begin());
    return leaf;
}

std::string Statement::digest() const {
    return config::hex(config::sha256(note));
}

std::string daily_row(const LedgerRow& row) {
    json activities = json::array();
    for (const ActivityShare& share : row.activities)
        activities.push_back({share.activity, share.measured_s, share.credited_s, share.events});
    return canonical({{"student", to_string(row.student)},
                      {"day", config::iso_date(row.day)},
                      {"course", row.course},
                      {"measured_s", row.measured_s},
                      {"credited_s", row.credited_s},
                      {"events", row.events},
                      {"first_utc_s", json_of(row.first_utc_s)},
                      {"last_utc_s", json_of(row.last_utc_s)},
                      {"activities", std::move(activities)}});
}

std::string daily_row_key(const LedgerRow& row) {
    // Courses as 20 digits, from -1 on: the order of the texts is the order of the numbers.
    return fmt::format("{}|{}|{:020}", to_string(row.student), config::iso_date(row.day), row.course + 1);
}

Result<LedgerRow> parse_daily_row(std::string_view text) {
    const auto object = parse_canonical(text, "the row");
    if (!object) return std::unexpected(object.error());
    Members members(*object, "the row");
    LedgerRow row;
    const auto student = parse_student_id(members.text("student"));
    if (!student) members.fail("student is not a pseudonym");
    row.student = student.value_or(StudentId{});
    row.day = members.day("day");
    row.course = members.integer("course");
    if (row.course < -1) members.fail("course is out of range");
    row.measured_s = members.integer("measured_s");
    row.credited_s = members.integer("credited_s");
    row.events = members.integer("events");
    row.first_utc_s = members.integer_or_null("first_utc_s");
    row.last_utc_s = members.integer_or_null("last_utc_s");
    std::int64_t inside_s = 0;
    for (const json& share : members.array("activities")) {
        const bool numbers = share.is_array() && share.size() == 4 &&
                             std::ranges::all_of(share, [](const json& n) { return n.is_number_integer(); });
        if (!numbers) {
            members.fail("an activity is not four integers");
            break;
        }
        row.activities.push_back({share[0], share[1], share[2], share[3]});
        const ActivityShare& last = row.activities.back();
        if (row.activities.size() > 1 && row.activities[row.activities.size() - 2].activity >= last.activity)
            members.fail("the activities are not ascending");
        if (!is_total(last.measured_s) || last.measured_s > row.measured_s || !is_total(last.events) ||
            !is_total(last.credited_s))
            members.fail("an activity has more than its row");
        inside_s += last.measured_s;
    }
    constexpr std::int64_t kLongestDay = 90'000;
    if (row.measured_s < 0 || row.measured_s > kLongestDay || !is_total(row.credited_s) ||
        !is_total(row.events))
        members.fail("a total is out of range");
    if (inside_s > row.measured_s) members.fail("the activities have more than their row");
    if (const std::string objection = members.finish(); !objection.empty()) return refuse(objection);
    return row;
}

std::string roster_row(const RosterRow& row) {
    json object = {{"what", row.what}, {"texts", row.texts}};
    if (row.what == "person") object["student"] = to_string(row.student);
    if (row.what != "person") object["course"] = row.course;
    if (row.what == "activity") object["activity"] = row.activity;
    return canonical(object);
}

std::string roster_row_key(const RosterRow& row) {
    if (row.what == "person") return "person|" + to_string(row.student);
    if (row.what == "course") return fmt::format("course|{:020}", row.course);
    return fmt::format("activity|{:020}", row.activity);
}

Result<RosterRow> parse_roster_row(std::string_view text) {
    const auto object = parse_canonical(text, "the row");
    if (!object) return std::unexpected(object.error());
    Members members(*object, "the row");
    RosterRow row;
    row.what = members.text("what");
    if (row.what != "person" && row.what != "course" && row.what != "activity")
        members.fail("what is not known");
    if (row.what == "person") {
        const auto student = parse_student_id(members.text("student"));
        if (!student) members.fail("student is not a pseudonym");
        row.student = student.value_or(StudentId{});
    } else {
        row.course = members.integer("course");
        if (row.course < 0) members.fail("course is out of range");
    }
    if (row.what == "activity") row.activity = members.integer("activity");
    if (row.activity < 0) members.fail("activity is out of range");
    const json& texts = members.object("texts");
    if (!texts.is_object()) members.fail("texts is not an object");
    for (const auto& [name, value] : texts.items()) {
        if (value.is_string())
            row.texts[name] = value.get<std::string>();
        else
            members.fail("texts holds what is no text");
    }
    if (const std::string objection = members.finish(); !objection.empty()) return refuse(objection);
    return row;
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
