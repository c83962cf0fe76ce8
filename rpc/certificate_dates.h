// Until when a certificate is good.
#pragma once

#include <cstdint>
#include <filesystem>

#include "config/refusal.h"

namespace assidu::rpc {

// The end of the first certificate of a PEM file, seconds UTC. Refused if it cannot be read or holds none.
[[nodiscard]] config::Result<std::int64_t> certificate_expiry_utc_s(const std::filesystem::path& path);

}  // namespace assidu::rpc
