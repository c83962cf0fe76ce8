// The MNet listener: where Moodles find this node as a peer.
//
//     POST {path}/mnet/xmlrpc/server.php   calls (mnet_desk.h); faults, too, have status 200: Moodle's client
//                                          looks at nothing else
//     GET  {path}/mnet/publickey.php       the certificate, for administrators
//     GET  {path}/                         a page with a short title, which a Moodle takes the peer's name
//     from
//
// {path} is that of [mnet] wwwroot. Everything else is a 404.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>

#include "config/clock.h"
#include "config/refusal.h"
#include "node/node.h"
#include "node/services/mnet_desk.h"

namespace assidu::node::services {

class MnetListener {
  public:
    // Listens when it returns. `log` gets one line at a time, from any thread. `clock` must outlive it.
    // Refused if the settings, the keys or the address do not allow it. Throws ResourceFailure.
    [[nodiscard]] static config::Result<std::unique_ptr<MnetListener>> start(
        const NodeFolder& folder, const config::Settings& settings, const config::Clock& clock,
        std::function<void(std::string_view line)> log);
    virtual ~MnetListener() = default;

    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual std::string fingerprint() const = 0;
    [[nodiscard]] virtual MnetCounts counts() const = 0;
    // Puts counts and seals down (MnetDesk::remember()). From one thread at a time.
    virtual void remember() = 0;
    // Lets exchanges in flight finish for `grace`, then remembers.
    virtual void stop(std::chrono::milliseconds grace) = 0;
};

}  // namespace assidu::node::services
