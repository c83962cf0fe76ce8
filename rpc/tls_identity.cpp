#include "rpc/tls_identity.h"

#include <fmt/format.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include <array>
#include <utility>

#include "config/settings.h"
#include "rpc/key_file.h"
#include "rpc/pem.h"
#include "rpc/tls_context.h"

namespace assidu::rpc {
namespace {

using config::refuse;
using config::ResourceFailure;

// Ten years, leap days left aside.
constexpr std::int64_t kValidSeconds = std::int64_t{3650} * 86'400;

void check(bool done) {
    if (!done) throw ResourceFailure("OpenSSL cannot make a certificate");
}

// RFC 5280 4.1.2.2: unique, positive, up to 20 octets.
void set_serial_number(X509* certificate) {
    std::array<unsigned char, 16> bytes{};
    check(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    bytes.front() = static_cast<unsigned char>((bytes.front() & 0x7FU) | 0x40U);
    const Number number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    check(number != nullptr);
    check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

void add_extension(X509* certificate, int nid, const std::string& value) {
    X509V3_CTX context{};
    X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
    const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
    check(extension != nullptr);
    check(X509_add_ext(certificate, extension.get(), -1) == 1);
}

Certificate certificate_for(const Key& key, const std::string& node_id, std::int64_t made_at_utc_s) {
    Certificate certificate(X509_new());
    check(certificate != nullptr);
    X509* raw = certificate.get();
    check(X509_set_version(raw, X509_VERSION_3) == 1);
    set_serial_number(raw);
    check(ASN1_TIME_set(X509_getm_notBefore(raw), made_at_utc_s) != nullptr);
    check(ASN1_TIME_set(X509_getm_notAfter(raw), made_at_utc_s + kValidSeconds) != nullptr);
    X509_NAME* name = X509_get_subject_name(raw);
    check(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(node_id.data()),
                                     static_cast<int>(node_id.size()), -1, 0) == 1);
    check(X509_set_issuer_name(raw, name) == 1);
    check(X509_set_pubkey(raw, key.get()) == 1);
    add_extension(raw, NID_basic_constraints, "critical,CA:FALSE");
    add_extension(raw, NID_key_usage, "critical,digitalSignature");
    add_extension(raw, NID_ext_key_usage, "serverAuth,clientAuth");
    add_extension(raw, NID_subject_alt_name, "DNS:" + node_id);
    // Documented result: the size of the signature.
    check(X509_sign(raw, key.get(), EVP_sha256()) > 0);
    return certificate;
}

std::string certificate_pem(const Certificate& certificate) {
    const MemoryBio bio(BIO_new(BIO_s_mem()));
    check(bio != nullptr);
    check(PEM_write_bio_X509(bio.get(), certificate.get()) == 1);
    const char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

std::string common_name_of(const X509* certificate) {
    std::array<char, 65> text{};
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                               text.data(), static_cast<int>(text.size()));
    return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : std::string();
}

}  // namespace

TlsIdentity::TlsIdentity(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
TlsIdentity::TlsIdentity(TlsIdentity&& other) noexcept = default;
TlsIdentity& TlsIdentity::operator=(TlsIdentity&& other) noexcept = default;
TlsIdentity::~TlsIdentity() = default;

const std::string& TlsIdentity::fingerprint() const {
    return handles_->fingerprint;
}

const std::string& TlsIdentity::node_id() const {
    return handles_->node_id;
}

config::Result<void> TlsIdentity::create(const std::filesystem::path& path, std::string_view node_id,
                                         std::int64_t made_at_utc_s) {
    if (!config::is_node_id(node_id))
        return refuse(
            fmt::format("{}: '{}' is no node id (a-z, 0-9 and hyphens, at most 48)", path.string(), node_id));
    const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_EC, nullptr));
    EVP_PKEY* raw = nullptr;
    if (!context || EVP_PKEY_keygen_init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context.get(), NID_X9_62_prime256v1) != 1 ||
        EVP_PKEY_keygen(context.get(), &raw) != 1)
        throw ResourceFailure("OpenSSL cannot make a P-256 key");
    const Key key(raw);
    const Secret pem = private_key_pem(key);
    std::string bytes;
    // Once, so that no half of the key stays behind in a buffer given back.
    const std::string certificate =
        certificate_pem(certificate_for(key, std::string(node_id), made_at_utc_s));
    bytes.reserve(pem.size() + certificate.size());
    bytes.append(pem.reveal()).append(certificate);
    auto created = create_key_file(path, bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return created;
}

config::Result<TlsIdentity> TlsIdentity::read(const std::filesystem::path& path) {
    const auto file = read_key_file(
        path, "restore it from your backup: peers would have to accept the fingerprint of a new one");
    if (!file) return std::unexpected(file.error());
    auto handles = std::make_unique<Handles>();
    handles->key = private_key_from(file->reveal());
    handles->certificate = certificate_from(file->reveal());
    if (!is_p256(handles->key.get()))
        return refuse(fmt::format("{}: no P-256 private key in PEM", path.string()));
    if (!handles->certificate || X509_check_private_key(handles->certificate.get(), handles->key.get()) != 1)
        return refuse(fmt::format("{}: no certificate of its key in PEM", path.string()));
    handles->fingerprint = fingerprint_of(handles->certificate.get());
    handles->node_id = common_name_of(handles->certificate.get());
    return TlsIdentity(std::move(handles));
}

}  // namespace assidu::rpc
