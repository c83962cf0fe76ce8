#include "federation/statement_row.h"

#include <gtest/gtest.h>

#include <cctype>
#include <nlohmann/json.hpp>
#include <string>

#include "config/canonical_json.h"
#include "tests/seed.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using nlohmann::json;
using tests::Dice;

LedgerRow random_row(Dice& dice) {
    LedgerRow row;
    for (auto& byte : row.student.bytes)
        byte = static_cast<std::uint8_t>(dice.roll(0, 255));
    row.day = CivilDay{static_cast<std::int32_t>(dice.roll(-30'000, 60'000))};
    row.course = dice.roll(-1, dice.one_in(3) ? (std::int64_t{1} << 53) - 1 : 40);
    row.measured_s = dice.roll(0, dice.one_in(2) ? 90'000 : 9);
    row.credited_s = dice.roll(0, 9'000);
    row.events = dice.roll(0, 500);
    if (!dice.one_in(4)) row.first_utc_s = dice.roll(-5, 1'800'000'000);
    if (!dice.one_in(4)) row.last_utc_s = dice.roll(0, 1'800'000'000);
    std::int64_t left_s = row.measured_s;
    for (std::int64_t i = 0, activity = dice.roll(-3, 5); i < dice.roll(0, 4);
         ++i, activity += dice.roll(1, 900)) {
        const std::int64_t measured_s = dice.roll(0, left_s);
        left_s -= measured_s;
        row.activities.push_back({activity, measured_s, dice.roll(0, 99), dice.roll(0, 99)});
    }
    return row;
}

// The text as the document's definition has it, by way of JSON.
std::string by_definition(const LedgerRow& row) {
    json activities = json::array();
    for (const ActivityShare& share : row.activities)
        activities.push_back({share.activity, share.measured_s, share.credited_s, share.events});
    const auto maybe = [](const std::optional<std::int64_t>& value) {
        return value ? json(*value) : json(nullptr);
    };
    return config::canonical_json({{"student", to_string(row.student)},
                                   {"day", config::iso_date(row.day)},
                                   {"course", row.course},
                                   {"measured_s", row.measured_s},
                                   {"credited_s", row.credited_s},
                                   {"events", row.events},
                                   {"first_utc_s", maybe(row.first_utc_s)},
                                   {"last_utc_s", maybe(row.last_utc_s)},
                                   {"activities", activities}})
        .value();
}

TEST(StatementRow, RandomOnesAreWrittenAsCanonicalJsonAndReadBack) {
    Dice dice(tests::test_seed());
    for (int i = 0; i < 3'000; ++i) {
        const LedgerRow row = random_row(dice);
        const std::string text = daily_row(row);
        ASSERT_EQ(text, by_definition(row));
        const auto again = parse_daily_row(text);
        ASSERT_TRUE(again) << text << ": " << again.error().what;
        ASSERT_EQ(*again, row);
    }
}

// One row has one text: whatever else is taken would be signed twice. (A pseudonym in capitals is refused
// where rows are in order: it is the same student.)
TEST(StatementRow, ATextThatIsChangedAnywhereIsAnotherRowOrNone) {
    Dice dice(tests::test_seed());
    for (int i = 0; i < 300; ++i) {
        std::string text = daily_row(random_row(dice));
        for (int changes = 0; changes < 30; ++changes) {
            std::string other = text;
            const auto at =
                static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(text.size()) - 1));
            const std::string_view likely = "0123456789-+.,:\"[]{} abefnul\\eE";
            const char with =
                likely[static_cast<std::size_t>(dice.roll(0, static_cast<std::int64_t>(likely.size()) - 1))];
            switch (dice.roll(0, 2)) {
                case 0:
                    other[at] = with;
                    break;
                case 1:
                    other.insert(at, 1, with);
                    break;
                default:
                    other.erase(at, 1);
            }
            const auto row = parse_daily_row(other);
            if (!row) continue;
            const bool has_capital = other.find_first_of("ABCDEF") != std::string::npos;
            ASSERT_TRUE(has_capital || daily_row(*row) == other) << other;
        }
    }
}

TEST(StatementRow, WhatNoRowSaysIsRefusedByName) {
    const std::string good =
        R"({"activities":[[5,10,0,1],[6,20,0,2]],"course":3,"credited_s":0,"day":"2026-03-20","events":3,)"
        R"("first_utc_s":null,"last_utc_s":7,"measured_s":30,"student":"00112233445566778899aabbccddeeff"})";
    ASSERT_TRUE(parse_daily_row(good)) << parse_daily_row(good).error().what;
    const auto changed = [&](std::string_view from, std::string_view to) {
        std::string text = good;
        text.replace(text.find(from), from.size(), to);
        const auto row = parse_daily_row(text);
        return row ? "taken: " + text : row.error().what;
    };
    EXPECT_EQ(changed("[6,20,0,2]", "[5,20,0,2]"), "the row: the activities are not ascending");
    EXPECT_EQ(changed("[6,20,0,2]", "[6,31,0,2]"), "the row: an activity has more than its row");
    EXPECT_EQ(changed("[6,20,0,2]", "[6,21,0,2]"), "the row: the activities have more than their row");
    EXPECT_EQ(changed("\"course\":3", "\"course\":-2"), "the row: course is out of range");
    EXPECT_EQ(changed("\"measured_s\":30", "\"measured_s\":90001"), "the row: a total is out of range");
    EXPECT_EQ(changed("2026-03-20", "2026-02-30"), "the row: day is not a day");
    EXPECT_EQ(changed("\"events\":3", "\"events\":03"), "the row is not JSON");
    EXPECT_EQ(changed("\"events\":3", "\"events\":-0"), "the row is not canonical JSON");
    EXPECT_EQ(changed("ff\"}", "ff\"} "), "the row is not canonical JSON");
    EXPECT_EQ(changed("ff\"}", "fg\"}"), "the row: student is not a pseudonym");
}

// Order is told by numbers; what is signed is ordered by texts.
TEST(StatementRow, TheOrderOfRowsIsThatOfTheirKeys) {
    Dice dice(tests::test_seed());
    for (int i = 0; i < 2'000; ++i) {
        LedgerRow a = random_row(dice), b = random_row(dice);
        if (dice.one_in(2)) b.student = a.student;
        if (dice.one_in(2)) b.day = a.day;
        if (dice.one_in(4)) b.course = a.course;
        ASSERT_EQ(is_before(a, b), daily_row_key(a) < daily_row_key(b))
            << daily_row_key(a) << ' ' << daily_row_key(b);
    }
}

}  // namespace
}  // namespace assidu::federation
