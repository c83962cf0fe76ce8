#include "rpc/key_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "config/digest.h"
#include "tests/temporary_folder.h"

namespace assidu::rpc {
namespace {

using ::testing::HasSubstr;
using tests::contents_of;
using tests::TemporaryFolder;

TEST(Hmac, GivesTheExampleOfRfc4231) {
    const Secret key = Secret::copy_of("Jefe");
    EXPECT_EQ(config::hex(hmac_sha256(key, "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(Secret, IsMovedNeverCopied) {
    static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
    Secret one = Secret::copy_of("secret");
    const Secret two = std::move(one);
    EXPECT_EQ(two.reveal(), "secret");
    EXPECT_EQ(one.size(), 0U);  // NOLINT(bugprone-use-after-move): that it is empty is what is tested
}

TEST(StudentSecret, IsMadeOnceReadBackAndPrivate) {
    const TemporaryFolder folder;
    ASSERT_TRUE(create_student_secret(folder / "s"));
    EXPECT_EQ(read_student_secret(folder / "s").value().size(), kStudentSecretBytes);
    const std::string before = contents_of(folder / "s");
    EXPECT_THAT(create_student_secret(folder / "s").error().what, HasSubstr("never overwritten"));
    EXPECT_EQ(contents_of(folder / "s"), before);
    struct stat status{};
    ASSERT_EQ(::stat((folder / "s").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST(StudentSecret, IsRefusedWhenMissingDamagedOrOpenToOthers) {
    const TemporaryFolder folder;
    EXPECT_THAT(read_student_secret(folder / "s").error().what, HasSubstr("the key is missing"));
    ASSERT_TRUE(create_student_secret(folder / "s"));
    ASSERT_EQ(::chmod((folder / "s").c_str(), 0640), 0);
    EXPECT_THAT(read_student_secret(folder / "s").error().what, HasSubstr("others than its owner"));
    folder.write("short", std::string(63, 'a'));
    ASSERT_EQ(::chmod((folder / "short").c_str(), 0600), 0);
    EXPECT_THAT(read_student_secret(folder / "short").error().what, HasSubstr("not a student secret"));
}

TEST(Secret, EqualsItsBytesAlone) {
    const Secret secret = Secret::copy_of(std::string_view("a\0b", 3));
    EXPECT_TRUE(secret.equals(std::string_view("a\0b", 3)));
    for (const std::string_view other : {std::string_view("a\0c", 3), std::string_view("a"),
                                         std::string_view(), std::string_view("a\0bb", 4)})
        EXPECT_FALSE(secret.equals(other));
}

TEST(IntakeSecret, IsMadeOnceAndHas128Bits) {
    const TemporaryFolder folder;
    ASSERT_TRUE(create_intake_secret(folder / "s"));
    EXPECT_EQ(read_intake_secret(folder / "s").value().size(), 16U);
    EXPECT_EQ(contents_of(folder / "s").size(), 33U);
    EXPECT_FALSE(create_intake_secret(folder / "s"));
}

TEST(NodeKey, HasTheFingerprintThatOpensslGives) {
    const TemporaryFolder folder;
    const std::filesystem::path key = folder / "node.pem";
    ASSERT_TRUE(create_node_key(key));
    const std::string command = "openssl pkey -in " + key.string() +
                                " -pubout -outform DER 2>/dev/null | sha256sum > " +
                                (folder / "print").string();
    ASSERT_EQ(std::system(command.c_str()), 0);
    EXPECT_EQ(node_key_fingerprint(key).value(), contents_of(folder / "print").substr(0, 64));
}

TEST(NodeKey, AnotherFileIsRefused) {
    const TemporaryFolder folder;
    folder.write("node.pem", "not a key");
    ASSERT_EQ(::chmod((folder / "node.pem").c_str(), 0600), 0);
    EXPECT_THAT(node_key_fingerprint(folder / "node.pem").error().what,
                HasSubstr("not an Ed25519 private key"));
}

}  // namespace
}  // namespace assidu::rpc
