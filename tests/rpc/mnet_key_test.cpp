#include "rpc/mnet_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include "config/limits.h"
#include "tests/rpc/mnet_data.h"

namespace assidu::rpc {
namespace {

using ::testing::HasSubstr;
using tests::mnet_certificate;
using tests::mnet_file;

constexpr const char* kWwwroot = "https://assidu.univ-lyon.fr";
constexpr std::int64_t kNow = 1'795'000'000;

// A self-signed certificate of `key`, named by `common_name`.
std::string certificate_of(EVP_PKEY* key, const char* common_name) {
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 0);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), -1);  // ended already: nobody looks
    X509_set_pubkey(certificate, key);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(common_name), -1, -1, 0);
    X509_sign(certificate, key, EVP_sha1());
    BIO* bio = BIO_new(BIO_s_mem());
    PEM_write_bio_X509(bio, certificate);
    char* data = nullptr;
    const long size = BIO_get_mem_data(bio, &data);
    std::string pem(data, static_cast<std::size_t>(size));
    BIO_free(bio);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return pem;
}

TEST(MnetKey, IsMadeOnceAndMoodleWouldTakeItsCertificate) {
    const tests::TemporaryFolder folder;
    ASSERT_TRUE(MnetKey::create(folder / "k.pem", kWwwroot, kNow));
    EXPECT_FALSE(MnetKey::create(folder / "k.pem", kWwwroot, kNow));
    struct stat status{};
    ASSERT_EQ(::stat((folder / "k.pem").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
    const auto key = MnetKey::read(folder / "k.pem");
    ASSERT_TRUE(key) << key.error().what;
    const MnetCertificate& certificate = key->certificate();
    EXPECT_EQ(certificate.bits(), 2'048);
    EXPECT_EQ(certificate.common_name(), kWwwroot);
    EXPECT_TRUE(certificate.is_of(kWwwroot));
    EXPECT_EQ(certificate.begins_utc_s(), kNow);
    // The form that Moodle's filter asks for: lines of exactly 64.
    std::istringstream lines(certificate.pem());
    std::vector<std::string> all;
    for (std::string line; std::getline(lines, line);)
        all.push_back(line);
    EXPECT_EQ(all.front(), "-----BEGIN CERTIFICATE-----");
    EXPECT_EQ(all.back(), "-----END CERTIFICATE-----");
    for (std::size_t i = 1; i + 2 < all.size(); ++i)
        EXPECT_EQ(all[i].size(), 64U);
    EXPECT_LE(all[all.size() - 2].size(), 64U);
    EXPECT_EQ(MnetCertificate::of(certificate.pem())->fingerprint(), certificate.fingerprint());

    EXPECT_TRUE(certificate.verifies("payload", key->sign("payload")));
    EXPECT_FALSE(certificate.verifies("Payload", key->sign("payload")));
    EXPECT_EQ(key->open_key(certificate.seal_key("0123456789abcdef")).reveal(), "0123456789abcdef");
    ::chmod((folder / "k.pem").c_str(), 0644);
    EXPECT_THAT(MnetKey::read(folder / "k.pem").error().what, HasSubstr("others"));
}

TEST(MnetKey, ALongWwwrootIsNamedWhole) {
    const tests::TemporaryFolder folder;
    const std::string wwwroot =
        "https://moodle.universite-de-quelque-part.example.org/formation/continue/daeu";
    ASSERT_GT(wwwroot.size(), 64U);
    ASSERT_TRUE(MnetKey::create(folder / "k.pem", wwwroot, kNow));
    const MnetKey key = MnetKey::read(folder / "k.pem").value();
    EXPECT_EQ(key.certificate().common_name(), wwwroot.substr(0, 64));
    EXPECT_TRUE(key.certificate().is_of(wwwroot));
    EXPECT_THAT(key.certificate().is_of(wwwroot.substr(0, 64)).error().what, HasSubstr("subjectAltName"));
}

TEST(MnetKey, ACertificateIsAboutOneWwwroot) {
    const MnetCertificate a = mnet_certificate("keys/a.crt");
    EXPECT_TRUE(a.is_of(tests::kPeerA));
    EXPECT_THAT(a.is_of(tests::kPeerB).error().what, HasSubstr("is about 'http://peer-a.example.org'"));
    EXPECT_FALSE(a.is_of(std::string(tests::kPeerA) + "/"));
    // Without the attribute, as Mahara's.
    const std::string mahara = certificate_of(EVP_RSA_gen(2'048), "https://mahara.example.org");
    const auto certificate = MnetCertificate::of(mahara);
    ASSERT_TRUE(certificate) << certificate.error().what;
    EXPECT_TRUE(certificate->is_of("https://mahara.example.org"));
}

TEST(MnetKey, OnlyRsaOfASensibleSizeIsTakenAndOneCertificateAtATime) {
    EXPECT_THAT(MnetCertificate::of(certificate_of(EVP_EC_gen("P-256"), "x")).error().what,
                HasSubstr("not of RSA"));
    EXPECT_THAT(MnetCertificate::of(certificate_of(EVP_RSA_gen(1'024), "x")).error().what,
                HasSubstr("1024 bits"));
    const std::string a = mnet_file("keys/a.crt");
    EXPECT_FALSE(MnetCertificate::of(a + a));
    EXPECT_FALSE(MnetCertificate::of(a + "x"));
    EXPECT_FALSE(MnetCertificate::of("x" + a));
    EXPECT_FALSE(MnetCertificate::of(""));
    EXPECT_TRUE(MnetCertificate::of("\r\n" + a + "\n\n"));
    std::string crlf;
    for (const char c : a)
        crlf += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_EQ(MnetCertificate::of(crlf).value(), mnet_certificate("keys/a.crt"));
    EXPECT_TRUE(
        MnetCertificate::of(std::string(config::limits::kMnetCertificateBytesMax - a.size(), '\n') + a));
    EXPECT_FALSE(
        MnetCertificate::of(std::string(config::limits::kMnetCertificateBytesMax - a.size() + 1, '\n') + a));
    EXPECT_FALSE(MnetKey::of(Secret::copy_of(mnet_file("keys/a.key")), mnet_file("keys/b.crt")));
}

TEST(MnetKey, ARingKeepsThreeFormerKeysAndForgetsTheRest) {
    const tests::TemporaryFolder folder;
    std::vector<std::string> fingerprints;
    fingerprints.push_back(
        MnetKeyRing::open(folder.path(), kWwwroot, kNow)->current().certificate().fingerprint());
    EXPECT_EQ(MnetKeyRing::open(folder.path(), kWwwroot, kNow)->current().certificate().fingerprint(),
              fingerprints.back());
    for (int i = 1; i <= 5; ++i) {
        const auto ring = MnetKeyRing::rotate(folder.path(), kWwwroot, kNow + i);
        ASSERT_TRUE(ring) << ring.error().what;
        fingerprints.insert(fingerprints.begin(), ring->current().certificate().fingerprint());
        const MnetKeyRing again = MnetKeyRing::open(folder.path(), kWwwroot, kNow).value();
        ASSERT_EQ(again.keys().size(), std::min<std::size_t>(fingerprints.size(), 4));
        for (std::size_t k = 0; k < again.keys().size(); ++k)
            EXPECT_EQ(again.keys()[k].certificate().fingerprint(), fingerprints[k]);
    }
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 4);
}

TEST(MnetKey, AWwwrootIsWrittenOneWay) {
    for (const char* good : {"https://moodle.example", "http://127.0.0.1:8101", "https://x.fr/moodle"})
        EXPECT_TRUE(check_wwwroot(good)) << good;
    for (const char* bad :
         {"https://moodle.example/", "moodle.example", "ftp://x", "https://u@x", "https://x#y", "https://x?y",
          "https://x/é", "https://", "https://x/ y", "https://x/<y>", ""})
        EXPECT_FALSE(check_wwwroot(bad)) << bad;
    const std::string most = "https://x/" + std::string(config::limits::kMnetWwwrootBytesMax - 10, 'a');
    EXPECT_TRUE(check_wwwroot(most));
    EXPECT_FALSE(check_wwwroot(most + "a"));
}

}  // namespace
}  // namespace assidu::rpc
