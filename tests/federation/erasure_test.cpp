#include "federation/erasure.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/digest.h"
#include "federation/declaration.h"
#include "federation/ledger_tables.h"
#include "federation/merkle.h"
#include "federation/sqlite_ledger.h"
#include "federation/sqlite_store.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::int64_t kNow = 1'772'700'000;  // 2026-03-05 09:40 in Paris
const CivilDay kMonday = config::parse_iso_date("2026-03-02").value();
constexpr Period kAlways{CivilDay{INT32_MIN}, CivilDay{INT32_MAX}};

StudentId student(std::uint8_t number) {
    StudentId id;
    id.bytes.fill(number);
    return id;
}

class Erasing : public ::testing::Test {
  protected:
    Erasing() { scale.sha256 = config::hex(config::sha256(scale.document)); }

    // Ten minutes and a session on each of the days.
    StudentLedger totals(std::uint8_t number, const std::vector<CivilDay>& days) const {
        StudentLedger totals{student(number), "moodle", {}, {}, {}};
        for (const CivilDay day : days) {
            const std::int64_t begin_s = paris.begin_of(day) + 36'000;
            totals.rows.push_back({student(number), day, 10, 600, 0, 2, begin_s, begin_s + 600, {}});
            totals.sessions.push_back({student(number), begin_s, begin_s + 600, 2, {10}});
        }
        return totals;
    }
    void put(const std::vector<StudentLedger>& students) {
        ledger->replace("lyon", scale, students,
                        {"engine 1", kNow, 5, paris.begin_of(next(kMonday)) + 40'000, 9});
    }
    std::int64_t declare() { return declare_days({"lyon", scale, &paris, &key, kNow}, *ledger, log).value(); }
    std::vector<CivilDay> days_of(std::uint8_t number) const {
        std::vector<CivilDay> days;
        ledger->rows({"lyon", scale.sha256, kAlways, student(number)},
                     [&](const LedgerRow& row) { days.push_back(row.day); });
        return days;
    }
    Statement statement(std::int64_t number) const {
        return read_statement(log.find("lyon", number)->bytes, key.verifying_key()).value();
    }

    tests::TemporaryFolder folder;
    ScaleIdentity scale{"sonate", 1, "", "{}"};
    config::CivilCalendar paris = config::CivilCalendar::of("Europe/Paris").value();
    rpc::SigningKey key = rpc::SigningKey::generate();
    std::shared_ptr<SQLite::Database> file = open_ledger_file(folder / "ledger.sqlite");
    std::unique_ptr<Ledger> ledger = sqlite_ledger(file);
    StatementLog log{file};
};

TEST_F(Erasing, AStudentsRowsBecomeLeavesAndTheProofsOfOthersHold) {
    put({totals(1, {kMonday}), totals(2, {kMonday, next(kMonday)}), totals(3, {kMonday})});
    ASSERT_EQ(declare(), 1);
    const Statement before = statement(1);
    const ErasedFromLedger erased = erase_student(*file, "lyon", student(2));
    EXPECT_EQ(erased, (ErasedFromLedger{2, 2, 1, 0}));

    const Statement after = statement(1);  // signature and root still hold: it is read
    EXPECT_EQ(after.note, before.note);
    std::vector<Sha256Digest> leaves;
    std::size_t left = 0;
    for (std::size_t i = 0; i < after.rows.size(); ++i) {
        EXPECT_EQ(leaf_of(after.rows[i]), leaf_of(before.rows[i]));
        leaves.push_back(leaf_of(after.rows[i]));
        if (!after.rows[i].is_erased()) ++left;
    }
    EXPECT_EQ(left, 2U);
    for (std::size_t i = 0; i < after.rows.size(); ++i) {
        if (after.rows[i].is_erased()) continue;
        EXPECT_TRUE(merkle_proves(leaf_of(before.rows[i]), i, leaves.size(), merkle_proof(leaves, i),
                                  merkle_root(leaves)));
    }
    EXPECT_EQ(config::hex(merkle_root(leaves)), before.header.root);
    EXPECT_TRUE(days_of(2).empty());
    EXPECT_EQ(days_of(1).size(), 1U);
}

TEST_F(Erasing, NeitherPseudonymNorSaltIsLeftInAByteOfTheFile) {
    put({totals(1, {kMonday}), totals(2, {kMonday})});
    ASSERT_EQ(declare(), 1);
    const std::string secret(log.row_secrets("lyon", {to_string(student(2))}).begin()->second.reveal());
    const StudentId two = student(2);
    const std::string raw(two.bytes.begin(), two.bytes.end());
    std::string salt;
    for (const SaltedRow& row : statement(1).rows) {
        if (parse_daily_row(row.row)->student == student(2)) salt = row.salt;
    }
    ASSERT_EQ(salt.size(), 32U);
    (void)erase_student(*file, "lyon", student(2));
    wipe_deleted(*file);
    for (const char* name : {"ledger.sqlite", "ledger.sqlite-wal"}) {
        const std::string bytes = tests::contents_of(folder / name);
        for (const std::string& trace : {secret, raw, to_string(two), salt}) {
            ASSERT_FALSE(trace.empty());
            EXPECT_EQ(bytes.find(trace), std::string::npos) << name;
        }
    }
}

TEST_F(Erasing, WhatIsErasedIsDeclaredAnewAndAHubForgetsIt) {
    put({totals(1, {kMonday}), totals(2, {kMonday})});
    ASSERT_EQ(declare(), 1);
    (void)erase_student(*file, "lyon", student(2));
    ASSERT_EQ(declare(), 1);
    EXPECT_EQ(statement(2).header.days, (std::vector{StatementDay{kMonday, 1, 1, "fewer_events"}}));
    // A hub that was away takes the first as it is now, and then the second.
    const auto hub_file = open_ledger_file(folder / "hub.sqlite");
    StatementLog hub_log(hub_file);
    for (const std::int64_t number : {1, 2}) {
        const Statement sent = statement(number);
        ASSERT_EQ(hub_log.judge(sent), ChainVerdict::next);
        hub_log.put_received(sent, "receipt");
    }
    std::vector<StudentId> known;
    sqlite_ledger(hub_file)->rows({"lyon", scale.sha256, kAlways, std::nullopt},
                                  [&](const LedgerRow& row) { known.push_back(row.student); });
    EXPECT_EQ(known, std::vector{student(1)});
}

TEST_F(Erasing, AStatementThatClaimsMoreErasedRowsThanItsDaysLackIsRefused) {
    put({totals(1, {kMonday}), totals(2, {kMonday})});
    ASSERT_EQ(declare(), 1);
    Statement doctored = statement(1);
    doctored.rows[1] = {"", std::string(32, 'x')};
    EXPECT_FALSE(read_statement(encode_statement(doctored), key.verifying_key())) << "another leaf";
    doctored = statement(1);
    const auto leaf = leaf_of(doctored.rows[1]);
    doctored.rows[1] = {"", std::string(leaf.begin(), leaf.end())};
    EXPECT_TRUE(read_statement(encode_statement(doctored), key.verifying_key()));
    doctored.rows[1].row.pop_back();
    EXPECT_FALSE(read_statement(encode_statement(doctored), key.verifying_key())) << "half a leaf";
}

TEST_F(Erasing, TotalsBeforeTheHorizonStandWhateverIsComputed) {
    const CivilDay tuesday = next(kMonday);
    put({totals(1, {kMonday, tuesday})});
    keep_totals_before(*file, "lyon", tuesday, paris.begin_of(tuesday));
    // The events of Monday are gone: whoever computes now knows Tuesday alone, or nothing.
    put({totals(1, {})});
    EXPECT_EQ(days_of(1), std::vector{kMonday});
    put({totals(1, {kMonday, tuesday, next(tuesday)})});
    EXPECT_EQ(days_of(1), (std::vector{kMonday, tuesday, next(tuesday)}));
    std::int64_t sessions = 0;
    ledger->sessions({"lyon", scale.sha256, kAlways, std::nullopt}, INT64_MIN, INT64_MAX,
                     [&](const SessionRow&) { ++sessions; });
    EXPECT_EQ(sessions, 3) << "none of Monday's twice";
    // It never goes back.
    keep_totals_before(*file, "lyon", kMonday, paris.begin_of(kMonday));
    EXPECT_EQ(ledger->horizon("lyon").computed_from, tuesday);
}

TEST_F(Erasing, TotalsThatAreTooOldGoWithoutADayBeingDeclaredAsEmpty) {
    const CivilDay tuesday = next(kMonday);
    put({totals(1, {kMonday, tuesday})});
    ASSERT_EQ(declare(), 1);
    const ErasedFromLedger erased = erase_totals_before(*file, "lyon", tuesday, paris.begin_of(tuesday));
    EXPECT_EQ(erased, (ErasedFromLedger{1, 1, 1, 0}));
    EXPECT_EQ(days_of(1), std::vector{tuesday});
    EXPECT_EQ(declare(), 0) << "gone is not no activity";
    EXPECT_EQ(statement(1).header.days.size(), 2U) << "its note stands as it was signed";
    EXPECT_EQ(ledger->horizon("lyon").totals_from, tuesday);
    EXPECT_EQ(erase_totals_before(*file, "lyon", tuesday, paris.begin_of(tuesday)), ErasedFromLedger{});
}

}  // namespace
}  // namespace assidu::federation
