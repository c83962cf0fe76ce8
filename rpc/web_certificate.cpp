#include "rpc/web_certificate.h"

#include <fmt/format.h>
#include <openssl/pem.h>

#include "config/durable_file.h"
#include "config/limits.h"
#include "rpc/key_file.h"
#include "rpc/pem.h"
#include "rpc/tls_context.h"

namespace assidu::rpc {
namespace {

// All certificates of a PEM text, in their order.
std::vector<Certificate> certificates_from(std::string_view pem) {
    std::vector<Certificate> chain;
    const MemoryBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    while (bio) {
        Certificate next(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
        if (!next) break;
        chain.push_back(std::move(next));
    }
    return chain;
}

}  // namespace

WebCertificate::WebCertificate(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
WebCertificate::WebCertificate(WebCertificate&& other) noexcept = default;
WebCertificate& WebCertificate::operator=(WebCertificate&& other) noexcept = default;
WebCertificate::~WebCertificate() = default;

config::Result<WebCertificate> WebCertificate::read(const std::filesystem::path& chain,
                                                    const std::filesystem::path& key) {
    const auto pem = config::read_file(chain, config::limits::kCertificateBytesMax);
    if (!pem) return std::unexpected(pem.error());
    const auto secret = read_key_file(key, "[intake] tls_key names it");
    if (!secret) return std::unexpected(secret.error());
    auto handles = std::make_unique<Handles>();
    handles->chain = certificates_from(*pem);
    handles->key = private_key_from(secret->reveal());
    if (handles->chain.empty())
        return config::refuse(fmt::format("{}: no certificate in PEM", chain.string()));
    if (!handles->key)
        return config::refuse(fmt::format("{}: no private key in PEM without a passphrase", key.string()));
    if (X509_check_private_key(handles->chain.front().get(), handles->key.get()) != 1)
        return config::refuse(fmt::format("{}: its first certificate is not that of the key in {}",
                                          chain.string(), key.string()));
    return WebCertificate(std::move(handles));
}

}  // namespace assidu::rpc
