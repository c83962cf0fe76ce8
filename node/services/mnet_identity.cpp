#include "node/services/mnet_identity.h"

#include <fmt/format.h>

#include <system_error>

#include "rpc/arcfour.h"

namespace assidu::node::services {
namespace {

std::filesystem::file_time_type changed_at(const std::filesystem::path& folder) {
    std::error_code ignored;
    return std::filesystem::last_write_time(folder, ignored);
}

}  // namespace

MnetIdentity::MnetIdentity(std::filesystem::path keys, std::string wwwroot, const config::Clock& clock,
                           rpc::MnetKeyRing ring)
    : keys_(std::move(keys)),
      wwwroot_(std::move(wwwroot)),
      clock_(clock),
      ring_(std::make_shared<const rpc::MnetKeyRing>(std::move(ring))),
      changed_(changed_at(keys_)),
      looked_utc_s_(clock.now_utc_s()) {}

config::Result<std::unique_ptr<MnetIdentity>> MnetIdentity::open(const NodeFolder& folder,
                                                                 const config::Settings& settings,
                                                                 const config::Clock& clock) {
    if (settings.mnet.wwwroot.empty())
        return config::refuse(
            fmt::format("{}: set [mnet] wwwroot, this node's own address as Moodles know it",
                        folder.settings().string()));
    if (const auto cipher = rpc::Arcfour::get(); !cipher) return std::unexpected(cipher.error());
    if (const auto good = rpc::check_wwwroot(settings.mnet.wwwroot); !good)
        return std::unexpected(good.error());
    const std::filesystem::path keys = folder.path / "keys";
    auto ring = rpc::MnetKeyRing::open(keys, settings.mnet.wwwroot, clock.now_utc_s());
    if (!ring) return std::unexpected(ring.error());
    if (const auto named = ring->current().certificate().is_of(settings.mnet.wwwroot); !named)
        return config::refuse(
            fmt::format("{}; [mnet] wwwroot has changed: `assidu peer rotate` makes a key for the "
                        "new one, and peers must add this node anew",
                        named.error().what));
    return std::unique_ptr<MnetIdentity>(
        new MnetIdentity(keys, settings.mnet.wwwroot, clock, std::move(*ring)));
}

std::shared_ptr<const rpc::MnetKeyRing> MnetIdentity::ring() const {
    const std::lock_guard lock(mutex_);
    const std::int64_t now_utc_s = clock_.now_utc_s();
    if (now_utc_s == looked_utc_s_) return ring_;
    looked_utc_s_ = now_utc_s;
    if (const auto changed = changed_at(keys_); changed != changed_) {
        auto ring = rpc::MnetKeyRing::open(keys_, wwwroot_, now_utc_s);
        if (ring) {
            ring_ = std::make_shared<const rpc::MnetKeyRing>(std::move(*ring));
            changed_ = changed;
        }
    }
    return ring_;
}

config::Result<void> MnetIdentity::rotate() {
    auto ring = rpc::MnetKeyRing::rotate(keys_, wwwroot_, clock_.now_utc_s());
    if (!ring) return std::unexpected(ring.error());
    const std::lock_guard lock(mutex_);
    ring_ = std::make_shared<const rpc::MnetKeyRing>(std::move(*ring));
    changed_ = changed_at(keys_);
    return {};
}

}  // namespace assidu::node::services
