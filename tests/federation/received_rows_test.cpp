// Days as a hub keeps them, against the statements that they came from.
#include "federation/received_rows.h"

#include <SQLiteCpp/Database.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "config/digest.h"
#include "config/refusal.h"
#include "federation/erasure.h"
#include "federation/ledger_tables.h"
#include "federation/sqlite_ledger.h"
#include "federation/statement_log.h"
#include "tests/seed.h"
#include "tests/temporary_folder.h"

namespace assidu::federation {
namespace {

using config::CivilDay;
using tests::Dice;

StudentId student(std::int64_t number) {
    StudentId id;
    const auto digest = config::sha256("student " + std::to_string(number));
    std::copy_n(digest.begin(), id.bytes.size(), id.bytes.begin());
    return id;
}

// A hub that receives random days of two members, and what it ought to have then.
class Received : public testing::Test {
  protected:
    using Key = std::tuple<StudentId, CivilDay, std::int64_t>;
    using Rows = std::map<Key, LedgerRow>;

    Received() { scale_.sha256 = config::hex(config::sha256(scale_.document)); }

    LedgerRow random_row(std::int64_t of, CivilDay day, std::int64_t course) {
        LedgerRow row{student(of), day, course, dice_.roll(0, 20'000), dice_.roll(0, 100), dice_.roll(0, 99),
                      {},          {},  {}};
        const std::int64_t noon_s = std::int64_t{day.number} * 86'400 + 43'200;
        if (!dice_.one_in(4)) row.first_utc_s = noon_s + dice_.roll(-90'000, 90'000);
        if (!dice_.one_in(4)) row.last_utc_s = noon_s + dice_.roll(-90'000, 90'000);
        std::int64_t left_s = row.measured_s;
        for (std::int64_t activity = dice_.roll(1, 9); activity < 30; activity += dice_.roll(3, 40)) {
            const std::int64_t measured_s = dice_.roll(0, left_s);
            row.activities.push_back({activity, measured_s, 0, 1});
            left_s -= measured_s;
        }
        return row;
    }
    void receive(const std::string& node) {
        StatementHeader header;
        header.node = node;
        header.number = log_.head(node).number + 1;
        header.previous = log_.head(node).digest;
        header.scale = scale_;
        header.freshness = {"engine 1", 1, 1, std::nullopt, std::nullopt};
        std::vector<LedgerRow> rows;
        CivilDay day{static_cast<std::int32_t>(20'500 + dice_.roll(0, 9))};
        for (std::int64_t days = dice_.roll(1, 3); days > 0;
             --days, day.number += static_cast<int>(dice_.roll(1, 3))) {
            std::erase_if(expected_[node],
                          [&](const auto& one) { return std::get<CivilDay>(one.first) == day; });
            std::set<std::pair<std::int64_t, std::int64_t>> places;
            for (std::int64_t i = dice_.roll(0, 12); i > 0; --i)
                places.emplace(dice_.roll(0, 9), dice_.roll(-1, 4));
            for (const auto& [of, course] : places) {
                rows.push_back(random_row(of, day, course));
                expected_[node][{student(of), day, course}] = rows.back();
            }
            header.days.push_back({day, static_cast<std::int64_t>(places.size()), 0});
        }
        std::ranges::sort(rows, is_before);
        std::vector<SaltedRow> salted;
        for (const LedgerRow& row : rows)
            salted.push_back({std::string(32, 's'), daily_row(row)});
        log_.put_received(sign_statement(header, std::move(salted), key_), "receipt");
    }
    [[nodiscard]] LedgerQuery query(const std::string& node) const {
        return {node, scale_.sha256, {CivilDay{20'502}, CivilDay{20'511}}, std::nullopt};
    }
    [[nodiscard]] std::vector<LedgerRow> rows(const LedgerQuery& query) const {
        std::vector<LedgerRow> found;
        ledger_->rows(query, [&](const LedgerRow& row) { found.push_back(row); });
        return found;
    }
    [[nodiscard]] std::vector<LedgerRow> expected(const LedgerQuery& query) const {
        std::vector<LedgerRow> found;
        for (const auto& [key, row] : expected_.at(query.node)) {
            if (row.day >= query.period.from && row.day <= query.period.to &&
                (!query.student || row.student == *query.student))
                found.push_back(row);
        }
        return found;
    }
    void expect_days_are_the_rows(const LedgerQuery& query) const {
        std::map<std::pair<CivilDay, std::int64_t>, CourseTotals> sums, wanted;
        std::map<CivilDay, std::set<std::uint32_t>> who;
        std::map<CivilDay, std::set<StudentId>> wanted_who;
        std::int64_t count = 0;
        ASSERT_TRUE(ledger_->days(query, [&](const DaySums& day) {
            for (const CourseTotals& totals : day.courses)
                sums[{day.day, totals.course}] = totals;
            who[day.day].insert(day.students.begin(), day.students.end());
            count += static_cast<std::int64_t>(day.students.size());
            EXPECT_EQ(day.source, "moodle");
        }));
        for (const LedgerRow& row : expected(query)) {
            CourseTotals& totals = wanted[{row.day, row.course}];
            totals.course = row.course;
            totals.measured_s += row.measured_s;
            totals.credited_s += row.credited_s;
            totals.events += row.events;
            wanted_who[row.day].insert(row.student);
            --count;
        }
        EXPECT_EQ(sums, wanted);
        EXPECT_EQ(count, 0);
        ASSERT_EQ(who.size(), wanted_who.size());
        for (const auto& [day, students] : wanted_who)
            EXPECT_EQ(who[day].size(), students.size());
    }

    Dice dice_{tests::test_seed()};
    tests::TemporaryFolder folder_;
    std::shared_ptr<SQLite::Database> file_ = open_ledger_file(folder_ / "hub.sqlite");
    StatementLog log_{file_};
    std::unique_ptr<Ledger> ledger_ = sqlite_ledger(file_);
    rpc::SigningKey key_ = rpc::SigningKey::generate();
    ScaleIdentity scale_{"sonate", 1, "", "{}"};
    std::map<std::string, Rows> expected_;
};

TEST_F(Received, AreReadAsTheyWereStatedLast) {
    for (int i = 0; i < 120; ++i) {
        const std::string node = dice_.one_in(2) ? "lyon" : "nantes";
        receive(node);
        LedgerQuery all = query(node);
        ASSERT_EQ(rows(all), expected(all));
        expect_days_are_the_rows(all);
        all.student = student(dice_.roll(0, 9));
        ASSERT_EQ(rows(all), expected(all));
    }
    std::set<StudentId> known;
    for (const auto& [key, row] : expected_["lyon"])
        known.insert(row.student);
    std::set<StudentId> found;
    for (const auto& [id, source] : ledger_->students("lyon", scale_.sha256))
        found.insert(id);
    EXPECT_EQ(found, known);
}

TEST_F(Received, AStudentWhoIsErasedIsGoneFromEveryDayAndNobodyElseIs) {
    for (int i = 0; i < 30; ++i)
        receive("lyon");
    LedgerQuery all = query("lyon");
    all.period = {CivilDay{0}, CivilDay{30'000}};
    const StudentId gone = expected(all).at(expected(all).size() / 2).student;
    const auto erased = erase_student(*file_, "lyon", gone);
    const auto size = static_cast<std::int64_t>(expected_["lyon"].size());
    std::erase_if(expected_["lyon"], [&](const auto& one) { return one.second.student == gone; });
    EXPECT_EQ(erased.rows, size - static_cast<std::int64_t>(expected_["lyon"].size()));
    EXPECT_EQ(rows(all), expected(all));
    expect_days_are_the_rows(all);
}

TEST_F(Received, DaysBeforeTheHorizonAreGone) {
    for (int i = 0; i < 30; ++i)
        receive("lyon");
    LedgerQuery all = query("lyon");
    all.period = {CivilDay{0}, CivilDay{30'000}};
    const CivilDay horizon{20'506};
    const auto erased = erase_totals_before(*file_, "lyon", horizon, std::int64_t{20'506} * 86'400);
    const auto size = static_cast<std::int64_t>(expected_["lyon"].size());
    std::erase_if(expected_["lyon"], [&](const auto& one) { return one.second.day < horizon; });
    EXPECT_EQ(erased.rows, size - static_cast<std::int64_t>(expected_["lyon"].size()));
    EXPECT_EQ(rows(all), expected(all));
}

TEST_F(Received, DamagedBytesAreNamedAndNeverReadAsOthers) {
    for (int i = 0; i < 10; ++i)
        receive("lyon");
    const LedgerQuery all = query("lyon");
    const auto damaged = [&](const std::string& sql) {
        file_->exec("SAVEPOINT before");
        file_->exec(sql);
        std::string said = "nothing";
        try {
            (void)rows(all);
        } catch (const config::ResourceFailure& failure) {
            said = failure.what();
        }
        file_->exec("ROLLBACK TO before; RELEASE before");
        return said;
    };
    const auto is_named = testing::HasSubstr("received day cannot be read");
    EXPECT_THAT(damaged("UPDATE received_cells SET cells=x''"), is_named);
    EXPECT_THAT(damaged("UPDATE received_cells SET cells=cells||x'00'"), is_named);
    EXPECT_THAT(damaged("UPDATE received_cells SET cells=substr(cells,1,length(cells)-1)"), is_named);
    EXPECT_THAT(damaged("UPDATE received_cells SET cells=x'ffffffffffffffff7f00'"), is_named);
    EXPECT_THAT(damaged("UPDATE received_details SET details=details||x'00'"), is_named);
    EXPECT_THAT(damaged("UPDATE received_details SET details=x'80'"),
                testing::HasSubstr("the ledger is damaged"));
    EXPECT_THAT(damaged("DELETE FROM student"), testing::HasSubstr("of no student that is there"));
}

}  // namespace
}  // namespace assidu::federation
