#include "rpc/mnet_key.h"

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

#include "config/limits.h"
#include "rpc/arcfour.h"
#include "rpc/key_file.h"
#include "rpc/openssl_handles.h"
#include "rpc/pem.h"
#include "rpc/web_post.h"
#include "rpc/xml_text.h"

namespace assidu::rpc {

struct MnetCertificate::Handles {
    Certificate certificate;
    EVP_PKEY* key = nullptr;  // the certificate's
    std::string pem, fingerprint, common_name;
    std::optional<std::string> alternative;  // the subject's subjectAltName
    std::int64_t begins_utc_s = 0, ends_utc_s = 0;
};

struct MnetKey::Handles {
    Key key;
    std::optional<MnetCertificate> certificate;
};

namespace {

namespace limits = config::limits;
using config::refuse;
using config::ResourceFailure;
using config::Result;

// Ten years, leap days left aside.
constexpr std::int64_t kValidSeconds = std::int64_t{3650} * 86'400;
constexpr std::size_t kCommonNameMax = 64;
constexpr std::size_t kNameTextMax = 1'024;
constexpr std::string_view kPemBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kPemEnd = "-----END CERTIFICATE-----";
constexpr std::string_view kFileBegin = "mnet-", kFileEnd = ".pem";

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void check(bool done) {
    if (!done) throw ResourceFailure("OpenSSL cannot make a key for Moodle Networking");
}

// The last entry of that kind in the subject, as Moodle reads it; nothing if there is none.
std::optional<std::string> subject_entry(const X509* certificate, int nid) {
    const X509_NAME* const subject = X509_get_subject_name(certificate);
    const int at = X509_NAME_get_index_by_NID(subject, nid, -1);
    if (at < 0) return std::nullopt;
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
    if (size < 0) return std::string();
    std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    OPENSSL_free(utf8);
    return text.substr(0, kNameTextMax);
}

std::int64_t seconds_of(const ASN1_TIME* time) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(time, &parts) != 1) return 0;
    return static_cast<std::int64_t>(::timegm(&parts));
}

std::string pem_of(X509* certificate) {
    const MemoryBio bio(BIO_new(BIO_s_mem()));
    check(bio != nullptr && PEM_write_bio_X509(bio.get(), certificate) == 1);
    const char* data = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &data);
    return {data, static_cast<std::size_t>(size)};
}

// Whether the text is one PEM block of a certificate and blanks around it.
bool is_one_certificate(std::string_view pem) {
    const std::size_t begin = pem.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos) return false;
    pem = pem.substr(begin, pem.find_last_not_of(kBlanks) + 1 - begin);
    return pem.starts_with(kPemBegin) && pem.ends_with(kPemEnd) &&
           pem.find(kPemBegin, 1) == std::string_view::npos && pem.find('\0') == std::string_view::npos;
}

void add_name(X509_NAME* name, int nid, std::string_view value) {
    check(X509_NAME_add_entry_by_NID(name, nid, MBSTRING_UTF8, bytes_of(value),
                                     static_cast<int>(value.size()), -1, 0) == 1);
}

// X509_NAME_add_entry_by_NID knows no bounds for subjectAltName as a part of a name; Moodle writes it there.
void add_alternative(X509_NAME* name, std::string_view wwwroot) {
    X509_NAME_ENTRY* const entry =
        X509_NAME_ENTRY_create_by_NID(nullptr, NID_subject_alt_name, V_ASN1_UTF8STRING, bytes_of(wwwroot),
                                      static_cast<int>(wwwroot.size()));
    const bool added = entry != nullptr && X509_NAME_add_entry(name, entry, -1, 0) == 1;
    X509_NAME_ENTRY_free(entry);
    check(added);
}

void set_serial_number(X509* certificate) {
    std::array<unsigned char, 16> bytes{};
    check(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1);
    bytes.front() = static_cast<unsigned char>((bytes.front() & 0x7FU) | 0x40U);
    const Number number(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    check(number != nullptr &&
          BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

Certificate certificate_for(const Key& key, std::string_view wwwroot, std::int64_t made_at_utc_s) {
    Certificate certificate(X509_new());
    check(certificate != nullptr);
    X509* const raw = certificate.get();
    check(X509_set_version(raw, X509_VERSION_3) == 1);
    set_serial_number(raw);
    check(ASN1_TIME_set(X509_getm_notBefore(raw), made_at_utc_s) != nullptr);
    check(ASN1_TIME_set(X509_getm_notAfter(raw), made_at_utc_s + kValidSeconds) != nullptr);
    X509_NAME* const name = X509_get_subject_name(raw);
    add_name(name, NID_organizationalUnitName, "Moodle");
    add_name(name, NID_commonName, wwwroot.substr(0, kCommonNameMax));
    add_alternative(name, wwwroot);
    check(X509_set_issuer_name(raw, name) == 1);
    check(X509_set_pubkey(raw, key.get()) == 1);
    check(X509_sign(raw, key.get(), EVP_sha256()) > 0);
    return certificate;
}

KeyContext context_for(EVP_PKEY* key, int (*init)(EVP_PKEY_CTX*)) {
    KeyContext context(EVP_PKEY_CTX_new(key, nullptr));
    if (!context || init(context.get()) != 1 ||
        EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1)
        return nullptr;
    return context;
}

// For signatures and their verification.
KeyContext sha1_context_for(EVP_PKEY* key, int (*init)(EVP_PKEY_CTX*)) {
    KeyContext context = context_for(key, init);
    if (context && EVP_PKEY_CTX_set_signature_md(context.get(), EVP_sha1()) != 1) return nullptr;
    return context;
}

std::array<unsigned char, 20> sha1(std::string_view bytes) {
    std::array<unsigned char, 20> digest{};
    unsigned size = 0;
    check(EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha1(), nullptr) == 1 &&
          size == digest.size());
    return digest;
}

bool is_rsa(const EVP_PKEY* key) {
    return key != nullptr && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
}

// The generations that lie in a folder, the newest first.
std::vector<std::int64_t> generations(const std::filesystem::path& folder) {
    std::vector<std::int64_t> found;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
        const std::string name = entry.path().filename().string();
        if (!name.starts_with(kFileBegin) || !name.ends_with(kFileEnd)) continue;
        const char* const end = name.data() + name.size() - kFileEnd.size();
        std::int64_t number = 0;
        const auto [stop, error] = std::from_chars(name.data() + kFileBegin.size(), end, number);
        if (error == std::errc() && stop == end && number > 0) found.push_back(number);
    }
    std::ranges::sort(found, std::greater());
    return found;
}

std::filesystem::path file_of(const std::filesystem::path& folder, std::int64_t generation) {
    return folder / fmt::format("{}{}{}", kFileBegin, generation, kFileEnd);
}

Result<MnetKeyRing> read_ring(const std::filesystem::path& folder) {
    std::vector<MnetKey> keys;
    for (const std::int64_t generation : generations(folder)) {
        if (keys.size() > limits::kMnetFormerKeysMax) break;
        auto key = MnetKey::read(file_of(folder, generation));
        if (!key) return std::unexpected(key.error());
        keys.push_back(std::move(*key));
    }
    return MnetKeyRing(std::move(keys));
}

}  // namespace

Result<void> check_wwwroot(std::string_view wwwroot) {
    if (wwwroot.size() > limits::kMnetWwwrootBytesMax)
        return refuse(fmt::format("a wwwroot has at most {} bytes", limits::kMnetWwwrootBytesMax));
    if (const auto url = web_url_of(wwwroot); !url || wwwroot.ends_with('/') || wwwroot.contains('?') ||
                                              wwwroot.find_first_of("&<>\"'") != std::string_view::npos)
        return refuse(
            fmt::format("'{}' is no wwwroot, such as https://moodle.univ-lyon.fr or "
                        "https://univ-lyon.fr/moodle, without a last slash",
                        shown(wwwroot)));
    return {};
}

MnetCertificate::MnetCertificate(std::shared_ptr<const Handles> handles) : handles_(std::move(handles)) {}

Result<MnetCertificate> MnetCertificate::of(std::string_view pem) {
    if (pem.size() > limits::kMnetCertificateBytesMax || !is_one_certificate(pem))
        return refuse("it is not one certificate in PEM and nothing else");
    auto handles = std::make_shared<Handles>();
    handles->certificate = certificate_from(pem);
    if (!handles->certificate) return refuse("it is no certificate that OpenSSL reads");
    X509* const raw = handles->certificate.get();
    handles->key = X509_get0_pubkey(raw);
    if (!is_rsa(handles->key)) return refuse("its key is not of RSA, which Moodle Networking seals with");
    const int bits = EVP_PKEY_get_bits(handles->key);
    if (bits < limits::kMnetKeyBitsMin || bits > limits::kMnetKeyBitsMax)
        return refuse(fmt::format("its RSA key has {} bits; from {} to {} are taken", bits,
                                  limits::kMnetKeyBitsMin, limits::kMnetKeyBitsMax));
    handles->pem = pem_of(raw);
    handles->fingerprint = fingerprint_of(raw);
    handles->common_name = subject_entry(raw, NID_commonName).value_or("");
    handles->alternative = subject_entry(raw, NID_subject_alt_name);
    handles->begins_utc_s = seconds_of(X509_get0_notBefore(raw));
    handles->ends_utc_s = seconds_of(X509_get0_notAfter(raw));
    return MnetCertificate(std::move(handles));
}

Result<void> MnetCertificate::is_of(std::string_view wwwroot) const {
    if (handles_->common_name != wwwroot.substr(0, kCommonNameMax))
        return refuse(fmt::format("the certificate is about '{}' (its common name), not '{}'",
                                  shown(handles_->common_name), shown(wwwroot)));
    if (handles_->alternative && *handles_->alternative != wwwroot)
        return refuse(fmt::format("the certificate is about '{}' (subjectAltName in its subject), not '{}'",
                                  shown(*handles_->alternative), shown(wwwroot)));
    return {};
}

const std::string& MnetCertificate::pem() const {
    return handles_->pem;
}
const std::string& MnetCertificate::fingerprint() const {
    return handles_->fingerprint;
}
const std::string& MnetCertificate::common_name() const {
    return handles_->common_name;
}
std::int64_t MnetCertificate::begins_utc_s() const {
    return handles_->begins_utc_s;
}
std::int64_t MnetCertificate::ends_utc_s() const {
    return handles_->ends_utc_s;
}
int MnetCertificate::bits() const {
    return EVP_PKEY_get_bits(handles_->key);
}

bool MnetCertificate::verifies(std::string_view bytes, std::string_view signature) const {
    const KeyContext context = sha1_context_for(handles_->key, EVP_PKEY_verify_init);
    if (!context) throw ResourceFailure("OpenSSL cannot verify RSA with SHA-1");
    const auto digest = sha1(bytes);
    return EVP_PKEY_verify(context.get(), bytes_of(signature), signature.size(), digest.data(),
                           digest.size()) == 1;
}

std::string MnetCertificate::seal_key(std::string_view key) const {
    const KeyContext context = context_for(handles_->key, EVP_PKEY_encrypt_init);
    std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(handles_->key));
    std::string sealed(size, '\0');
    if (!context || EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(sealed.data()), &size,
                                     bytes_of(key), key.size()) != 1)
        throw ResourceFailure("OpenSSL cannot seal with RSA");
    sealed.resize(size);
    return sealed;
}

MnetKey::MnetKey(std::unique_ptr<Handles> handles) : handles_(std::move(handles)) {}
MnetKey::MnetKey(MnetKey&& other) noexcept = default;
MnetKey& MnetKey::operator=(MnetKey&& other) noexcept = default;
MnetKey::~MnetKey() = default;

Result<void> MnetKey::create(const std::filesystem::path& path, std::string_view wwwroot,
                             std::int64_t made_at_utc_s) {
    if (auto good = check_wwwroot(wwwroot); !good) return good;
    const KeyContext context(EVP_PKEY_CTX_new_id(EVP_PKEY_RSA, nullptr));
    EVP_PKEY* raw = nullptr;
    check(context && EVP_PKEY_keygen_init(context.get()) == 1 &&
          EVP_PKEY_CTX_set_rsa_keygen_bits(context.get(), limits::kMnetKeyBitsMin) == 1 &&
          EVP_PKEY_keygen(context.get(), &raw) == 1);
    const Key key(raw);
    const Secret pem = private_key_pem(key);
    const std::string certificate = pem_of(certificate_for(key, wwwroot, made_at_utc_s).get());
    std::string bytes;
    // Once, so that no half of the key stays behind in a buffer given back.
    bytes.reserve(pem.size() + certificate.size());
    bytes.append(pem.reveal()).append(certificate);
    auto created = create_key_file(path, bytes);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return created;
}

Result<MnetKey> MnetKey::read(const std::filesystem::path& path) {
    const auto file = read_key_file(path, "restore it from your backup, or let peers swap keys anew");
    if (!file) return std::unexpected(file.error());
    const std::string_view bytes = file->reveal();
    const std::size_t begin = bytes.find(kPemBegin);
    if (begin == std::string_view::npos)
        return refuse(fmt::format("{}: no certificate in PEM", path.string()));
    auto key = of(*file, bytes.substr(begin));
    if (!key) return refuse(fmt::format("{}: {}", path.string(), key.error().what));
    return key;
}

Result<MnetKey> MnetKey::of(const Secret& key_pem, std::string_view certificate_pem) {
    auto handles = std::make_unique<Handles>();
    handles->key = private_key_from(key_pem.reveal());
    if (!is_rsa(handles->key.get())) return refuse("there is no RSA private key in PEM without a passphrase");
    if (certificate_pem.empty()) return MnetKey(std::move(handles));
    auto certificate = MnetCertificate::of(certificate_pem);
    if (!certificate) return refuse("of its certificate: " + certificate.error().what);
    if (X509_check_private_key(certificate->handles_->certificate.get(), handles->key.get()) != 1)
        return refuse("key and certificate do not belong together");
    handles->certificate = std::move(*certificate);
    return MnetKey(std::move(handles));
}

const MnetCertificate& MnetKey::certificate() const {
    return handles_->certificate.value();
}

std::string MnetKey::sign(std::string_view bytes) const {
    const KeyContext context = sha1_context_for(handles_->key.get(), EVP_PKEY_sign_init);
    const auto digest = sha1(bytes);
    std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(handles_->key.get()));
    std::string signature(size, '\0');
    if (!context || EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                                  digest.data(), digest.size()) != 1)
        throw ResourceFailure("OpenSSL cannot sign with RSA and SHA-1");
    signature.resize(size);
    return signature;
}

Secret MnetKey::open_key(std::string_view sealed) const {
    Secret chance = Secret::random(kArcfourKeyBytes);
    auto opened = look_into(sealed);
    return opened && opened->size() == kArcfourKeyBytes ? std::move(*opened) : std::move(chance);
}

std::optional<Secret> MnetKey::look_into(std::string_view sealed) const {
    const KeyContext context = context_for(handles_->key.get(), EVP_PKEY_decrypt_init);
    if (!context) throw ResourceFailure("OpenSSL cannot open what RSA sealed");
    std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(handles_->key.get()));
    std::string opened(size, '\0');
    const bool done = EVP_PKEY_decrypt(context.get(), reinterpret_cast<unsigned char*>(opened.data()), &size,
                                       bytes_of(sealed), sealed.size()) == 1;
    Secret key = Secret::copy_of({opened.data(), done ? size : 0});
    OPENSSL_cleanse(opened.data(), opened.size());
    if (!done) return std::nullopt;
    return key;
}

MnetKeyRing::MnetKeyRing(std::vector<MnetKey> newest_first) : keys_(std::move(newest_first)) {
    if (keys_.empty()) throw std::logic_error("a ring of no keys");
}

Result<MnetKeyRing> MnetKeyRing::open(const std::filesystem::path& folder, std::string_view wwwroot,
                                      std::int64_t now_utc_s) {
    if (generations(folder).empty()) {
        // Two processes may come here at once: the file of the faster one stands.
        const auto made = MnetKey::create(file_of(folder, 1), wwwroot, now_utc_s);
        if (!made && generations(folder).empty()) return std::unexpected(made.error());
    }
    return read_ring(folder);
}

Result<MnetKeyRing> MnetKeyRing::rotate(const std::filesystem::path& folder, std::string_view wwwroot,
                                        std::int64_t now_utc_s) {
    std::vector<std::int64_t> known = generations(folder);
    const std::int64_t next = known.empty() ? 1 : known.front() + 1;
    if (auto made = MnetKey::create(file_of(folder, next), wwwroot, now_utc_s); !made)
        return std::unexpected(made.error());
    for (std::size_t i = limits::kMnetFormerKeysMax; i < known.size(); ++i) {
        std::error_code error;
        std::filesystem::remove(file_of(folder, known[i]), error);
        if (error)
            throw ResourceFailure(fmt::format("{}: cannot be deleted: {}", file_of(folder, known[i]).string(),
                                              error.message()));
    }
    return read_ring(folder);
}

}  // namespace assidu::rpc
