#include "federation/sqlite_ledger.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/refusal.h"
#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using config::ResourceFailure;
using tests::TemporaryFolder;

const ScaleIdentity kScale{"sonate", 1, std::string(64, 'a'), "{}"};
const ScaleIdentity kOtherScale{"other", 1, std::string(64, 'b'), "{}"};
const Freshness kFreshness{"engine 1", 1000, 3, 900, 17};

StudentId student(std::uint8_t number) {
    StudentId id;
    id.bytes.fill(number);
    return id;
}

StudentLedger totals(std::uint8_t number, std::int64_t seconds) {
    StudentLedger ledger{student(number), "moodle", {}, {}, {}};
    ledger.rows.push_back({student(number),
                           CivilDay{100},
                           10,
                           seconds,
                           5,
                           3,
                           8'640'000,
                           8'640'100,
                           {{501, seconds / 2, 5, 1}, {502, 1, 0, 1}}});
    ledger.rows.push_back({student(number), CivilDay{101}, 0, 60, 0, 0, std::nullopt, std::nullopt, {}});
    ledger.sessions.push_back({student(number), 8'640'000, 8'640'000 + seconds, 3, {0, 10}});
    ledger.sessions.push_back({student(number), 8'650'000, 8'650'000, 1, {0}});
    ledger.sessions.push_back({student(number), 8'650'000, 8'650'060, 1, {0}});
    ledger.dropped.push_back({student(number), CivilDay{100}, "origin", 4});
    return ledger;
}

struct Contents {
    std::vector<LedgerRow> rows;
    std::vector<SessionRow> sessions;
    bool operator==(const Contents&) const = default;
};

Contents read(const Ledger& ledger, const LedgerQuery& query) {
    Contents contents;
    ledger.rows(query, [&](const LedgerRow& row) { contents.rows.push_back(row); });
    ledger.sessions(query, INT64_MIN, INT64_MAX,
                    [&](const SessionRow& session) { contents.sessions.push_back(session); });
    return contents;
}

LedgerQuery everything(const ScaleIdentity& scale = kScale) {
    return {"lyon", scale.sha256, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt};
}

TEST(SqliteLedger, GivesBackExactlyWhatWasPutInAfterReopening) {
    const TemporaryFolder folder;
    const StudentLedger one = totals(1, 600);
    const StudentLedger two = totals(2, 700);
    open_sqlite_ledger(folder / "l.sqlite")->replace("lyon", kScale, std::vector{two, one}, kFreshness);
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    const Contents contents = read(*ledger, everything());
    EXPECT_EQ(contents.rows, (std::vector{one.rows[0], one.rows[1], two.rows[0], two.rows[1]}));
    EXPECT_EQ(contents.sessions, (std::vector{one.sessions[0], one.sessions[1], one.sessions[2],
                                              two.sessions[0], two.sessions[1], two.sessions[2]}));
    EXPECT_EQ(ledger->freshness("lyon", kScale.sha256), kFreshness);
    EXPECT_EQ(ledger->dropped(everything()), (std::map<std::string, std::int64_t>{{"origin", 8}}));
    EXPECT_EQ(ledger->students("lyon", kScale.sha256).size(), 2U);
}

TEST(SqliteLedger, ReplacingPutsNewTotalsInThePlaceOfTheOldAndLeavesOthersAlone) {
    const TemporaryFolder folder;
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    ledger->replace("lyon", kScale, std::vector{totals(1, 600), totals(2, 700)}, kFreshness);
    ledger->replace("lyon", kOtherScale, std::vector{totals(1, 1)}, kFreshness);
    ledger->replace("nantes", kScale, std::vector{totals(1, 2)}, kFreshness);
    StudentLedger less = totals(1, 50);
    less.rows.pop_back();
    ledger->replace("lyon", kScale, std::vector{less}, kFreshness);
    const Contents contents = read(*ledger, everything());
    ASSERT_EQ(contents.rows.size(), 3U);
    EXPECT_EQ(contents.rows[0].measured_s, 50);
    EXPECT_EQ(read(*ledger, everything(kOtherScale)).rows.size(), 2U);
}

TEST(SqliteLedger, TotalsFromADayOnLeaveWhatIsBeforeIt) {
    const TemporaryFolder folder;
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    StudentLedger before = totals(1, 600);
    before.dropped.push_back({student(1), CivilDay{101}, "action", 1});
    before.dropped.push_back({student(1), CivilDay{101}, "origin", 1});
    ledger->replace("lyon", kScale, std::vector{before, totals(2, 700)}, kFreshness);
    StudentLedger last{student(1), "moodle", {}, {}, {}};
    last.since = {CivilDay{101}, 8'650'000};
    last.rows.push_back({student(1), CivilDay{102}, 11, 5, 0, 1, 9'000'000, 9'000'000, {}});
    last.sessions.push_back({student(1), 8'650'000, 8'650'070, 1, {0}});
    last.dropped.push_back({student(1), CivilDay{101}, "origin", 2});
    ledger->replace("lyon", kScale, std::vector{last}, kFreshness);
    LedgerQuery query = everything();
    query.student = student(1);
    const Contents contents = read(*ledger, query);
    EXPECT_EQ(contents.rows, (std::vector{before.rows[0], last.rows[0]}));
    EXPECT_EQ(contents.sessions, (std::vector{before.sessions[0], last.sessions[0]}));
    EXPECT_EQ(ledger->dropped(query), (std::map<std::string, std::int64_t>{{"origin", 6}}));
    query.student = student(2);
    EXPECT_EQ(read(*ledger, query).rows, totals(2, 700).rows);
}

TEST(SqliteLedger, EqualLedgersHaveEqualDigestsWhateverTheWayTheyWereMade) {
    const TemporaryFolder folder;
    const auto a = open_sqlite_ledger(folder / "a.sqlite");
    const auto b = open_sqlite_ledger(folder / "b.sqlite");
    a->replace("lyon", kScale, std::vector{totals(1, 600), totals(2, 700)}, kFreshness);
    b->replace("lyon", kScale, std::vector{totals(2, 5)}, kFreshness);
    EXPECT_NE(a->digest("lyon", kScale.sha256), b->digest("lyon", kScale.sha256));
    b->replace("lyon", kScale, std::vector{totals(1, 600)}, kFreshness);
    b->replace("lyon", kScale, std::vector{totals(2, 700)}, kFreshness);
    EXPECT_EQ(a->digest("lyon", kScale.sha256), b->digest("lyon", kScale.sha256));
}

// A student's totals by chance, of few days and instants so that many stay the same from one to the next.
StudentLedger random_totals(std::uint8_t number, tests::Dice& dice) {
    StudentLedger ledger{student(number), "moodle", {}, {}, {}};
    for (std::int32_t day = 100; day < 104; ++day) {
        for (std::int64_t course = 10; course < 13; ++course) {
            if (dice.one_in(3)) continue;
            ledger.rows.push_back({student(number),
                                   CivilDay{day},
                                   course,
                                   dice.roll(0, 2),
                                   0,
                                   1,
                                   std::nullopt,
                                   std::nullopt,
                                   {}});
            if (dice.one_in(2)) ledger.rows.back().activities.push_back({501, dice.roll(0, 1), 0, 1});
        }
    }
    for (std::int64_t begin = 8'640'000; begin < 8'640'004; ++begin) {
        for (std::int64_t same = dice.roll(0, 2); same > 0; --same)
            ledger.sessions.push_back(
                {student(number), begin, begin + dice.roll(0, 1), 1, {dice.roll(10, 11)}});
    }
    if (dice.one_in(2)) ledger.dropped.push_back({student(number), CivilDay{100}, "origin", dice.roll(1, 2)});
    return ledger;
}

TEST(SqliteLedger, RandomReplacementsLeaveWhatALedgerMadeAtOnceHas) {
    tests::Dice dice(tests::test_seed());
    const TemporaryFolder folder;
    const auto worn = open_sqlite_ledger(folder / "worn.sqlite");
    for (int round = 0; round < 30; ++round) {
        const std::vector last{random_totals(1, dice), random_totals(2, dice)};
        worn->replace("lyon", kScale, last, kFreshness);
        const auto fresh = open_sqlite_ledger(folder / ("fresh" + std::to_string(round) + ".sqlite"));
        fresh->replace("lyon", kScale, last, kFreshness);
        ASSERT_EQ(worn->digest("lyon", kScale.sha256), fresh->digest("lyon", kScale.sha256)) << round;
    }
}

TEST(SqliteLedger, ADamagedRowIsReplacedByComputingAnew) {
    const TemporaryFolder folder;
    open_sqlite_ledger(folder / "l.sqlite")->replace("lyon", kScale, std::vector{totals(1, 600)}, kFreshness);
    SQLite::Database(folder / "l.sqlite", SQLite::OPEN_READWRITE)
        .exec("UPDATE ledger_row SET activities=x'ff'; UPDATE session SET courses=x'ff'");
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    ledger->replace("lyon", kScale, std::vector{totals(1, 600)}, kFreshness);
    EXPECT_EQ(read(*ledger, everything()).rows, totals(1, 600).rows);
}

TEST(SqliteLedger, APeriodHasBothItsEndsAndAStudentOnlyTheirOwn) {
    const TemporaryFolder folder;
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    ledger->replace("lyon", kScale, std::vector{totals(1, 600), totals(2, 700)}, kFreshness);
    LedgerQuery query = everything();
    query.period = {CivilDay{101}, CivilDay{101}};
    EXPECT_EQ(read(*ledger, query).rows.size(), 2U);
    query.period = {CivilDay{102}, CivilDay{200}};
    EXPECT_EQ(read(*ledger, query).rows.size(), 0U);
    query = everything();
    query.student = student(2);
    for (const LedgerRow& row : read(*ledger, query).rows)
        EXPECT_EQ(row.student, student(2));
    query.student = student(3);
    EXPECT_EQ(read(*ledger, query), Contents{});
}

TEST(SqliteLedger, ASessionTouchesASpanIfAnInstantOfItIsInside) {
    const TemporaryFolder folder;
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    StudentLedger one{
        student(1), "moodle", {}, {{student(1), 100, 200, 1, {0}}, {student(1), 300, 300, 1, {0}}}, {}};
    ledger->replace("lyon", kScale, std::vector{one}, kFreshness);
    const auto touching = [&](std::int64_t from, std::int64_t to) {
        int count = 0;
        ledger->sessions(everything(), from, to, [&](const SessionRow&) { ++count; });
        return count;
    };
    EXPECT_EQ(touching(199, 250), 1);
    EXPECT_EQ(touching(200, 250), 0);
    EXPECT_EQ(touching(0, 100), 0);
    EXPECT_EQ(touching(0, 101), 1);
    EXPECT_EQ(touching(300, 301), 1) << "an empty session is an instant";
    EXPECT_EQ(touching(301, 302), 0);
}

TEST(SqliteLedger, NothingEverComputedIsNotTheSameAsNothingFound) {
    const TemporaryFolder folder;
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    EXPECT_EQ(ledger->freshness("lyon", kScale.sha256), std::nullopt);
    ledger->replace("lyon", kScale, {}, kFreshness);
    EXPECT_EQ(ledger->freshness("lyon", kScale.sha256), kFreshness);
}

TEST(SqliteLedger, AnOutageIsFoundWhereItTouchesAndPutDownOnce) {
    const TemporaryFolder folder;
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    const Outage outage{100, 200, "purged before collection"};
    ledger->add_outage("lyon", outage);
    ledger->add_outage("lyon", outage);
    EXPECT_EQ(ledger->outages("lyon", 199, 300), std::vector{outage});
    EXPECT_TRUE(ledger->outages("lyon", 200, 300).empty());
    EXPECT_TRUE(ledger->outages("lyon", 0, 100).empty());
    EXPECT_TRUE(ledger->outages("nantes", 0, 300).empty());
}

TEST(SqliteLedger, ADamagedRowIsSaidToBeDamagedNeverReadAsData) {
    const TemporaryFolder folder;
    open_sqlite_ledger(folder / "l.sqlite")->replace("lyon", kScale, std::vector{totals(1, 600)}, kFreshness);
    SQLite::Database(folder / "l.sqlite", SQLite::OPEN_READWRITE)
        .exec("UPDATE ledger_row SET activities=x'05ff'");
    const auto ledger = open_sqlite_ledger(folder / "l.sqlite");
    EXPECT_THROW(read(*ledger, everything()), ResourceFailure);
}

TEST(StudentId, IsThirtyTwoHexadecimalDigits) {
    EXPECT_EQ(parse_student_id(to_string(student(0xab))), student(0xab));
    EXPECT_EQ(parse_student_id(std::string(31, '0')), std::nullopt);
    EXPECT_EQ(parse_student_id(std::string(34, '0')), std::nullopt);
    EXPECT_EQ(parse_student_id(std::string(32, 'z')), std::nullopt);
}

}  // namespace
}  // namespace assidu::federation
