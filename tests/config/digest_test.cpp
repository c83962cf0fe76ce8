#include "config/digest.h"

#include <gtest/gtest.h>

namespace assidu::config {
namespace {

// FIPS 180-4 examples.
TEST(Digest, GivesTheStandardsExamples) {
    EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Digest, OfPiecesIsThatOfTheWhole) {
    Sha256Stream stream;
    stream.update("a");
    stream.update("");
    stream.update("bc");
    EXPECT_EQ(stream.finish(), sha256("abc"));
}

TEST(Hex, GoesBothWaysAndRefusesAnythingElse) {
    EXPECT_EQ(unhex("00fFa0"), std::string("\x00\xff\xa0", 3));
    EXPECT_EQ(unhex(""), "");
    EXPECT_EQ(unhex("abc"), std::nullopt);
    EXPECT_EQ(unhex("0g"), std::nullopt);
    EXPECT_EQ(unhex(" 0"), std::nullopt);
}

}  // namespace
}  // namespace assidu::config
