#include "rpc/key_file.h"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cstring>
#include <memory>

#include "config/digest.h"
#include "config/durable_file.h"
#include "config/limits.h"

namespace assidu::rpc {
namespace {

using config::refuse;
using config::ResourceFailure;

struct FreeKey {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
};
struct FreeKeyContext {
    void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
};
struct FreeBio {
    // A memory BIO may hold a private key: it is wiped as it goes.
    void operator()(BIO* bio) const {
        BUF_MEM* memory = nullptr;
        if (BIO_get_mem_ptr(bio, &memory) == 1 && memory != nullptr && memory->data != nullptr)
            OPENSSL_cleanse(memory->data, memory->length);
        BIO_free(bio);
    }
};
using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext>;
using MemoryBio = std::unique_ptr<BIO, FreeBio>;

constexpr mode_t kOwnerOnly = 0600;

config::Result<void> create_key_file(const std::filesystem::path& path, std::string_view bytes) {
    if (!config::create_file_durably(path, bytes, kOwnerOnly))
        return refuse(fmt::format("{}: exists already; a key is never overwritten", path.string()));
    return {};
}

}  // namespace

Secret Secret::random(std::size_t size) {
    Secret secret;
    secret.bytes_.resize(size);
    if (RAND_priv_bytes(reinterpret_cast<unsigned char*>(secret.bytes_.data()), static_cast<int>(size)) != 1)
        throw ResourceFailure("OpenSSL has no random bytes to give");
    return secret;
}

Secret Secret::copy_of(std::string_view bytes) {
    Secret secret;
    secret.bytes_.assign(bytes.begin(), bytes.end());
    return secret;
}

Secret::~Secret() {
    wipe();
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::move(other.bytes_)) {
    other.bytes_.clear();
}

Secret& Secret::operator=(Secret&& other) noexcept {
    if (this != &other) {
        wipe();
        bytes_ = std::move(other.bytes_);
        other.bytes_.clear();
    }
    return *this;
}

std::string_view Secret::reveal() const {
    return {bytes_.data(), bytes_.size()};
}

void Secret::wipe() {
    if (!bytes_.empty()) OPENSSL_cleanse(bytes_.data(), bytes_.size());
    bytes_.clear();
}

std::array<std::uint8_t, 32> hmac_sha256(const Secret& key, std::string_view message) {
    std::array<std::uint8_t, 32> tag{};
    unsigned size = 0;
    const unsigned char* done =
        HMAC(EVP_sha256(), key.reveal().data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(message.data()), message.size(), tag.data(), &size);
    if (done != tag.data() || size != tag.size()) throw ResourceFailure("OpenSSL cannot compute an HMAC");
    return tag;
}

config::Result<Secret> read_key_file(const std::filesystem::path& path) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return refuse(
            fmt::format("{}: the key is missing ({}); restore it from your backup: a new key would make "
                        "other pseudonyms of the same students",
                        path.string(), std::strerror(errno)));
    if ((status.st_mode & 077) != 0)
        return refuse(
            fmt::format("{}: others than its owner may read this key; set its mode to 600", path.string()));
    auto bytes = config::read_file(path, config::limits::kDocumentBytesMax);
    if (!bytes) return std::unexpected(bytes.error());
    Secret secret = Secret::copy_of(*bytes);
    OPENSSL_cleanse(bytes->data(), bytes->size());
    return secret;
}

config::Result<void> create_student_secret(const std::filesystem::path& path) {
    const Secret secret = Secret::random(kStudentSecretBytes);
    const std::string_view bytes = secret.reveal();
    std::string text =
        config::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}) + "\n";
    auto created = create_key_file(path, text);
    OPENSSL_cleanse(text.data(), text.size());
    return created;
}

config::Result<Secret> read_student_secret(const std::filesystem::path& path) {
    auto file = read_key_file(path);
    if (!file) return std::unexpected(file.error());
    std::string_view text = file->reveal();
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto bytes = config::unhex(text);
    if (!bytes || bytes->size() != kStudentSecretBytes)
        return refuse(fmt::format("{}: not a student secret (64 hexadecimal digits)", path.string()));
    Secret secret = Secret::copy_of(*bytes);
    OPENSSL_cleanse(bytes->data(), bytes->size());
    return secret;
}

config::Result<void> create_node_key(const std::filesystem::path& path) {
    const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr));
    EVP_PKEY* raw = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &raw) != 1)
        throw ResourceFailure("OpenSSL cannot make an Ed25519 key");
    const Key key(raw);
    const MemoryBio bio(BIO_new(BIO_s_mem()));
    if (!bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        throw ResourceFailure("OpenSSL cannot write an Ed25519 key");
    const char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return create_key_file(path, {data, static_cast<std::size_t>(size)});
}

config::Result<std::string> node_key_fingerprint(const std::filesystem::path& path) {
    const auto file = read_key_file(path);
    if (!file) return std::unexpected(file.error());
    const std::string_view pem = file->reveal();
    const MemoryBio bio(BIO_new(BIO_s_mem()));
    if (!bio ||
        BIO_write(bio.get(), pem.data(), static_cast<int>(pem.size())) != static_cast<int>(pem.size()))
        throw ResourceFailure("OpenSSL has no memory for a key");
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
        return refuse(fmt::format("{}: not an Ed25519 private key in PEM", path.string()));
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    if (size <= 0) throw ResourceFailure("OpenSSL cannot write a public key");
    const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return config::hex(config::sha256(bytes));
}

}  // namespace assidu::rpc
