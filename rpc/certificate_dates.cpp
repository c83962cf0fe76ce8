#include "rpc/certificate_dates.h"

#include <fmt/format.h>
#include <openssl/asn1.h>
#include <time.h>

#include "config/durable_file.h"
#include "config/limits.h"
#include "rpc/pem.h"

namespace assidu::rpc {

config::Result<std::int64_t> certificate_expiry_utc_s(const std::filesystem::path& path) {
    const auto pem = config::read_file(path, config::limits::kCertificateBytesMax);
    if (!pem) return std::unexpected(pem.error());
    const Certificate certificate = certificate_from(*pem);
    std::tm end{};
    if (!certificate || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1)
        return config::refuse(fmt::format("{}: no certificate stands there", path.string()));
    return static_cast<std::int64_t>(::timegm(&end));
}

}  // namespace assidu::rpc
