#include "node/archive/event_block.h"

#include <gtest/gtest.h>

#include <fstream>

#include "config/digest.h"
#include "tests/seed.h"

namespace assidu::node::archive {
namespace {

constexpr std::int64_t kDay = 20'514;
constexpr std::int64_t kBegin = kDay * 86'400;

std::vector<Event> some_events(tests::Dice& dice, std::int64_t count) {
    std::vector<Event> events;
    std::int64_t at = kBegin;
    for (std::int64_t i = 0; i < count && at < kBegin + 86'400; ++i) {
        events.push_back({at, dice.one_in(5) ? dice.roll(1, INT64_MAX / 2) : 1000 + i, dice.roll(-1, 500),
                          dice.roll(0, 9000), static_cast<ShapeKey>(dice.roll(0, 65'535))});
        at += dice.roll(0, 600);
    }
    return events;
}

TEST(EventBlock, GivesBackWhatWasPutIn) {
    tests::Dice dice(tests::test_seed());
    for (int round = 0; round < 200; ++round) {
        const std::vector<Event> events = some_events(dice, dice.roll(0, 300));
        std::vector<Event> read;
        ASSERT_TRUE(decode_block(kDay, encode_block(kDay, events), read));
        EXPECT_EQ(read, events);
    }
}

TEST(EventBlock, KeepsTheExtremes) {
    const std::vector<Event> events{{kBegin, INT64_MAX, INT64_MAX, INT64_MAX, 0},
                                    {kBegin + 86'399, INT64_MIN, INT64_MIN, 0, INT32_MAX}};
    std::vector<Event> read;
    ASSERT_TRUE(decode_block(kDay, encode_block(kDay, events), read));
    EXPECT_EQ(read, events);
}

TEST(EventBlock, TakesAboutTenBytesAnEvent) {
    tests::Dice dice(1);
    std::vector<Event> events;
    for (std::int64_t i = 0; i < 100; ++i)
        events.push_back({kBegin + i * 50, 7'000'000 + i * 300, 12, dice.roll(4000, 4400),
                          static_cast<ShapeKey>(dice.roll(0, 90))});
    EXPECT_LT(encode_block(kDay, events).size(), 1000U);
}

TEST(EventBlock, IsTheExampleOfItsPage) {
    std::ifstream page(std::string(ASSIDU_SOURCE_DIR) + "/docs/formats/archive.md");
    std::string line, example;
    while (std::getline(page, line) && line != "### Example") {
    }
    while (std::getline(page, line) && !line.starts_with("    ")) {
    }
    for (const char c : line) {
        if (c != ' ') example.push_back(c);
    }
    const std::vector<Event> events{{kBegin + 28'800, 1000, 10, 0, 0}, {kBegin + 28'890, 1003, 10, 501, 1}};
    const std::string block = encode_block(kDay, events);
    std::vector<std::uint8_t> bytes(block.begin(), block.end());
    EXPECT_EQ(config::hex(bytes), example);
}

TEST(EventBlock, AnyFlippedBitAndAnyCutIsDamageAndLeavesTheReaderAsItWas) {
    tests::Dice dice(tests::test_seed());
    const std::string block = encode_block(kDay, some_events(dice, 20));
    const std::vector<Event> before{{1, 2, 3, 4, 5}};
    for (std::size_t bit = 0; bit < block.size() * 8; ++bit) {
        std::string damaged = block;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
        std::vector<Event> read = before;
        EXPECT_FALSE(decode_block(kDay, damaged, read)) << "bit " << bit;
        EXPECT_EQ(read, before);
    }
    for (std::size_t size = 0; size < block.size(); ++size) {
        std::vector<Event> read = before;
        EXPECT_FALSE(decode_block(kDay, block.substr(0, size), read)) << "size " << size;
        EXPECT_EQ(read, before);
    }
}

TEST(UtcDay, GoesDownBelowTheEpoch) {
    EXPECT_EQ(utc_day(0), 0);
    EXPECT_EQ(utc_day(86'399), 0);
    EXPECT_EQ(utc_day(86'400), 1);
    EXPECT_EQ(utc_day(-1), -1);
    EXPECT_EQ(utc_day(-86'400), -1);
}

}  // namespace
}  // namespace assidu::node::archive
