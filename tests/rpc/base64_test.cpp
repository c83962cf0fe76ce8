#include "rpc/base64.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace assidu::rpc
