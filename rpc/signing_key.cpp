#include "rpc/signing_key.h"

#include <fmt/format.h>
#include <openssl/evp.h>

#include "rpc/key_file.h"
#include "rpc/openssl_handles.h"
#include "rpc/pem.h"

namespace assidu::rpc {
namespace {

using config::ResourceFailure;

struct FreeContext {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

Key public_key(std::string_view raw) {
    Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(raw), raw.size()));
    if (!key) throw ResourceFailure("OpenSSL cannot hold an Ed25519 public key");
    return key;
}

std::string raw_public(EVP_PKEY* key) {
    std::string raw(kEd25519KeyBytes, '\0');
    std::size_t size = raw.size();
    if (EVP_PKEY_get_raw_public_key(key, bytes_of(raw), &size) != 1 || size != raw.size())
        throw ResourceFailure("OpenSSL cannot give an Ed25519 public key");
    return raw;
}

}  // namespace

config::Result<VerifyingKey> VerifyingKey::of(std::string_view raw) {
    if (raw.size() != kEd25519KeyBytes)
        return config::refuse(
            fmt::format("an Ed25519 public key has {} bytes, not {}", kEd25519KeyBytes, raw.size()));
    return VerifyingKey(std::string(raw));
}

std::string VerifyingKey::fingerprint() const {
    return fingerprint_of(public_key(raw_));
}

bool VerifyingKey::verifies(std::string_view message, std::string_view signature) const {
    if (signature.size() != kEd25519SignatureBytes) return false;
    const Key key = public_key(raw_);
    const Context context(EVP_MD_CTX_new());
    if (!context || EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) != 1)
        throw ResourceFailure("OpenSSL cannot start to verify");
    return EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(), bytes_of(message),
                            message.size()) == 1;
}

struct SigningKey::Parts {
    Key key;
    VerifyingKey verifying;
};

SigningKey::SigningKey(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

config::Result<SigningKey> SigningKey::read(const std::filesystem::path& path) {
    const auto file = read_key_file(path, "restore it from your backup: a new key would be another node's");
    if (!file) return std::unexpected(file.error());
    Key key = private_key_from(file->reveal());
    if (!key || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519)
        return config::refuse(fmt::format("{}: not an Ed25519 private key in PEM", path.string()));
    VerifyingKey verifying = VerifyingKey::of(raw_public(key.get())).value();
    return SigningKey(std::make_unique<Parts>(std::move(key), std::move(verifying)));
}

SigningKey SigningKey::generate() {
    const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr));
    EVP_PKEY* made = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 || EVP_PKEY_keygen(context.get(), &made) != 1)
        throw ResourceFailure("OpenSSL cannot make an Ed25519 key");
    Key key(made);
    VerifyingKey verifying = VerifyingKey::of(raw_public(key.get())).value();
    return SigningKey(std::make_unique<Parts>(std::move(key), std::move(verifying)));
}

std::string SigningKey::sign(std::string_view message) const {
    const Context context(EVP_MD_CTX_new());
    std::string signature(kEd25519SignatureBytes, '\0');
    std::size_t size = signature.size();
    if (!context || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, parts_->key.get()) != 1 ||
        EVP_DigestSign(context.get(), bytes_of(signature), &size, bytes_of(message), message.size()) != 1 ||
        size != signature.size())
        throw ResourceFailure("OpenSSL cannot sign");
    return signature;
}

const VerifyingKey& SigningKey::verifying_key() const {
    return parts_->verifying;
}

}  // namespace assidu::rpc
