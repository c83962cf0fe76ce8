#include "rpc/key_file.h"

#include <fmt/format.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <sys/stat.h>

#include <cstring>

#include "config/digest.h"
#include "config/durable_file.h"
#include "config/limits.h"
#include "rpc/openssl_handles.h"
#include "rpc/pem.h"

namespace assidu::rpc {
namespace {

using config::refuse;
using config::ResourceFailure;

constexpr mode_t kOwnerOnly = 0600;

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

bool Secret::equals(std::string_view bytes) const {
    return bytes.size() == bytes_.size() && CRYPTO_memcmp(bytes.data(), bytes_.data(), bytes_.size()) == 0;
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

config::Result<void> create_key_file(const std::filesystem::path& path, std::string_view bytes) {
    if (!config::create_file_durably(path, bytes, kOwnerOnly))
        return refuse(fmt::format("{}: exists already; a key is never overwritten", path.string()));
    return {};
}

config::Result<Secret> read_key_file(const std::filesystem::path& path, std::string_view if_missing) {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0)
        return refuse(
            fmt::format("{}: the key is missing ({}); {}", path.string(), std::strerror(errno), if_missing));
    if ((status.st_mode & 077) != 0)
        return refuse(
            fmt::format("{}: others than its owner may read this key; set its mode to 600", path.string()));
    auto bytes = config::read_file(path, config::limits::kDocumentBytesMax);
    if (!bytes) return std::unexpected(bytes.error());
    Secret secret = Secret::copy_of(*bytes);
    OPENSSL_cleanse(bytes->data(), bytes->size());
    return secret;
}

namespace {

config::Result<void> create_secret(const std::filesystem::path& path, std::size_t size) {
    const Secret secret = Secret::random(size);
    const std::string_view bytes = secret.reveal();
    std::string text =
        config::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}) + "\n";
    auto created = create_key_file(path, text);
    OPENSSL_cleanse(text.data(), text.size());
    return created;
}

config::Result<Secret> read_secret(const std::filesystem::path& path, std::size_t size, const char* name,
                                   std::string_view if_missing) {
    auto file = read_key_file(path, if_missing);
    if (!file) return std::unexpected(file.error());
    std::string_view text = file->reveal();
    if (text.ends_with('\n')) text.remove_suffix(1);
    auto bytes = config::unhex(text);
    if (!bytes || bytes->size() != size)
        return refuse(fmt::format("{}: not {} ({} hexadecimal digits)", path.string(), name, 2 * size));
    Secret secret = Secret::copy_of(*bytes);
    OPENSSL_cleanse(bytes->data(), bytes->size());
    return secret;
}

}  // namespace

config::Result<void> create_student_secret(const std::filesystem::path& path) {
    return create_secret(path, kStudentSecretBytes);
}

config::Result<Secret> read_student_secret(const std::filesystem::path& path) {
    return read_secret(path, kStudentSecretBytes, "a student secret",
                       "restore it from your backup: a new key would make other pseudonyms of the "
                       "same students");
}

config::Result<void> create_intake_secret(const std::filesystem::path& path) {
    return create_secret(path, kIntakeSecretBytes);
}

config::Result<Secret> read_intake_secret(const std::filesystem::path& path) {
    return read_secret(path, kIntakeSecretBytes, "an intake secret",
                       "restore it from your backup, or enter a new address in the Moodle");
}

config::Result<void> create_node_key(const std::filesystem::path& path) {
    const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr));
    EVP_PKEY* raw = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &raw) != 1)
        throw ResourceFailure("OpenSSL cannot make an Ed25519 key");
    const Key key(raw);
    return create_key_file(path, private_key_pem(key).reveal());
}

config::Result<std::string> node_key_fingerprint(const std::filesystem::path& path) {
    const auto file =
        read_key_file(path, "restore it from your backup: what it signed is known by its fingerprint");
    if (!file) return std::unexpected(file.error());
    const Key key = private_key_from(file->reveal());
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
        return refuse(fmt::format("{}: not an Ed25519 private key in PEM", path.string()));
    return fingerprint_of(key);
}

}  // namespace assidu::rpc
