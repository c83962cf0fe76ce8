#include "config/utf8.h"

#include <gtest/gtest.h>

namespace assidu::config {
namespace {

TEST(Utf8, IsToldFromWhatIsNot) {
    for (const char* good :
         {"", "a", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\xf4\x8f\xbf\xbf", "abcdefgh\xc3\xa9xyz"})
        EXPECT_TRUE(is_utf8(good)) << good;
    for (const char* bad : {"\xe9", "\xc3", "\xc0\xaf", "\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80\x80",
                            "\xf4\x90\x80\x80", "\xff", "abcdefghij\x80", "\xe2\x82"})
        EXPECT_FALSE(is_utf8(bad)) << bad;
}

TEST(Utf8, GivesTheCharacterAndItsLength) {
    EXPECT_EQ(code_point_at("a\xe2\x82\xac", 1).value, U'\u20AC');
    EXPECT_EQ(code_point_at("a\xe2\x82\xac", 1).bytes, 3U);
    EXPECT_EQ(code_point_at("a\xe2\x82\xac", 2).bytes, 0U);
}

}  // namespace
}  // namespace assidu::config
