// What an `assidu serve` runs on its web listener: the routes of this room, over one node's folder.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include "config/clock.h"
#include "config/refusal.h"
#include "node/node.h"
#include "node/web/web_listener.h"

namespace assidu::node::web {

class WebServices {
  public:
    // Listens when it returns. `node` is read here alone; `clock` must outlive it. `batch_asked`: staff asked
    // for a batch of reports, which whoever has the node's folder is to run (staff/ordered_batches.h); from
    // any thread. Refused if the address cannot be listened on, the certificate cannot be read, or its secret
    // is none.
    [[nodiscard]] static config::Result<std::unique_ptr<WebServices>> start(
        const Node& node, const config::Clock& clock, std::function<void(std::string_view line)> log,
        std::function<void()> batch_asked);
    virtual ~WebServices() = default;

    // How it is reached from outside.
    [[nodiscard]] virtual std::string root() const = 0;
    // Lets exchanges in flight finish for `grace`.
    virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace assidu::node::web
