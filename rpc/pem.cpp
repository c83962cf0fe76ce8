#include "rpc/pem.h"

#include <openssl/pem.h>

#include "config/digest.h"
#include "config/refusal.h"

namespace assidu::rpc {
namespace {

using config::ResourceFailure;

MemoryBio bio_of(std::string_view bytes) {
    MemoryBio bio(BIO_new(BIO_s_mem()));
    const int size = static_cast<int>(bytes.size());
    if (!bio || (size > 0 && BIO_write(bio.get(), bytes.data(), size) != size))
        throw ResourceFailure("OpenSSL has no memory for a key");
    return bio;
}

// A key without a passphrase is asked for: without this OpenSSL would ask at the terminal.
int no_passphrase(char*, int, int, void*) {
    return -1;
}

std::string digest_of_der(unsigned char* der, int size) {
    if (size <= 0) throw ResourceFailure("OpenSSL cannot write a public key");
    const std::string bytes(reinterpret_cast<const char*>(der), static_cast<std::size_t>(size));
    OPENSSL_free(der);
    return config::hex(config::sha256(bytes));
}

}  // namespace

Secret private_key_pem(const Key& key) {
    const MemoryBio bio(BIO_new(BIO_s_mem()));
    if (!bio ||
        PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1)
        throw ResourceFailure("OpenSSL cannot write a private key");
    const char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return Secret::copy_of({data, static_cast<std::size_t>(size)});
}

Key private_key_from(std::string_view pem) {
    const MemoryBio bio = bio_of(pem);
    return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
}

Certificate certificate_from(std::string_view pem) {
    const MemoryBio bio = bio_of(pem);
    return Certificate(PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr));
}

std::string fingerprint_of(const Key& key) {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key.get(), &der);
    return digest_of_der(der, size);
}

std::string fingerprint_of(const X509* certificate) {
    unsigned char* der = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
    return digest_of_der(der, size);
}

}  // namespace assidu::rpc
