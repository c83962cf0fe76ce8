#include "node/attendance/ledger_batches.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "config/refusal.h"
#include "federation/sqlite_ledger.h"
#include "tests/temporary_folder.h"

namespace assidu::node::attendance {
namespace {

using federation::StudentLedger;
using Work = LedgerBatches::Work;

const federation::ScaleIdentity kScale{"sonate", 1, std::string(64, 'a'), "{}"};

StudentLedger totals(std::uint8_t number) {
    StudentLedger ledger{{}, "moodle", {}, {}, {}};
    ledger.student.bytes.fill(number);
    ledger.rows.push_back(
        {ledger.student, config::CivilDay{100}, 10, number, 0, 1, std::nullopt, std::nullopt, {}});
    return ledger;
}

std::string digest_of(const std::filesystem::path& path, Work work, std::vector<int>& told) {
    const auto ledger = federation::open_sqlite_ledger(path);
    LedgerBatches batches(*ledger, "lyon", kScale, {"engine 1", 1000, 3, 900, 17}, work, 7);
    int handed_over = 0;
    for (int number = 0; number < 100; ++number) {
        batches.add(totals(static_cast<std::uint8_t>(number)));
        if (!batches.is_full()) continue;
        batches.hand_over([&told, batch = ++handed_over] { told.push_back(batch); });
    }
    batches.hand_over([&told, batch = ++handed_over] { told.push_back(batch); });
    batches.finish();
    EXPECT_EQ(ledger->freshness("lyon", kScale.sha256)->as_of_utc_s, 1000);
    return ledger->digest("lyon", kScale.sha256);
}

TEST(LedgerBatches, InTheBackgroundTheyCommitWhatTheyDoAtOnceAndTellOfEachInOrder) {
    const tests::TemporaryFolder folder;
    std::vector<int> told, told_later;
    EXPECT_EQ(digest_of(folder / "a.sqlite", Work::at_once, told),
              digest_of(folder / "b.sqlite", Work::in_background, told_later));
    EXPECT_EQ(told.size(), 15U);
    EXPECT_TRUE(std::ranges::is_sorted(told));
    EXPECT_EQ(told, told_later);
}

// A ledger that cannot be written.
class Full final : public federation::Ledger {
  public:
    void replace(const std::string&, const federation::ScaleIdentity&, std::span<const StudentLedger>,
                 const federation::Freshness&) override {
        throw config::ResourceFailure("the disk is full");
    }
    void set_whole(const std::string&, const federation::ScaleIdentity&, bool) override {}
    void forget_whole(const std::string&) override {}
    bool is_whole(const std::string&, const std::string&) const override { return false; }
    std::optional<std::string> other_document(const std::string&,
                                              const federation::ScaleIdentity&) const override {
        return std::nullopt;
    }
    federation::Horizon horizon(const std::string&) const override { return {}; }
    void add_outage(const std::string&, const federation::Outage&) override {}
    void rows(const federation::LedgerQuery&,
              const std::function<void(const federation::LedgerRow&)>&) const override {}
    bool days(const federation::LedgerQuery&,
              const std::function<void(const federation::DaySums&)>&) const override {
        return false;
    }
    void sessions(const federation::LedgerQuery&, std::int64_t, std::int64_t,
                  const std::function<void(const federation::SessionRow&)>&) const override {}
    std::map<std::string, std::int64_t> dropped(const federation::LedgerQuery&) const override { return {}; }
    std::vector<std::pair<federation::StudentId, std::string>> students(const std::string&,
                                                                        const std::string&) const override {
        return {};
    }
    std::vector<federation::Outage> outages(const std::string&, std::int64_t, std::int64_t) const override {
        return {};
    }
    std::optional<federation::Freshness> freshness(const std::string&, const std::string&) const override {
        return std::nullopt;
    }
    std::string digest(const std::string&, const std::string&) const override { return {}; }
};

TEST(LedgerBatches, NobodyIsToldOfABatchThatWasNotCommitted) {
    Full ledger;
    LedgerBatches batches(ledger, "lyon", kScale, {}, Work::in_background, 1);
    bool told = false;
    batches.add(totals(1));
    batches.hand_over([&] { told = true; });
    EXPECT_THROW(batches.finish(), config::ResourceFailure);
    EXPECT_FALSE(told);
}

}  // namespace
}  // namespace assidu::node::attendance
