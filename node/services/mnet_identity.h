// This node's name and keys in Moodle Networking, as they are now: `assidu peer rotate` beside a running
// process changes them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "config/clock.h"
#include "config/refusal.h"
#include "node/node.h"
#include "rpc/mnet_key.h"

namespace assidu::node::services {

class MnetIdentity {
  public:
    // Makes the first key where there is none. Refused if the settings name no wwwroot, a key is not
    // readable, or OpenSSL has no RC4. `clock` must outlive it.
    [[nodiscard]] static config::Result<std::unique_ptr<MnetIdentity>> open(const NodeFolder& folder,
                                                                            const config::Settings& settings,
                                                                            const config::Clock& clock);

    [[nodiscard]] const std::string& wwwroot() const { return wwwroot_; }
    // The keys; looked for anew at most once a second. From any thread. Keys that have become unreadable
    // leave those of before in use.
    [[nodiscard]] std::shared_ptr<const rpc::MnetKeyRing> ring() const;
    // Makes a new key; peers that seal for the former one are told (fault 7025).
    [[nodiscard]] config::Result<void> rotate();

  private:
    MnetIdentity(std::filesystem::path keys, std::string wwwroot, const config::Clock& clock,
                 rpc::MnetKeyRing ring);

    const std::filesystem::path keys_;
    const std::string wwwroot_;
    const config::Clock& clock_;
    mutable std::mutex mutex_;
    // Under the mutex.
    mutable std::shared_ptr<const rpc::MnetKeyRing> ring_;
    mutable std::filesystem::file_time_type changed_;
    mutable std::int64_t looked_utc_s_ = 0;
};

}  // namespace assidu::node::services
