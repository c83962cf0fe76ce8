#include "node/services/schedule.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "config/limits.h"
#include "node/services/complaints.h"

namespace assidu::node::services {
namespace {

namespace limits = config::limits;

class Scheduled : public ::testing::Test {
  protected:
    std::int64_t now_ms = 5'000'000;
    std::uint64_t bits = 0;  // of the chance
    Schedule schedule{3600, [this] { return now_ms; }, [this] { return bits; }};
};

TEST_F(Scheduled, TheFirstRoundIsDueAtOnceAndTheNextAfterTheInterval) {
    EXPECT_TRUE(schedule.round_due());
    EXPECT_FALSE(schedule.delivery_due()) << "a round says that there is something to deliver";
    schedule.round_done(/*has_hub=*/false);
    EXPECT_FALSE(schedule.round_due());
    EXPECT_FALSE(schedule.delivery_due());
    EXPECT_EQ(schedule.wait_ms(), 3'600'000);
    now_ms += 3'599'999;
    EXPECT_FALSE(schedule.round_due());
    now_ms += 1;
    EXPECT_TRUE(schedule.round_due());
    EXPECT_EQ(schedule.wait_ms(), 0);
    now_ms += 10'000'000;  // a machine that slept has one round to do, not three
    schedule.round_done(false);
    EXPECT_FALSE(schedule.round_due());
}

TEST_F(Scheduled, ARoundThatIsPutOffOrFailedComesAgainSooner) {
    schedule.round_put_off();
    EXPECT_EQ(schedule.wait_ms(), limits::kPutOffMilliseconds);
    schedule.round_failed();
    EXPECT_EQ(schedule.wait_ms(), limits::kFailedRoundMilliseconds);
    Schedule often(10, [this] { return now_ms; }, [] { return 0U; });
    often.round_failed();
    EXPECT_EQ(often.wait_ms(), 10'000) << "but never later than a round would";
}

TEST_F(Scheduled, WhatComesInDoesNotHurryARoundThatWasPutOffOrFailed) {
    schedule.round_put_off();
    schedule.wake();
    EXPECT_EQ(schedule.wait_ms(), limits::kPutOffMilliseconds);
    schedule.round_failed();
    now_ms += 1000;
    schedule.wake();
    EXPECT_EQ(schedule.wait_ms(), limits::kFailedRoundMilliseconds - 1000);
    now_ms += limits::kFailedRoundMilliseconds;
    EXPECT_TRUE(schedule.round_due());
    schedule.round_done(false);
    schedule.wake();
    EXPECT_TRUE(schedule.round_due());
}

TEST_F(Scheduled, ADeliveryFollowsEveryRoundOfANodeWithAHub) {
    schedule.round_done(/*has_hub=*/true);
    EXPECT_TRUE(schedule.delivery_due());
    EXPECT_EQ(schedule.wait_ms(), 0);
    schedule.delivered();
    EXPECT_FALSE(schedule.delivery_due());
    EXPECT_EQ(schedule.wait_ms(), 3'600'000);
    EXPECT_EQ(schedule.retry_in_ms(), std::nullopt);
}

TEST_F(Scheduled, FailuresWaitTwiceAsLongEachUpToTheLimitAndNoLonger) {
    for (std::int64_t whole_ms = 1000; whole_ms < limits::kRetryMillisecondsMax; whole_ms *= 2) {
        bits = 0;
        schedule.delivery_failed();
        EXPECT_EQ(schedule.retry_in_ms(), whole_ms / 2) << "the least of a wait is its half";
    }
    for (int more = 0; more < 100; ++more) {
        schedule.delivery_failed();
        EXPECT_EQ(schedule.retry_in_ms(), limits::kRetryMillisecondsMax / 2);
    }
    bits = static_cast<std::uint64_t>(limits::kRetryMillisecondsMax / 2);
    schedule.delivery_failed();
    EXPECT_EQ(schedule.retry_in_ms(), limits::kRetryMillisecondsMax) << "the most of a wait is the whole";
    bits += 1;
    schedule.delivery_failed();
    EXPECT_EQ(schedule.retry_in_ms(), limits::kRetryMillisecondsMax / 2) << "and one more begins anew";
}

TEST_F(Scheduled, EveryDrawStaysBetweenHalfAndWholeAndBothEndsAreReached) {
    std::int64_t least = INT64_MAX, most = 0;
    for (bits = 0; bits < 2000; ++bits) {
        Schedule one(3600, [this] { return now_ms; }, [this] { return bits; });
        one.delivery_failed();
        least = std::min(least, *one.retry_in_ms());
        most = std::max(most, *one.retry_in_ms());
    }
    EXPECT_EQ(least, 500);
    EXPECT_EQ(most, 1000);
}

TEST_F(Scheduled, SuccessResetsTheWaits) {
    for (int i = 0; i < 5; ++i)
        schedule.delivery_failed();
    schedule.delivered();
    EXPECT_EQ(schedule.retry_in_ms(), std::nullopt);
    schedule.delivery_failed();
    EXPECT_EQ(schedule.retry_in_ms(), 500);
}

TEST_F(Scheduled, WhatComesInWakesARoundAndDoesNotShortenADeliverysWait) {
    schedule.round_done(true);
    for (int i = 0; i < 6; ++i)
        schedule.delivery_failed();
    EXPECT_EQ(schedule.retry_in_ms(), 16'000);
    now_ms += 1000;
    schedule.wake();
    EXPECT_TRUE(schedule.round_due());
    schedule.round_done(true);
    EXPECT_FALSE(schedule.delivery_due());
    EXPECT_EQ(schedule.retry_in_ms(), 15'000);
    now_ms += 15'000;
    EXPECT_TRUE(schedule.delivery_due());
}

TEST_F(Scheduled, ARefusalThatRepeatingDoesNotCureWaitsLongestAtOnce) {
    schedule.delivery_refused();
    EXPECT_EQ(schedule.retry_in_ms(), limits::kRetryMillisecondsMax / 2);
    schedule.delivered();
    schedule.delivery_failed();
    EXPECT_EQ(schedule.retry_in_ms(), 500);
}

TEST_F(Scheduled, AnotherHubIsTriedAtOnceAndANodeThatLeftItsHubNotAtAll) {
    schedule.round_done(true);
    schedule.delivery_refused();
    schedule.forget_failures();
    EXPECT_TRUE(schedule.delivery_due());
    schedule.delivery_failed();
    EXPECT_EQ(schedule.retry_in_ms(), 500);
    schedule.round_done(/*has_hub=*/false);
    EXPECT_EQ(schedule.retry_in_ms(), std::nullopt);
    now_ms += 1'000'000;
    EXPECT_FALSE(schedule.delivery_due());
}

class Complaining : public ::testing::Test {
  protected:
    std::int64_t now_ms = 0;
    Complaints complaints{[this] { return now_ms; }};
};

TEST_F(Complaining, TheSameIsSaidOnceAndThenHourlyWithACount) {
    EXPECT_EQ(complaints.raise("hub", "away"), "away");
    for (int i = 0; i < 3; ++i)
        EXPECT_EQ(complaints.raise("hub", "away"), std::nullopt);
    now_ms += limits::kComplaintMilliseconds - 1;
    EXPECT_EQ(complaints.raise("hub", "away"), std::nullopt);
    now_ms += 1;
    EXPECT_EQ(complaints.raise("hub", "away"), "away (5 times more since it was said last)");
    EXPECT_EQ(complaints.raise("hub", "away"), std::nullopt);
}

TEST_F(Complaining, AnotherTextAnotherSubjectAndARelapseAreNew) {
    EXPECT_EQ(complaints.raise("hub", "away"), "away");
    EXPECT_EQ(complaints.raise("hub", "refused"), "refused");
    EXPECT_EQ(complaints.raise("disk", "refused"), "refused");
    complaints.settle("hub");
    EXPECT_EQ(complaints.raise("hub", "refused"), "refused");
    EXPECT_EQ(complaints.raise("disk", "refused"), std::nullopt);
}

TEST_F(Complaining, OneSubjectTooManyForgetsTheOldest) {
    for (std::size_t i = 0; i < limits::kComplaintsMax; ++i, ++now_ms)
        EXPECT_TRUE(complaints.raise(std::to_string(i), "x"));
    EXPECT_EQ(complaints.raise("0", "x"), std::nullopt) << "at the limit all are remembered";
    EXPECT_TRUE(complaints.raise("one more", "x"));
    EXPECT_EQ(complaints.raise("1", "x"), std::nullopt);
    EXPECT_TRUE(complaints.raise("0", "x")) << "past it, the oldest is not";
}

TEST(ListenersLines, AreSoManyAnHourAndSoLongWhoeverIsRefusedHoweverOften) {
    std::int64_t now_ms = 0;
    Allowance allowance([&] { return now_ms; });
    std::size_t bytes = 0;
    for (int i = 0; i < 100'000; ++i) {
        for (const std::string& line : allowance.lines("refused a message of " + std::to_string(i)))
            bytes += line.size();
    }
    EXPECT_LT(bytes, 10'000U);
    now_ms += limits::kComplaintMilliseconds;
    EXPECT_THAT(allowance.lines("refused a message of lyon"),
                ::testing::ElementsAre("99800 lines more of the listener were not said",
                                       "refused a message of lyon"));
    const std::string at_limit(limits::kListenerLineBytesMax, 'x');
    EXPECT_THAT(allowance.lines(at_limit), ::testing::ElementsAre(at_limit));
    EXPECT_THAT(allowance.lines(at_limit + "y"), ::testing::ElementsAre(at_limit + "..."));
    EXPECT_THAT(allowance.lines(at_limit.substr(1) + "é"), ::testing::ElementsAre(at_limit.substr(1) + "..."))
        << "no half of a character";
}

}  // namespace
}  // namespace assidu::node::services
