#include "rpc/signed_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace assidu::rpc {
namespace {

using ::testing::HasSubstr;

TEST(SignedMessage, IsReadBackAndBearsItsSendersSignature) {
    const SigningKey key = SigningKey::generate();
    const SignedMessage made =
        sign_message({"lyon", "hub", make_message_id(), "", 1'772'600'000}, "payload\0x", key);
    const auto read = read_message(made.note, made.payload);
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->header.from, "lyon");
    EXPECT_EQ(read->header.to, "hub");
    EXPECT_EQ(read->header.id, made.header.id);
    EXPECT_EQ(read->header.issued_utc_s, 1'772'600'000);
    EXPECT_TRUE(read->is_signed_by(key.verifying_key()));
    EXPECT_FALSE(read->is_signed_by(SigningKey::generate().verifying_key()));
}

TEST(SignedMessage, WithAnotherPayloadIsRefused) {
    const SignedMessage made =
        sign_message({"lyon", "hub", make_message_id(), "", 1}, "one", SigningKey::generate());
    EXPECT_THAT(read_message(made.note, "two").error().what, HasSubstr("of another payload"));
    EXPECT_THAT(read_message(made.note, "").error().what, HasSubstr("of another payload"));
}

TEST(SignedMessage, WithAnyFlippedBitIsRefusedOrNoLongerSigned) {
    const SigningKey key = SigningKey::generate();
    const SignedMessage made =
        sign_message({"lyon", "hub", make_message_id(), make_message_id(), 1}, "payload", key);
    for (std::size_t bit = 0; bit < made.note.size() * 8; ++bit) {
        std::string flipped = made.note;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        const auto read = read_message(flipped, made.payload);
        EXPECT_FALSE(read && read->is_signed_by(key.verifying_key())) << "bit " << bit;
    }
}

TEST(SignedMessage, IdsAreFresh) {
    EXPECT_NE(make_message_id(), make_message_id());
}

}  // namespace
}  // namespace assidu::rpc
