#include "reports/durations.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace assidu::reports {
namespace {

TEST(Durations, AreWrittenAsHoursMinutesSeconds) {
    EXPECT_EQ(h_mm_ss(0), "0:00:00");
    EXPECT_EQ(h_mm_ss(59), "0:00:59");
    EXPECT_EQ(h_mm_ss(3600), "1:00:00");
    EXPECT_EQ(h_mm_ss(43384), "12:03:04");
}

TEST(Durations, HoursGoOnPastADay) {
    EXPECT_EQ(h_mm_ss(86'400), "24:00:00");
    EXPECT_EQ(h_mm_ss(360'000'001), "100000:00:01");
}

TEST(Durations, MinutesAreThoseThatAreOver) {
    EXPECT_EQ(whole_minutes(59), 0);
    EXPECT_EQ(whole_minutes(60), 1);
    EXPECT_EQ(whole_minutes(119), 1);
}

TEST(Durations, ANegativeOneIsABrokenInvariant) {
    EXPECT_THROW((void)h_mm_ss(-1), std::logic_error);
    EXPECT_THROW((void)whole_minutes(-60), std::logic_error);
}

}  // namespace
}  // namespace assidu::reports
