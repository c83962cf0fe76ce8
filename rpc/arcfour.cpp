#include "rpc/arcfour.h"

#include <openssl/evp.h>
#include <openssl/provider.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <stdexcept>

namespace assidu::rpc {

struct Arcfour::Handles {
    OSSL_LIB_CTX* context = nullptr;
    OSSL_PROVIDER* legacy = nullptr;
    EVP_CIPHER* cipher = nullptr;

    // Parts that were made before one could not be.
    ~Handles() {
        EVP_CIPHER_free(cipher);
        if (legacy != nullptr) OSSL_PROVIDER_unload(legacy);
        OSSL_LIB_CTX_free(context);
    }
};

namespace {

struct FreeCipherContext {
    void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};

// Never given back: OpenSSL's own handlers at exit would come before us.
const Arcfour::Handles* load() {
    auto handles = std::make_unique<Arcfour::Handles>();
    handles->context = OSSL_LIB_CTX_new();
    if (handles->context == nullptr) return nullptr;
    handles->legacy = OSSL_PROVIDER_load(handles->context, "legacy");
    if (handles->legacy == nullptr) return nullptr;
    handles->cipher = EVP_CIPHER_fetch(handles->context, "RC4", nullptr);
    if (handles->cipher == nullptr) return nullptr;
    return handles.release();
}

}  // namespace

config::Result<const Arcfour*> Arcfour::get() {
    static const Handles* const handles = load();
    static const Arcfour cipher(handles);
    if (handles == nullptr)
        return config::refuse(
            "OpenSSL's \"legacy\" provider cannot be loaded, and Moodle Networking seals with RC4, which is "
            "only "
            "there: install it (Debian: the package libssl3 has ossl-modules/legacy.so), and see that "
            "OPENSSL_MODULES, if it is set, names its folder");
    return &cipher;
}

std::string Arcfour::apply(std::string_view key, std::string_view bytes) const {
    if (key.size() != kArcfourKeyBytes) throw std::logic_error("a key of RC4 that has not 128 bits");
    const std::unique_ptr<EVP_CIPHER_CTX, FreeCipherContext> context(EVP_CIPHER_CTX_new());
    const auto failed = [] { return config::ResourceFailure("OpenSSL cannot compute RC4"); };
    if (!context ||
        EVP_EncryptInit_ex2(context.get(), handles_->cipher,
                            reinterpret_cast<const unsigned char*>(key.data()), nullptr, nullptr) != 1)
        throw failed();
    std::string out(bytes.size(), '\0');
    constexpr std::size_t kPiece = std::size_t{1} << 20;
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
        const std::size_t size = std::min(kPiece, bytes.size() - at);
        int written = 0;
        if (EVP_EncryptUpdate(context.get(), reinterpret_cast<unsigned char*>(out.data() + at), &written,
                              reinterpret_cast<const unsigned char*>(bytes.data() + at),
                              static_cast<int>(size)) != 1 ||
            static_cast<std::size_t>(written) != size)
            throw failed();
    }
    return out;
}

}  // namespace assidu::rpc
