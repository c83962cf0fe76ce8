// Owners of OpenSSL's handles, one a kind. Private to this floor: what others see of keys is in key_file.h
// and tls_identity.h.
//
// OpenSSL is judged by its documented return value alone, `== 1` for most calls; its error queue is for
// texts.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/buffer.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

namespace assidu::rpc {

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
struct FreeCertificate {
    void operator()(X509* certificate) const { X509_free(certificate); }
};
struct FreeExtension {
    void operator()(X509_EXTENSION* extension) const { X509_EXTENSION_free(extension); }
};
struct FreeNumber {
    void operator()(BIGNUM* number) const { BN_free(number); }
};

using Key = std::unique_ptr<EVP_PKEY, FreeKey>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, FreeKeyContext>;
using MemoryBio = std::unique_ptr<BIO, FreeBio>;
using Certificate = std::unique_ptr<X509, FreeCertificate>;
using Extension = std::unique_ptr<X509_EXTENSION, FreeExtension>;
using Number = std::unique_ptr<BIGNUM, FreeNumber>;

}  // namespace assidu::rpc
