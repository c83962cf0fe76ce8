#include "federation/varint.h"

#include <gtest/gtest.h>

#include <vector>

namespace assidu::federation {
namespace {

TEST(Varint, GoesBothWaysForEveryMagnitude) {
    std::vector<std::int64_t> values{0, 1, -1, 63, 64, -64, -65, INT64_MAX, INT64_MIN};
    for (int shift = 0; shift < 63; ++shift)
        values.push_back(std::int64_t{1} << shift);
    std::string bytes;
    for (const std::int64_t value : values)
        put_signed_varint(bytes, value);
    put_varint(bytes, UINT64_MAX);
    VarintReader reader(bytes);
    for (const std::int64_t value : values)
        EXPECT_EQ(reader.get_signed(), value);
    EXPECT_FALSE(reader.done());
    EXPECT_EQ(reader.get(), UINT64_MAX);
    EXPECT_TRUE(reader.done());
}

TEST(Varint, BytesThatEndTooEarlyOrGoOnTooLongAreNotOk) {
    VarintReader cut(std::string_view("\x80\x80", 2));
    EXPECT_EQ(cut.get(), 0U);
    EXPECT_FALSE(cut.ok());
    const std::string endless(11, '\x80');
    VarintReader overlong(endless);
    EXPECT_EQ(overlong.get(), 0U);
    EXPECT_FALSE(overlong.ok());
    EXPECT_EQ(overlong.get(), 0U) << "and it stays so";
    VarintReader past_64_bits(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
    EXPECT_EQ(past_64_bits.get(), 0U);
    EXPECT_FALSE(past_64_bits.ok());
}

}  // namespace
}  // namespace assidu::federation
