// The hub as an administrator of this node accepted it, in `hub.json`.
#pragma once

#include <filesystem>
#include <optional>

#include "config/refusal.h"
#include "federation/delivery.h"
#include "node/node.h"

namespace assidu::node::services {

// Nothing if this node has joined no hub; with the lesser agreement on names of both sides. Refused if the
// file is not of its form.
[[nodiscard]] config::Result<std::optional<federation::Hub>> read_hub(const NodeFolder& folder);
// Durable; replaces the one before.
void write_hub(const NodeFolder& folder, const federation::Hub& hub);

// A connection to the hub that pins its certificate and shows ours: carries documents. Refused if the URL is
// none.
[[nodiscard]] config::Result<federation::Carry> carry_to(const std::string& url,
                                                         const std::string& tls_fingerprint,
                                                         const rpc::TlsIdentity& identity);

}  // namespace assidu::node::services
