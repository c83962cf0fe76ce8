// Where pushed rows wait: bounds at the limit and one past it, and what a crash leaves.

#include "node/services/push_journal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "node/services/report_queue.h"
#include "node/services/time_report.h"
#include "tests/temporary_folder.h"

namespace assidu::node::services {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using tests::contents_of;

class Journal : public ::testing::Test {
  protected:
    Journal() { fs::create_directories(spool()); }
    [[nodiscard]] fs::path spool() const { return folder / "spool"; }
    [[nodiscard]] std::unique_ptr<PushJournal> open(const PushJournal::Bounds& bounds = {}) const {
        return PushJournal::open(spool(), bounds).value();
    }
    static std::string all_of(PushJournal& journal) {
        std::string text;
        const auto files = journal.take().value();
        for (const fs::path& path : files)
            text += contents_of(path);
        return text;
    }
    tests::TemporaryFolder folder;
};

TEST_F(Journal, WhatIsKeptIsTakenInItsOrderAndOnceForgottenIsGone) {
    const auto journal = open({.file_bytes = 8});
    EXPECT_FALSE(journal->waits());
    for (const char* lines : {"one\n", "two\nthree\n", "four\n"})
        ASSERT_TRUE(journal->keep(lines));
    EXPECT_TRUE(journal->waits());
    const auto files = journal->take().value();
    EXPECT_EQ(files.size(), 2U) << "the first two reached the size of a file";
    EXPECT_EQ(all_of(*journal), "one\ntwo\nthree\nfour\n");
    ASSERT_TRUE(journal->keep("five\n"));
    for (const fs::path& path : files)
        journal->forget(path);
    EXPECT_TRUE(journal->waits());
    EXPECT_EQ(all_of(*journal), "five\n");
}

TEST_F(Journal, ARoundTakesNoMoreFilesThanItMay) {
    const auto journal = open({.file_bytes = 1, .files_a_round = 2});
    for (const char* lines : {"1\n", "2\n", "3\n"})
        ASSERT_TRUE(journal->keep(lines));
    EXPECT_EQ(all_of(*journal), "1\n2\n");
}

TEST_F(Journal, AHalfWrittenLineIsCutOffAtTheNextStart) {
    fs::create_directories(spool() / "pushes");
    folder.write("spool/pushes/000000000007.jsonl", "whole\nhal");
    folder.write("spool/pushes/000000000008.jsonl", "half");
    folder.write("spool/pushes/undecided-3.jsonl", "aside\nx");
    const auto journal = open();
    EXPECT_TRUE(journal->waits());
    ASSERT_TRUE(journal->keep("new\n"));
    EXPECT_EQ(all_of(*journal), "whole\nnew\n");
    EXPECT_EQ(contents_of(journal->undecided_before(4).value().at(0)), "aside\n");
    EXPECT_TRUE(journal->undecided_before(3).value().empty());
    EXPECT_EQ(journal->undecided_before(std::nullopt).value().size(), 1U);
}

TEST_F(Journal, WhatWaitsHasALimit) {
    const auto journal = open({.waiting_bytes = 10});
    ASSERT_TRUE(journal->keep("123456\n"));
    PushJournal::Undecided undecided(*journal, 1);
    undecided.add("\n");
    undecided.sync();
    EXPECT_THAT(journal->keep("12\n").error().what, HasSubstr("more than 10 bytes"));
    EXPECT_TRUE(journal->keep("1\n"));
    EXPECT_THAT(journal->keep("\n").error().what, HasSubstr("more than 10 bytes"));
    const auto files = journal->take().value();
    for (const fs::path& path : files)
        journal->forget(path);
    EXPECT_TRUE(journal->keep("12345678\n"));
}

TEST_F(Journal, RefusedBodiesHaveLimitsAndTheSameOneIsKeptOnce) {
    const auto journal = open({.refused_files = 2, .refused_bytes = 10});
    ASSERT_TRUE(journal->refuse("12345", "no push"));
    ASSERT_TRUE(journal->refuse("12345", "no push"));
    EXPECT_FALSE(journal->refuse("123456", "too many bytes"));
    ASSERT_TRUE(journal->refuse("abcde", "no push"));
    EXPECT_FALSE(journal->refuse("", "too many files"));
    EXPECT_EQ(PushJournal::count(spool()).refused, 2U);
}

TEST_F(Journal, ManyThreadsKeepTheirLinesWhole) {
    const auto journal = open({.file_bytes = 2000});
    constexpr int kThreads = 8, kEach = 100;
    {
        std::vector<std::jthread> threads;
        for (int thread = 0; thread < kThreads; ++thread)
            threads.emplace_back([&, thread] {
                for (int i = 0; i < kEach; ++i)
                    EXPECT_TRUE(journal->keep("line of " + std::to_string(thread) + "\n"));
            });
    }
    const auto journal_again = open({.files_a_round = 1000});
    const std::string all = all_of(*journal_again);
    EXPECT_EQ(all.size(), kThreads * kEach * std::string("line of 0\n").size());
}

TEST_F(Journal, RequestsThatWaitHaveALimitAndTheSameOneWaitsOnce) {
    const auto queue = ReportQueue::open(spool(), 2).value();
    ASSERT_TRUE(queue->keep("one"));
    ASSERT_TRUE(queue->keep("one"));
    ASSERT_TRUE(queue->keep("two"));
    EXPECT_FALSE(queue->keep("three"));
    EXPECT_TRUE(queue->keep("two"));
    ASSERT_EQ(queue->waiting().size(), 2U);
    queue->forget(queue->waiting().front());
    EXPECT_TRUE(queue->keep("three"));
}

TEST(TimeReportRequest, IsReadStrictlyAndWithinLimits) {
    const auto request = [](const std::string& start, const std::string& end, const std::string& more = "") {
        return R"({"token":"t","userid":9,"requestorid":2,"startdate":)" + start + R"(,"enddate":)" + end +
               R"(,"callbackurl":"https://m.example/x")" + more + "}";
    };
    const auto read = read_time_report_request(request("1774051200", "1774915200"));
    ASSERT_TRUE(read);
    EXPECT_EQ(config::iso_date(read->from), "2026-03-21");
    EXPECT_EQ(config::iso_date(read->to), "2026-03-31");
    const auto days = [](std::int64_t count) { return std::to_string((count - 1) * 86'400); };
    EXPECT_TRUE(read_time_report_request(request("0", days(config::limits::kPeriodDaysMax))));
    EXPECT_FALSE(read_time_report_request(request("0", days(config::limits::kPeriodDaysMax + 1))));
    EXPECT_FALSE(read_time_report_request(request("86400", "0")));
    for (const char* time : {"null", "-1", "1.5", "\"0\"", "253402300800", "18446744073709551615"})
        EXPECT_FALSE(read_time_report_request(request(time, "253402300799"))) << time;
    const std::size_t size = request("0", "0", R"(,"x":"")").size();
    const auto of_size = [&](std::size_t bytes) {
        return request("0", "0", R"(,"x":")" + std::string(bytes - size, 'x') + "\"");
    };
    EXPECT_TRUE(read_time_report_request(of_size(config::limits::kReportRequestBytesMax)));
    EXPECT_FALSE(read_time_report_request(of_size(config::limits::kReportRequestBytesMax + 1)));
    EXPECT_FALSE(read_time_report_request(std::string(10'000, '[')));
}

}  // namespace
}  // namespace assidu::node::services
