// Keys as bytes: PEM in and out, and the fingerprint by which people accept one. Private to this floor.
#pragma once

#include <string>
#include <string_view>

#include "rpc/openssl_handles.h"
#include "rpc/secret.h"

namespace assidu::rpc {

// PKCS#8, PEM. Throws ResourceFailure if OpenSSL cannot.
[[nodiscard]] Secret private_key_pem(const Key& key);

// The first private key in `pem`; null if there is none that OpenSSL reads without a passphrase.
[[nodiscard]] Key private_key_from(std::string_view pem);

// The first certificate in `pem`; null if there is none.
[[nodiscard]] Certificate certificate_from(std::string_view pem);

// SHA-256 of the SubjectPublicKeyInfo (RFC 5280), in hexadecimal: of a key, and of the key in a certificate
// as it stands there. Throws ResourceFailure if OpenSSL cannot write it.
[[nodiscard]] std::string fingerprint_of(const Key& key);
[[nodiscard]] std::string fingerprint_of(const X509* certificate);

}  // namespace assidu::rpc
