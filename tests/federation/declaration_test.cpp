#include "federation/declaration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/digest.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using ::testing::HasSubstr;

constexpr std::int64_t kNow = 1'772'700'000;  // 2026-03-05 09:40 in Paris
const config::CivilDay kMonday = config::parse_iso_date("2026-03-02").value();

StudentId student(std::uint8_t number) {
    StudentId id;
    id.bytes.fill(number);
    return id;
}

// A member and a hub, each with its own file; what would travel between them is handed over.
class Declaring : public ::testing::Test {
  protected:
    struct Side {
        explicit Side(const std::filesystem::path& path)
            : file(open_ledger_file(path)), ledger(sqlite_ledger(file)), log(file) {}
        std::shared_ptr<SQLite::Database> file;
        std::unique_ptr<Ledger> ledger;
        StatementLog log;
    };

    Declaring() { scale.sha256 = config::hex(config::sha256(scale.document)); }

    void put(Side& side, std::uint8_t number, std::vector<std::pair<CivilDay, std::int64_t>> days,
             CivilDay last) {
        StudentLedger totals{student(number), "moodle", {}, {}, {}};
        for (const auto& [day, seconds] : days)
            totals.rows.push_back({student(number),
                                   day,
                                   10,
                                   seconds,
                                   0,
                                   2,
                                   paris.begin_of(day) + 60,
                                   paris.begin_of(day) + 120,
                                   {{501, seconds, 0, 1}}});
        side.ledger->replace("lyon", scale, std::vector{totals},
                             {"engine 1", kNow, 5, paris.begin_of(last) + 40'000, 9});
    }
    std::int64_t declare(Side& side, std::int64_t now = kNow) {
        return declare_days({"lyon", scale, &paris, &key, now}, *side.ledger, side.log).value();
    }
    // The hub takes the member's statement of that number, and the member the receipt.
    ChainVerdict deliver(Side& member, Side& hub, std::int64_t number) {
        const auto kept = member.log.find("lyon", number).value();
        const Statement statement = read_statement(kept.bytes, key.verifying_key()).value();
        const ChainVerdict verdict = hub.log.judge(statement);
        if (verdict == ChainVerdict::next) hub.log.put_received(statement, "receipt");
        if (verdict == ChainVerdict::next || verdict == ChainVerdict::known)
            member.log.put_receipt("lyon", number, hub.log.find("lyon", number)->receipt);
        return verdict;
    }
    std::vector<LedgerRow> rows(const Side& side) const {
        std::vector<LedgerRow> found;
        side.ledger->rows({"lyon", scale.sha256, {CivilDay{INT32_MIN}, CivilDay{INT32_MAX}}, std::nullopt},
                          [&](const LedgerRow& row) { found.push_back(row); });
        return found;
    }

    tests::TemporaryFolder folder;
    ScaleIdentity scale{"sonate", 1, "", "{}"};
    config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    rpc::SigningKey key = rpc::SigningKey::generate();
};

TEST_F(Declaring, TheHubsRowsAreTheMembersRows) {
    Side member(folder / "m.sqlite"), hub(folder / "h.sqlite");
    put(member, 1, {{kMonday, 600}, {next(kMonday, 2), 60}}, next(kMonday, 2));
    put(member, 2, {{kMonday, 30}}, next(kMonday, 2));
    EXPECT_EQ(declare(member), 1);
    EXPECT_EQ(member.log.unreceipted("lyon"), std::vector<std::int64_t>{1});
    EXPECT_EQ(deliver(member, hub, 1), ChainVerdict::next);
    EXPECT_EQ(rows(hub), rows(member));
    EXPECT_TRUE(member.log.unreceipted("lyon").empty());
    const Statement statement = read_statement(hub.log.find("lyon", 1)->bytes, key.verifying_key()).value();
    ASSERT_EQ(statement.header.days.size(), 3U);
    EXPECT_EQ(statement.header.days[1].rows, 0) << "a day without a trace is declared as one";
    EXPECT_EQ(hub.ledger->freshness("lyon", scale.sha256), member.ledger->freshness("lyon", scale.sha256));
}

TEST_F(Declaring, NothingIsSaidTwiceAndALateRowSupersedesItsDayAlone) {
    Side member(folder / "m.sqlite"), hub(folder / "h.sqlite");
    put(member, 1, {{kMonday, 600}, {next(kMonday), 60}}, next(kMonday));
    EXPECT_EQ(declare(member), 1);
    EXPECT_EQ(declare(member), 0);
    deliver(member, hub, 1);
    put(member, 1, {{kMonday, 900}, {next(kMonday), 60}}, next(kMonday));
    EXPECT_EQ(declare(member), 1);
    EXPECT_EQ(deliver(member, hub, 2), ChainVerdict::next);
    EXPECT_EQ(rows(hub), rows(member));
    const Statement second = read_statement(hub.log.find("lyon", 2)->bytes, key.verifying_key()).value();
    EXPECT_EQ(second.header.days, (std::vector<StatementDay>{{kMonday, 1, 1, "other_totals"}}));
    EXPECT_EQ(second.header.previous, hub.log.find("lyon", 1)->digest);
    // A row that goes away is a day without it.
    put(member, 1, {{next(kMonday), 60}}, next(kMonday));
    declare(member);
    // The first day of all is no longer one with a row; what was said of it must not stand.
    EXPECT_EQ(deliver(member, hub, 3), ChainVerdict::next);
    EXPECT_EQ(rows(hub), rows(member));
    const Statement third = read_statement(hub.log.find("lyon", 3)->bytes, key.verifying_key()).value();
    EXPECT_EQ(third.header.days, (std::vector<StatementDay>{{kMonday, 0, 2, "fewer_events"}}));
    put(member, 1, {{kMonday, 60}, {next(kMonday), 60}}, next(kMonday));
    declare(member);
    EXPECT_EQ(read_kept_statement(member.log.find("lyon", 4)->bytes)->header.days[0].reason, "late_events");
}

TEST_F(Declaring, ADayIsDeclaredThreeHoursAfterItsMidnightAndNoLaterThanTheLastEvent) {
    Side member(folder / "m.sqlite");
    put(member, 1, {{kMonday, 600}}, next(kMonday));
    const std::int64_t closes = paris.end_of(kMonday) + kDayClosesAfter_s;
    EXPECT_EQ(declare(member, closes - 1), 0);
    EXPECT_EQ(declare(member, closes), 1);
    EXPECT_EQ(member.log.stated_days("lyon", scale.sha256).size(), 1U);
    EXPECT_EQ(declare(member, closes + 400 * 86'400), 1);
    EXPECT_EQ(member.log.stated_days("lyon", scale.sha256).size(), 2U)
        << "nobody knows of days after the last event";
}

TEST_F(Declaring, ADayOfASourceThatIsReadIsDeclaredOnceItWasReadBehindItsClosing) {
    Side member(folder / "m.sqlite");
    put(member, 1, {{kMonday, 600}}, kMonday);
    const CivilDay wednesday = next(kMonday, 2);
    const std::int64_t now = paris.end_of(wednesday) + 12 * 3600;
    const auto declared_when_read = [&](std::int64_t read_whole_utc_s) {
        EXPECT_TRUE(
            declare_days({"lyon", scale, &paris, &key, now, read_whole_utc_s}, *member.ledger, member.log));
        return member.log.stated_days("lyon", scale.sha256).size();
    };
    const auto closes = [&](CivilDay day) { return paris.end_of(day) + kDayClosesAfter_s; };
    EXPECT_EQ(declared_when_read(0), 0U) << "never read to its end";
    EXPECT_EQ(declared_when_read(closes(kMonday) - 1), 0U) << "the rest of Monday may be in the source still";
    EXPECT_EQ(declared_when_read(closes(kMonday)), 1U);
    EXPECT_EQ(declared_when_read(closes(wednesday) - 1), 2U)
        << "a Tuesday without activity is known to be one";
    EXPECT_EQ(declared_when_read(now + 400 * 86'400), 3U)
        << "a clock that was set back declares no day to come";
}

TEST_F(Declaring, AHubTakesOnlyTheNextNumberAndNamesWhatIsWrongWithOthers) {
    Side member(folder / "m.sqlite"), hub(folder / "h.sqlite"), twin(folder / "t.sqlite");
    put(member, 1, {{kMonday, 600}}, kMonday);
    declare(member);
    put(member, 1, {{kMonday, 700}}, kMonday);
    declare(member);
    EXPECT_EQ(deliver(member, hub, 2), ChainVerdict::ahead);
    EXPECT_EQ(deliver(member, hub, 1), ChainVerdict::next);
    EXPECT_EQ(deliver(member, hub, 1), ChainVerdict::known) << "a resend gets the same receipt";
    // Another history under the same key: a copy restored from a backup that went on by itself.
    put(twin, 1, {{kMonday, 5}}, kMonday);
    declare(twin);
    EXPECT_EQ(deliver(twin, hub, 1), ChainVerdict::fork);
    put(twin, 1, {{kMonday, 6}}, kMonday);
    declare(twin);
    EXPECT_EQ(deliver(twin, hub, 2), ChainVerdict::broken);
    EXPECT_EQ(hub.log.head("lyon").number, 1);
    EXPECT_EQ(rows(hub).front().measured_s, 600) << "and nothing changed";
}

TEST_F(Declaring, ManyRowsGoInSeveralStatements) {
    Side member(folder / "m.sqlite"), hub(folder / "h.sqlite");
    StudentLedger totals{student(1), "moodle", {}, {}, {}};
    for (std::int32_t day = 0; day < 3; ++day) {
        for (std::int64_t course = 0; course < 9'000; ++course)
            totals.rows.push_back({student(1), next(kMonday, day), course, 1, 0, 1, kNow, kNow, {}});
    }
    member.ledger->replace("lyon", scale, std::vector{totals},
                           {"engine 1", kNow, 5, paris.begin_of(next(kMonday, 2)), 9});
    EXPECT_EQ(declare(member), 2);
    EXPECT_EQ(deliver(member, hub, 1), ChainVerdict::next);
    EXPECT_EQ(deliver(member, hub, 2), ChainVerdict::next);
    EXPECT_EQ(rows(hub), rows(member));
}

// A course that a student works through in a day has many activities: rows of kilobytes, far fewer of which
// fill a statement.
TEST_F(Declaring, LongRowsGoInAsManyStatementsAsTheHubTakes) {
    Side member(folder / "member.sqlite"), hub(folder / "hub.sqlite");
    std::vector<StudentLedger> totals;
    constexpr int kStudents = 20, kDays = 60;
    for (int who = 0; who < kStudents; ++who) {
        StudentLedger& one =
            totals.emplace_back(StudentLedger{student(static_cast<std::uint8_t>(who)), "moodle", {}, {}, {}});
        for (int day = 0; day < kDays; ++day) {
            LedgerRow row{one.student, next(kMonday, day - kDays), 10, 80'000, 0, 900, {}, {}, {}};
            for (std::int64_t activity = 0; activity < 500; ++activity)
                row.activities.push_back({1'000'000 + activity, 100, 0, 1});
            one.rows.push_back(std::move(row));
        }
    }
    member.ledger->replace("lyon", scale, totals, {"engine 1", kNow, 5, paris.begin_of(kMonday) - 1, 9});
    const std::int64_t statements = declare(member);
    EXPECT_GT(statements, 1);
    for (std::int64_t number = 1; number <= statements; ++number)
        EXPECT_EQ(deliver(member, hub, number), ChainVerdict::next);
    EXPECT_EQ(rows(hub), rows(member));
    EXPECT_EQ(declare(member), 0);
}

TEST_F(Declaring, ARosterIsDeclaredWhenItChangesAndReplacesTheOneBefore) {
    Side member(folder / "m.sqlite"), hub(folder / "h.sqlite");
    const Declarant declarant{"lyon", scale, &paris, &key, kNow};
    const RosterRow person{"person", student(1), 0, 0, {{"lastname", "Roux"}}};
    const RosterRow course{"course", {}, 10, 0, {{"fullname", "Maths"}}};
    EXPECT_EQ(declare_roster(declarant, {person, course}, member.log).value(), 1);
    EXPECT_EQ(declare_roster(declarant, {course, person}, member.log).value(), 0);
    EXPECT_EQ(deliver(member, hub, 1), ChainVerdict::next);
    EXPECT_EQ(hub.log.roster("lyon").size(), 2U);
    EXPECT_EQ(declare_roster(declarant, {course}, member.log).value(), 1);
    EXPECT_EQ(deliver(member, hub, 2), ChainVerdict::next);
    EXPECT_EQ(hub.log.roster("lyon"), member.log.roster("lyon"));
    EXPECT_EQ(hub.log.roster("lyon").size(), 1U);
}

TEST_F(Declaring, ARowsSaltIsOfItsStudentAndStatement) {
    Side member(folder / "m.sqlite");
    put(member, 1, {{kMonday, 600}}, kMonday);
    put(member, 2, {{kMonday, 600}}, kMonday);
    declare(member);
    put(member, 1, {{kMonday, 601}}, kMonday);
    declare(member);
    const Statement first = read_statement(member.log.find("lyon", 1)->bytes, key.verifying_key()).value();
    const Statement second = read_statement(member.log.find("lyon", 2)->bytes, key.verifying_key()).value();
    EXPECT_NE(first.rows[0].salt, first.rows[1].salt);
    EXPECT_NE(first.rows[1].salt, second.rows[1].salt)
        << "the same row in another statement does not give itself away";
}

}  // namespace
}  // namespace assidu::federation
