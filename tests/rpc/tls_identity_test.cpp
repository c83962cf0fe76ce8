#include "rpc/tls_identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>

#include "rpc/key_file.h"
#include "tests/temporary_folder.h"

namespace assidu::rpc {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using tests::contents_of;
using tests::TemporaryFolder;

constexpr std::int64_t kMadeAt = 1'767'225'600;  // 2026-01-01

// What a shell command prints.
std::string output_of(const TemporaryFolder& folder, const std::string& command) {
    const std::string file = (folder / "output").string();
    EXPECT_EQ(std::system((command + " > " + file + " 2>/dev/null").c_str()), 0) << command;
    return contents_of(file);
}

TEST(TlsIdentity, IsMadeOnceReadBackAndPrivate) {
    const TemporaryFolder folder;
    const auto path = folder / "tls.pem";
    ASSERT_TRUE(TlsIdentity::create(path, "universite-lyon", kMadeAt));
    const std::string before = contents_of(path);
    EXPECT_THAT(TlsIdentity::create(path, "universite-lyon", kMadeAt).error().what,
                HasSubstr("never overwritten"));
    EXPECT_EQ(contents_of(path), before);
    struct stat status{};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    EXPECT_THAT(before, AllOf(HasSubstr("BEGIN PRIVATE KEY"), HasSubstr("BEGIN CERTIFICATE")));
    EXPECT_EQ(TlsIdentity::read(path).value().node_id(), "universite-lyon");
}

TEST(TlsIdentity, IsWhatOpensslSeesInIt) {
    const TemporaryFolder folder;
    const auto path = folder / "tls.pem";
    ASSERT_TRUE(TlsIdentity::create(path, "lyon", kMadeAt));
    const std::string text = output_of(folder, "openssl x509 -noout -text -in " + path.string());
    EXPECT_THAT(text, AllOf(HasSubstr("Subject: CN = lyon"), HasSubstr("Issuer: CN = lyon"),
                            HasSubstr("ASN1 OID: prime256v1"), HasSubstr("ecdsa-with-SHA256"),
                            HasSubstr("Not Before: Jan  1 00:00:00 2026 GMT"),
                            HasSubstr("Not After : Dec 30 00:00:00 2035 GMT"), HasSubstr("DNS:lyon")));
    const std::string print = output_of(folder, "openssl x509 -noout -pubkey -in " + path.string() +
                                                    " | openssl pkey -pubin -outform DER | sha256sum");
    EXPECT_EQ(TlsIdentity::read(path).value().fingerprint(), print.substr(0, 64));
    output_of(folder, "openssl verify -CAfile " + path.string() + " " + path.string());
}

TEST(TlsIdentity, TwoAreNeverTheSame) {
    const TemporaryFolder folder;
    ASSERT_TRUE(TlsIdentity::create(folder / "a", "lyon", kMadeAt));
    ASSERT_TRUE(TlsIdentity::create(folder / "b", "lyon", kMadeAt));
    EXPECT_NE(TlsIdentity::read(folder / "a").value().fingerprint(),
              TlsIdentity::read(folder / "b").value().fingerprint());
}

TEST(TlsIdentity, OtherFilesAreRefused) {
    const TemporaryFolder folder;
    const auto refusal = [&](const std::filesystem::path& path) {
        EXPECT_EQ(::chmod(path.c_str(), 0600), 0);
        return TlsIdentity::read(path).error().what;
    };
    EXPECT_THAT(TlsIdentity::read(folder / "none").error().what, HasSubstr("the key is missing"));
    EXPECT_THAT(refusal(folder.write("text", "no key")), HasSubstr("no P-256 private key"));
    ASSERT_TRUE(create_node_key(folder / "node.pem"));
    EXPECT_THAT(refusal(folder / "node.pem"), HasSubstr("no P-256 private key"));

    ASSERT_TRUE(TlsIdentity::create(folder / "a", "lyon", kMadeAt));
    ASSERT_TRUE(TlsIdentity::create(folder / "b", "lyon", kMadeAt));
    const std::string a = contents_of(folder / "a");
    const std::string b = contents_of(folder / "b");
    const std::size_t certificate = a.find("-----BEGIN CERTIFICATE");
    EXPECT_THAT(refusal(folder.write("key alone", a.substr(0, certificate))),
                HasSubstr("no certificate of its key"));
    EXPECT_THAT(
        refusal(folder.write("mixed", a.substr(0, certificate) + b.substr(b.find("-----BEGIN CERTIFICATE")))),
        HasSubstr("no certificate of its key"));
    ASSERT_EQ(::chmod((folder / "a").c_str(), 0604), 0);
    EXPECT_THAT(TlsIdentity::read(folder / "a").error().what, HasSubstr("others than its owner"));
}

TEST(TlsIdentity, NamesANode) {
    const TemporaryFolder folder;
    EXPECT_THAT(TlsIdentity::create(folder / "a", "Lyon, DNS:hub", kMadeAt).error().what,
                HasSubstr("is no node id"));
    EXPECT_FALSE(std::filesystem::exists(folder / "a"));
}

}  // namespace
}  // namespace assidu::rpc
