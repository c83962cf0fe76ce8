#include "federation/statement_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "config/limits.h"
#include "federation/canonical_members.h"
#include "federation/merkle.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using config::refuse;
using config::Result;
using nlohmann::json;

// Of a day when clocks go back.
constexpr std::int64_t kLongestDay_s = 90'000;

bool is_total(std::int64_t value) {
    return value >= 0 && value <= config::limits::kRowTotalMax;
}

// What canonical_json() takes.
constexpr std::int64_t kJsonIntegerMax = (std::int64_t{1} << 53) - 1;

// Writes the one text that a row has as canonical JSON.
class RowWriter {
  public:
    RowWriter& text(std::string_view text) {
        row_ += text;
        return *this;
    }
    RowWriter& integer(std::int64_t value) {
        if (value < -kJsonIntegerMax || value > kJsonIntegerMax)
            throw std::logic_error("a row has a number that JSON has not");
        std::array<char, 20> digits;
        const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
        row_.append(digits.data(), end);
        return *this;
    }
    RowWriter& integer_or_null(const std::optional<std::int64_t>& value) {
        return value ? integer(*value) : text("null");
    }
    std::string finish() { return std::move(row_); }

  private:
    std::string row_ = R"({"activities":[)";
};

// Reads it: members in their order, no blanks, integers at their shortest.
// A hub reads millions of them. Nothing, where the text is any other or says what no row says.
class RowScanner {
  public:
    explicit RowScanner(std::string_view text) : rest_(text) {}

    std::optional<LedgerRow> row() {
        LedgerRow row;
        skip(R"({"activities":[)");
        std::int64_t inside_s = 0;
        while (is_good_ && !rest_.starts_with(']')) {
            if (!row.activities.empty()) skip(",");
            const ActivityShare share = activity();
            if (!row.activities.empty() && row.activities.back().activity >= share.activity)
                return std::nullopt;
            inside_s += share.measured_s;
            row.activities.push_back(share);
        }
        skip(R"(],"course":)");
        row.course = integer();
        skip(R"(,"credited_s":)");
        row.credited_s = integer();
        skip(R"(,"day":")");
        row.day = day();
        skip(R"(","events":)");
        row.events = integer();
        skip(R"(,"first_utc_s":)");
        row.first_utc_s = integer_or_null();
        skip(R"(,"last_utc_s":)");
        row.last_utc_s = integer_or_null();
        skip(R"(,"measured_s":)");
        row.measured_s = integer();
        skip(R"(,"student":")");
        row.student = student();
        skip(R"("})");
        const bool is_row = is_good_ && rest_.empty() && row.course >= -1 && row.measured_s >= 0 &&
                            row.measured_s <= kLongestDay_s && is_total(row.credited_s) &&
                            is_total(row.events) && inside_s <= row.measured_s &&
                            std::ranges::all_of(row.activities, [&](const ActivityShare& share) {
                                return share.measured_s <= row.measured_s;
                            });
        return is_row ? std::optional(std::move(row)) : std::nullopt;
    }

  private:
    void skip(std::string_view text) {
        is_good_ = is_good_ && rest_.starts_with(text);
        if (is_good_) rest_.remove_prefix(text.size());
    }
    std::string_view take(std::size_t size) {
        is_good_ = is_good_ && rest_.size() >= size;
        const std::string_view taken = is_good_ ? rest_.substr(0, size) : std::string_view();
        rest_.remove_prefix(taken.size());
        return taken;
    }
    std::int64_t integer() {
        std::int64_t value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
        const auto digits = rest_.substr(0, static_cast<std::size_t>(end - rest_.data()));
        const std::size_t sign = digits.starts_with('-') ? 1 : 0;
        const bool is_shortest = digits.size() == sign + 1 || (digits.size() > sign && digits[sign] != '0');
        is_good_ = is_good_ && error == std::errc() && is_shortest && digits != "-0" &&
                   value <= kJsonIntegerMax && value >= -kJsonIntegerMax;
        rest_.remove_prefix(digits.size());
        return value;
    }
    std::optional<std::int64_t> integer_or_null() {
        if (!rest_.starts_with('n')) return integer();
        skip("null");
        return std::nullopt;
    }
    ActivityShare activity() {
        ActivityShare share;
        skip("[");
        share.activity = integer();
        skip(",");
        share.measured_s = integer();
        skip(",");
        share.credited_s = integer();
        skip(",");
        share.events = integer();
        skip("]");
        is_good_ =
            is_good_ && is_total(share.measured_s) && is_total(share.credited_s) && is_total(share.events);
        return share;
    }
    CivilDay day() {
        const auto day = config::parse_iso_date(take(10));
        is_good_ = is_good_ && day.has_value();
        return day.value_or(CivilDay{});
    }
    StudentId student() {
        const auto value_of = [](char digit) {
            if (digit >= '0' && digit <= '9') return digit - '0';
            return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
        };
        StudentId student;
        const std::string_view digits = take(2 * student.bytes.size());
        for (std::size_t i = 0; i < digits.size(); i += 2) {
            const int high = value_of(digits[i]), low = value_of(digits[i + 1]);
            is_good_ = is_good_ && high >= 0 && low >= 0;
            student.bytes[i / 2] = static_cast<std::uint8_t>(high * 16 + low);
        }
        return student;
    }

    std::string_view rest_;
    bool is_good_ = true;
};

// Any row, to say what is wrong with it.
Result<LedgerRow> read_daily_row(std::string_view text) {
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
    if (row.measured_s < 0 || row.measured_s > kLongestDay_s || !is_total(row.credited_s) ||
        !is_total(row.events))
        members.fail("a total is out of range");
    if (inside_s > row.measured_s) members.fail("the activities have more than their row");
    if (const std::string objection = members.finish(); !objection.empty()) return refuse(objection);
    return row;
}

}  // namespace

config::Sha256Digest leaf_of(const SaltedRow& row) {
    if (!row.is_erased()) return merkle_leaf(row.salt, row.row);
    config::Sha256Digest leaf{};
    std::copy_n(row.row.begin(), std::min(row.row.size(), leaf.size()), leaf.begin());
    return leaf;
}

std::string daily_row(const LedgerRow& row) {
    RowWriter writer;
    for (const ActivityShare& share : row.activities) {
        writer.text(&share == row.activities.data() ? "[" : ",[").integer(share.activity);
        writer.text(",")
            .integer(share.measured_s)
            .text(",")
            .integer(share.credited_s)
            .text(",")
            .integer(share.events);
        writer.text("]");
    }
    writer.text(R"(],"course":)").integer(row.course);
    writer.text(R"(,"credited_s":)").integer(row.credited_s);
    writer.text(R"(,"day":")").text(config::iso_date(row.day)).text(R"(","events":)").integer(row.events);
    writer.text(R"(,"first_utc_s":)").integer_or_null(row.first_utc_s);
    writer.text(R"(,"last_utc_s":)").integer_or_null(row.last_utc_s);
    writer.text(R"(,"measured_s":)").integer(row.measured_s);
    return writer.text(R"(,"student":")").text(to_string(row.student)).text(R"("})").finish();
}

std::string daily_row_key(const LedgerRow& row) {
    // Courses as 20 digits, from -1 on: the order of the texts is the order of the numbers.
    return fmt::format("{}|{}|{:020}", to_string(row.student), config::iso_date(row.day), row.course + 1);
}

Result<LedgerRow> parse_daily_row(std::string_view text) {
    if (auto row = RowScanner(text).row()) return *std::move(row);
    return read_daily_row(text);
}

bool is_before(const LedgerRow& a, const LedgerRow& b) {
    return std::tie(a.student, a.day, a.course) < std::tie(b.student, b.day, b.course);
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

}  // namespace assidu::federation
