#include "rpc/signed_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rpc/base64.h"

namespace assidu::rpc {
namespace {

using ::testing::HasSubstr;

// The example of C2SP's signed-note.md (its verifier key and note).
TEST(SignedNote, ReadsTheExampleOfItsSpecification) {
    const std::string note =
        "This is an example message.\n\n"
        "\xe2\x80\x94 example.com/foo "
        "X8OPlYn+FmPeiQuLrQx5p2mjh2bGwLWJKnrEpqxTCcwXXjlpLs2Z0VSXYSqgzM/WuskiAb3Z5y4QeqgYLM/F3eLTVAM=\n";
    const auto parsed = parse_note(note);
    ASSERT_TRUE(parsed) << parsed.error().what;
    EXPECT_EQ(parsed->text, "This is an example message.\n");
    ASSERT_EQ(parsed->signatures.size(), 1U);
    EXPECT_EQ(parsed->signatures[0].name, "example.com/foo");
    EXPECT_EQ(parsed->signatures[0].signature.size(), kEd25519SignatureBytes);
}

TEST(SignedNote, IsSignedByTheOneWhoSignedIt) {
    const SigningKey lyon = SigningKey::generate(), nantes = SigningKey::generate();
    const std::string bytes = sign_note("statement\n{\"a\":\"é\"}\n", "lyon", lyon);
    const SignedNote note = parse_note(bytes).value();
    EXPECT_EQ(note.text, "statement\n{\"a\":\"é\"}\n");
    EXPECT_TRUE(note.is_signed_by("lyon", lyon.verifying_key()));
    EXPECT_FALSE(note.is_signed_by("nantes", lyon.verifying_key())) << "the name is part of what is asked";
    EXPECT_FALSE(note.is_signed_by("lyon", nantes.verifying_key()));
}

TEST(SignedNote, AFlippedBitAnywhereIsRefusedOrNoLongerSigned) {
    const SigningKey key = SigningKey::generate();
    const std::string bytes = sign_note("one line\n", "lyon", key);
    for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
        std::string flipped = bytes;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const auto note = parse_note(flipped);
        EXPECT_FALSE(note && note->is_signed_by("lyon", key.verifying_key())) << "bit " << bit;
    }
}

TEST(SignedNote, SeveralMaySignAndAStrangersSignatureChangesNothing) {
    const SigningKey one = SigningKey::generate(), two = SigningKey::generate();
    std::string bytes = sign_note("text\n", "one", one);
    bytes += sign_note("text\n", "two", two).substr(6);
    const SignedNote note = parse_note(bytes).value();
    EXPECT_TRUE(note.is_signed_by("one", one.verifying_key()));
    EXPECT_TRUE(note.is_signed_by("two", two.verifying_key()));
    EXPECT_FALSE(note.is_signed_by("three", two.verifying_key()));
}

TEST(SignedNote, WhatIsNotOfTheFormIsRefusedSayingWhy) {
    const SigningKey key = SigningKey::generate();
    const std::string good = sign_note("text\n", "lyon", key);
    EXPECT_THAT(parse_note("").error().what, HasSubstr("no signatures"));
    EXPECT_THAT(parse_note("text\n").error().what, HasSubstr("no signatures"));
    EXPECT_THAT(parse_note("text\n\n").error().what, HasSubstr("no signature"));
    EXPECT_THAT(parse_note(good.substr(0, good.size() - 1)).error().what, HasSubstr("no end"));
    EXPECT_THAT(parse_note(good + "x\n").error().what, HasSubstr("not a signature"));
    EXPECT_THAT(parse_note("te\x01xt\n" + good.substr(5)).error().what, HasSubstr("control characters"));
    EXPECT_THAT(parse_note("te\xffxt\n" + good.substr(5)).error().what, HasSubstr("not UTF-8"));
    std::string many = good;
    for (std::size_t i = 1; i < kNoteSignaturesMax; ++i)
        many += good.substr(6);
    EXPECT_TRUE(parse_note(many));
    EXPECT_THAT(parse_note(many + good.substr(6)).error().what, HasSubstr("more than 16 signatures"));
    const std::string longest = std::string(kNoteBytesMax - good.size(), 'x') + good;
    EXPECT_TRUE(parse_note(longest));
    EXPECT_THAT(parse_note("x" + longest).error().what, HasSubstr("longer than"));
    EXPECT_THROW((void)sign_note("no line feed", "lyon", key), std::logic_error);
    EXPECT_THROW((void)sign_note("text\n", "two words", key), std::logic_error);
    EXPECT_THROW((void)sign_note("text\n", "a+b", key), std::logic_error);
}

}  // namespace
}  // namespace assidu::rpc
