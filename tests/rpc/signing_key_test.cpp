#include "rpc/signing_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "config/digest.h"
#include "rpc/key_file.h"
#include "tests/temporary_folder.h"

namespace assidu::rpc {
namespace {

using ::testing::HasSubstr;

// RFC 8032, section 7.1, test 2.
TEST(VerifyingKey, VerifiesTheStandardsExampleAndNothingElse) {
    const std::string raw =
        config::unhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c").value();
    const std::string signature = config::unhex(
                                      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                                      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
                                      .value();
    const VerifyingKey key = VerifyingKey::of(raw).value();
    EXPECT_TRUE(key.verifies("\x72", signature));
    EXPECT_FALSE(key.verifies("\x73", signature));
    EXPECT_FALSE(key.verifies("\x72", signature.substr(1)));
    EXPECT_FALSE(key.verifies("\x72", ""));
    for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
        std::string flipped = signature;
        flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << bit % 8));
        EXPECT_FALSE(key.verifies("\x72", flipped)) << bit;
    }
    EXPECT_FALSE(VerifyingKey::of(raw.substr(1)));
}

TEST(SigningKey, IsReadFromItsFileAndSignsWhatItsPublicKeyVerifies) {
    const tests::TemporaryFolder folder;
    ASSERT_TRUE(create_node_key(folder / "node.pem"));
    const SigningKey key = SigningKey::read(folder / "node.pem").value();
    const std::string signature = key.sign("message");
    EXPECT_TRUE(key.verifying_key().verifies("message", signature));
    EXPECT_FALSE(SigningKey::generate().verifying_key().verifies("message", signature));
    EXPECT_EQ(key.verifying_key().fingerprint(), node_key_fingerprint(folder / "node.pem").value());
    EXPECT_THAT(SigningKey::read(folder / "none.pem").error().what, HasSubstr("none.pem"));
}

}  // namespace
}  // namespace assidu::rpc
