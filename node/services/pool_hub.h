// A node's pool listener: what its members, and the hub that it joined itself, send over HTTPS, answered by
// federation::Reception.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "config/refusal.h"
#include "node/node.h"

namespace assidu::node::services {

class PoolHub {
  public:
    // Listens when it returns. `address` is numeric, port 0 any free one. `log` gets one line a refusal or
    // defect, from any thread. The node must outlive it; the ledger's file is opened once more, for the
    // listener alone. Refused if the address cannot be listened on.
    [[nodiscard]] static config::Result<std::unique_ptr<PoolHub>> start(
        const Node& node, const std::string& address, std::uint16_t port,
        std::function<void(std::string_view)> log);
    virtual ~PoolHub() = default;

    [[nodiscard]] virtual std::uint16_t port() const = 0;
    // Lets exchanges in flight finish for `grace`.
    virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace assidu::node::services
