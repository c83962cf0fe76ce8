// The TLS of this floor, the same on both sides: version 1.3 alone, P-256 certificates alone, no resumption,
// and trust by fingerprint in place of certificate authorities. Private to this floor (POCO, OpenSSL).
//
// Without resumption every connection shows its certificate again, so that a peer struck off is struck off at
// its next connection. Keep-alive is what saves handshakes.
#pragma once

#include <Poco/Net/Context.h>
#include <Poco/Net/SecureStreamSocket.h>

#include <optional>
#include <string>
#include <vector>

#include "rpc/openssl_handles.h"
#include "rpc/tls_identity.h"
#include "rpc/web_certificate.h"

namespace assidu::rpc {

struct TlsIdentity::Handles {
    Key key;
    Certificate certificate;
    std::string fingerprint;
    std::string node_id;
};

struct WebCertificate::Handles {
    Key key;
    std::vector<Certificate> chain;  // the certificate of the key first
};

// Whether this is a key of P-256; of a null pointer, no.
[[nodiscard]] bool is_p256(const EVP_PKEY* key);

// What a client expects of a server's certificate and what it was shown. The context keeps a pointer to it.
struct Pin {
    // The fingerprint to insist on; with none, any is taken (to look, not to talk).
    std::optional<std::string> expected;
    // The fingerprint of the last handshake, also of one refused; empty before the first.
    std::string shown;
};

// All throw ResourceFailure if OpenSSL refuses. The identity or certificate may go afterwards.
[[nodiscard]] Poco::Net::Context::Ptr server_context(const TlsIdentity& identity, ClientCertificate asked);
// For clients that are not nodes: TLS 1.2 too, and client certificates with any key.
[[nodiscard]] Poco::Net::Context::Ptr server_context(const WebCertificate& certificate,
                                                     ClientCertificate asked);
// `pin` must outlive the context; handshakes of one context are one at a time.
[[nodiscard]] Poco::Net::Context::Ptr client_context(const TlsIdentity* identity, Pin& pin);

// The fingerprint of the certificate that the other side showed in a finished handshake.
[[nodiscard]] std::optional<std::string> peer_fingerprint(const Poco::Net::SecureStreamSocket& socket);

// Lets this process live on when a peer closes a connection that it writes to: SIGPIPE is ignored unless
// somebody handles it already. OpenSSL writes without MSG_NOSIGNAL.
void ignore_broken_pipes();

}  // namespace assidu::rpc
