#include "node/web/sessions.h"

#include <algorithm>

#include "config/digest.h"
#include "config/limits.h"
#include "rpc/secret.h"

namespace assidu::node::web {
namespace {

constexpr std::size_t kSecretBytes = 32;

// A map is looked up byte by byte, and a digest tells nothing by that.
std::string key_of(std::string_view secret) {
    return config::hex(config::sha256(secret));
}

}  // namespace

std::string Sessions::begin(const std::string& name, std::int64_t now_s) {
    const rpc::Secret random = rpc::Secret::random(kSecretBytes);
    const std::string_view bytes = random.reveal();
    std::string secret = config::hex({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
    const std::lock_guard lock(mutex_);
    if (sessions_.size() >= config::limits::kSessionsMax)
        sessions_.erase(
            std::ranges::min_element(sessions_, {}, [](const auto& one) { return one.second.seen_s; }));
    sessions_[key_of(secret)] = {name, now_s, now_s};
    return secret;
}

std::optional<std::string> Sessions::name_of(std::string_view secret, std::int64_t now_s) {
    const std::lock_guard lock(mutex_);
    const auto found = sessions_.find(key_of(secret));
    if (found == sessions_.end()) return std::nullopt;
    Session& session = found->second;
    if (now_s - session.seen_s >= config::limits::kSessionIdleSeconds ||
        now_s - session.begun_s >= config::limits::kSessionSecondsMax) {
        sessions_.erase(found);
        return std::nullopt;
    }
    session.seen_s = now_s;
    return session.name;
}

void Sessions::end(std::string_view secret) {
    const std::lock_guard lock(mutex_);
    sessions_.erase(key_of(secret));
}

}  // namespace assidu::node::web
