// The keys of Moodle Networking: RSA with a self-signed X.509 certificate that names its owner's wwwroot.
// Moodle signs with SHA-1 and seals with PKCS#1 v1.5, so these keys serve that protocol alone; whatever nodes
// say to each other stands on others (signing_key.h, tls_identity.h).
//
// A certificate is trusted because an administrator compared its fingerprint, not for what stands in it: as
// in Moodle, no date, serial number or issuer of a peer's is judged, only that it is RSA and names the
// wwwroot.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "rpc/secret.h"

namespace assidu::rpc {

// Refused unless it is "http://" or "https://", a host, and printable ASCII without a last slash, within
// limits::kMnetWwwrootBytesMax: how peers know each other, compared byte by byte.
[[nodiscard]] config::Result<void> check_wwwroot(std::string_view wwwroot);

// Immutable; may be read from any thread; copies share their key.
class MnetCertificate {
  public:
    // Out of PEM: one certificate and nothing else, with an RSA key of kMnetKeyBitsMin to kMnetKeyBitsMax.
    [[nodiscard]] static config::Result<MnetCertificate> of(std::string_view pem);

    // Refused, saying what it names, unless it is about this wwwroot, as Moodle judges it: the common name is
    // its first 64 characters, and a subjectAltName in the subject, if there is one, all of it.
    [[nodiscard]] config::Result<void> is_of(std::string_view wwwroot) const;

    // Lines of 64, as Moodle takes no other, and a line feed at the end.
    [[nodiscard]] const std::string& pem() const;
    // SHA-256 of the SubjectPublicKeyInfo (RFC 5280), 64 hexadecimal digits: what people compare.
    [[nodiscard]] const std::string& fingerprint() const;
    // What it says of itself: nobody vouches for any of it.
    [[nodiscard]] const std::string& common_name() const;
    [[nodiscard]] std::int64_t begins_utc_s() const;
    [[nodiscard]] std::int64_t ends_utc_s() const;
    [[nodiscard]] int bits() const;

    // RSASSA-PKCS1-v1_5 with SHA-1 over the bytes themselves.
    [[nodiscard]] bool verifies(std::string_view bytes, std::string_view signature) const;
    // RSAES-PKCS1-v1_5. Throws ResourceFailure if OpenSSL cannot.
    [[nodiscard]] std::string seal_key(std::string_view key) const;

    friend bool operator==(const MnetCertificate& one, const MnetCertificate& other) {
        return one.pem() == other.pem();
    }
    struct Handles;

  private:
    friend class MnetKey;
    explicit MnetCertificate(std::shared_ptr<const Handles> handles);
    std::shared_ptr<const Handles> handles_;
};

// A private key with its certificate. Immutable; may be used from any thread.
class MnetKey {
  public:
    // Makes RSA-2048 and a certificate about `wwwroot`, valid ten years from `made_at_utc_s`, in a new file,
    // readable by its owner alone, durable. Refused if the file exists.
    [[nodiscard]] static config::Result<void> create(const std::filesystem::path& path,
                                                     std::string_view wwwroot, std::int64_t made_at_utc_s);
    // Refused if it is missing, others may read it, or it is no RSA key with its certificate.
    [[nodiscard]] static config::Result<MnetKey> read(const std::filesystem::path& path);
    // Out of PEM: the private key, and the certificate in `certificate_pem`; empty: it has none, and
    // certificate() may not be asked for. Refused unless they belong together.
    [[nodiscard]] static config::Result<MnetKey> of(const Secret& key_pem, std::string_view certificate_pem);

    MnetKey(MnetKey&& other) noexcept;
    MnetKey& operator=(MnetKey&& other) noexcept;
    MnetKey(const MnetKey&) = delete;
    MnetKey& operator=(const MnetKey&) = delete;
    ~MnetKey();

    [[nodiscard]] const MnetCertificate& certificate() const;
    // RSASSA-PKCS1-v1_5 with SHA-1: the same bytes give the same signature. Throws ResourceFailure if OpenSSL
    // cannot.
    [[nodiscard]] std::string sign(std::string_view bytes) const;
    // What was sealed for this key. Where nothing sensible comes out, kArcfourKeyBytes of chance, so that a
    // caller who goes on with them tells nobody by the time it takes which step failed: judge by what the key
    // opens. (OpenSSL from 3.2 on does so itself, with chance of any length.)
    [[nodiscard]] Secret open_key(std::string_view sealed) const;
    // The same for a person who looks for what is wrong: what came out, of whatever length, or nothing.
    [[nodiscard]] std::optional<Secret> look_into(std::string_view sealed) const;

  private:
    struct Handles;
    explicit MnetKey(std::unique_ptr<Handles> handles);
    std::unique_ptr<Handles> handles_;
};

// The generations of a node's key, in files mnet-1.pem, mnet-2.pem, ... of one folder: the highest is in use,
// up to kMnetFormerKeysMax before it still open what peers seal who do not know better.
class MnetKeyRing {
  public:
    // Makes the first where there is none. Refused as MnetKey::read().
    [[nodiscard]] static config::Result<MnetKeyRing> open(const std::filesystem::path& folder,
                                                          std::string_view wwwroot, std::int64_t now_utc_s);
    // Makes the next one, and deletes what is past kMnetFormerKeysMax; a crash leaves a ring that opens.
    [[nodiscard]] static config::Result<MnetKeyRing> rotate(const std::filesystem::path& folder,
                                                            std::string_view wwwroot, std::int64_t now_utc_s);
    // Of keys at hand, the one in use first.
    explicit MnetKeyRing(std::vector<MnetKey> newest_first);

    // The one in use first. Never empty.
    [[nodiscard]] std::span<const MnetKey> keys() const { return keys_; }
    [[nodiscard]] const MnetKey& current() const { return keys_.front(); }

  private:
    std::vector<MnetKey> keys_;
};

}  // namespace assidu::rpc
