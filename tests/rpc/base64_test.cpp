#include "rpc/base64.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "tests/seed.h"

namespace assidu::rpc {
namespace {

// RFC 4648, section 10.
TEST(Base64, GivesTheStandardsExamplesAndBack) {
    const std::pair<const char*, const char*> examples[] = {{"", ""},
                                                            {"f", "Zg=="},
                                                            {"fo", "Zm8="},
                                                            {"foo", "Zm9v"},
                                                            {"foob", "Zm9vYg=="},
                                                            {"fooba", "Zm9vYmE="},
                                                            {"foobar", "Zm9vYmFy"}};
    for (const auto& [bytes, text] : examples) {
        EXPECT_EQ(base64(bytes), text);
        EXPECT_EQ(unbase64(text), bytes);
    }
}

TEST(Base64, OfManyBytesIsOneTextWithoutBreaks) {
    std::string bytes;
    for (int i = 0; i < 4'000'001; ++i)
        bytes.push_back(static_cast<char>(i * 7));
    const std::string text = base64(bytes);
    EXPECT_EQ(text.size(), 5'333'336U);
    EXPECT_EQ(text.find('\n'), std::string::npos);
    EXPECT_EQ(unbase64(text), bytes);
}

TEST(Base64, AnythingThatItDoesNotWriteIsRefused) {
    for (const char* wrong :
         {"Zg", "Zg=", "Zh==", " Zg==", "Zg==\n", "Zm9v\n", "Z===", "====", "Zm9v====", "Zm!v", "Zg==Zg=="})
        EXPECT_EQ(unbase64(wrong), std::nullopt) << wrong;
}

// One byte string has one spelling.
TEST(Base64, WhatIsReadIsWhatWouldBeWritten) {
    tests::Dice dice(tests::test_seed());
    constexpr std::string_view kLikely = "ABIQYgw4/+09z=\n -";
    int taken = 0;
    for (int i = 0; i < 200'000; ++i) {
        std::string text(static_cast<std::size_t>(4 * dice.roll(1, 2)), ' ');
        for (char& byte : text)
            byte = kLikely[static_cast<std::size_t>(
                dice.roll(0, static_cast<std::int64_t>(kLikely.size()) - 1))];
        const auto bytes = unbase64(text);
        if (!bytes) continue;
        ++taken;
        ASSERT_EQ(base64(*bytes), text);
    }
    EXPECT_GT(taken, 10'000);
}

TEST(Base64, OfXmlMayHaveBlanksAnywhere) {
    EXPECT_EQ(unbase64_spaced(" Zm9v\r\n\tYm E=\n"), "fooba");
    EXPECT_EQ(unbase64_spaced("Zm9vYmE="), "fooba");
    EXPECT_EQ(unbase64_spaced(" \n"), "");
    EXPECT_EQ(unbase64_spaced("Zm9v Y"), std::nullopt);
    EXPECT_EQ(unbase64_spaced("Zg=\v="), std::nullopt);
}

}  // namespace
}  // namespace assidu::rpc
