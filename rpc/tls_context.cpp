#include "rpc/tls_context.h"

#include <Poco/Net/X509Certificate.h>
#include <openssl/ssl.h>
#include <signal.h>

#include <array>
#include <string_view>

#include "config/refusal.h"
#include "rpc/pem.h"

namespace assidu::rpc {
namespace {

using config::ResourceFailure;
using Poco::Net::Context;

void check(bool done) {
    if (!done) throw ResourceFailure("OpenSSL refuses the settings of a TLS context");
}

// These two stand in for OpenSSL's verification of a chain: there is no chain, only a key, and the handshake
// proves that the peer has it. They are called from C: nothing may be thrown.
int accept_key(X509_STORE_CTX* store, void*) {
    const X509* certificate = X509_STORE_CTX_get0_cert(store);
    return certificate != nullptr && is_p256(X509_get0_pubkey(certificate)) ? 1 : 0;
}

int accept_any_key(X509_STORE_CTX* store, void*) {
    return X509_STORE_CTX_get0_cert(store) != nullptr ? 1 : 0;
}

int accept_pinned(X509_STORE_CTX* store, void* argument) {
    try {
        Pin& pin = *static_cast<Pin*>(argument);
        if (accept_key(store, nullptr) != 1) return 0;
        pin.shown = fingerprint_of(X509_STORE_CTX_get0_cert(store));
        if (!pin.expected || pin.shown == *pin.expected) return 1;
    } catch (...) {
        static_cast<Pin*>(argument)->shown.clear();
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_UNTRUSTED);
    return 0;
}

Context::Ptr bare_context(Context::Usage usage, Context::VerificationMode mode, const TlsIdentity* identity) {
    Context::Params parameters;
    parameters.verificationMode = mode;
    Context::Ptr context(new Context(usage, parameters));
    // POCO's own check after the handshake compares host names.
    context->enableExtendedCertificateVerification(false);
    SSL_CTX* raw = context->sslContext();
    check(SSL_CTX_set_min_proto_version(raw, TLS1_3_VERSION) == 1);
    check(SSL_CTX_set1_groups_list(raw, "X25519:P-256") == 1);
    check(SSL_CTX_set1_sigalgs_list(raw, "ECDSA+SHA256") == 1);
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
    check(SSL_CTX_set_num_tickets(raw, 0) == 1);
    if (identity != nullptr) {
        check(SSL_CTX_use_certificate(raw, identity->handles().certificate.get()) == 1);
        check(SSL_CTX_use_PrivateKey(raw, identity->handles().key.get()) == 1);
    }
    return context;
}

void never_resume(SSL_CTX* raw) {
    SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(raw, SSL_OP_NO_TICKET);
    check(SSL_CTX_set_num_tickets(raw, 0) == 1);
}

Context::VerificationMode mode_of(ClientCertificate asked) {
    return asked == ClientCertificate::required   ? Context::VERIFY_STRICT
           : asked == ClientCertificate::optional ? Context::VERIFY_RELAXED
                                                  : Context::VERIFY_NONE;
}

}  // namespace

bool is_p256(const EVP_PKEY* key) {
    std::array<char, 32> group{};
    std::size_t size = 0;
    return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
           EVP_PKEY_get_group_name(key, group.data(), group.size(), &size) == 1 &&
           std::string_view(group.data(), size) == SN_X9_62_prime256v1;
}

Context::Ptr server_context(const TlsIdentity& identity, ClientCertificate asked) {
    Context::Ptr context = bare_context(Context::TLS_SERVER_USE, mode_of(asked), &identity);
    SSL_CTX_set_cert_verify_callback(context->sslContext(), accept_key, nullptr);
    return context;
}

Context::Ptr server_context(const WebCertificate& certificate, ClientCertificate asked) {
    Context::Params parameters;
    parameters.verificationMode = mode_of(asked);
    Context::Ptr context(new Context(Context::TLS_SERVER_USE, parameters));
    context->enableExtendedCertificateVerification(false);
    SSL_CTX* raw = context->sslContext();
    check(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1);
    never_resume(raw);
    const auto& handles = certificate.handles();
    check(SSL_CTX_use_certificate(raw, handles.chain.front().get()) == 1);
    check(SSL_CTX_use_PrivateKey(raw, handles.key.get()) == 1);
    for (std::size_t i = 1; i < handles.chain.size(); ++i)
        check(SSL_CTX_add1_chain_cert(raw, handles.chain[i].get()) == 1);
    SSL_CTX_set_cert_verify_callback(raw, accept_any_key, nullptr);
    return context;
}

Context::Ptr client_context(const TlsIdentity* identity, Pin& pin) {
    Context::Ptr context = bare_context(Context::TLS_CLIENT_USE, Context::VERIFY_STRICT, identity);
    SSL_CTX_set_cert_verify_callback(context->sslContext(), accept_pinned, &pin);
    return context;
}

std::optional<std::string> peer_fingerprint(const Poco::Net::SecureStreamSocket& socket) {
    if (!socket.havePeerCertificate()) return std::nullopt;
    return fingerprint_of(socket.peerCertificate().certificate());
}

void ignore_broken_pipes() {
    static const bool once = [] {
        struct sigaction current{};
        if (::sigaction(SIGPIPE, nullptr, &current) == 0 && current.sa_handler == SIG_DFL)
            ::signal(SIGPIPE, SIG_IGN);
        return true;
    }();
    static_cast<void>(once);
}

}  // namespace assidu::rpc
