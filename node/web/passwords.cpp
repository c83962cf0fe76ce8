#include "node/web/passwords.h"

#include <argon2.h>

#include <array>
#include <mutex>

#include "config/refusal.h"
#include "rpc/secret.h"

namespace assidu::node::web {
namespace {

constexpr std::uint32_t kMemoryKib = 64 * 1024, kPasses = 3, kLanes = 1;
constexpr std::size_t kSaltBytes = 16, kDigestBytes = 32, kEncodedBytesMax = 128;

std::mutex& one_at_a_time() {
    static std::mutex mutex;
    return mutex;
}

}  // namespace

std::string hash_password(std::string_view password) {
    const rpc::Secret salt = rpc::Secret::random(kSaltBytes);
    std::array<char, kEncodedBytesMax> encoded{};
    const std::lock_guard lock(one_at_a_time());
    const int result = ::argon2id_hash_encoded(kPasses, kMemoryKib, kLanes, password.data(), password.size(),
                                               salt.reveal().data(), salt.size(), kDigestBytes,
                                               encoded.data(), encoded.size());
    if (result != ARGON2_OK)
        throw config::ResourceFailure(std::string("a password cannot be kept: ") +
                                      ::argon2_error_message(result));
    return encoded.data();
}

bool is_password(const std::string& encoded, std::string_view password) {
    // Of no password: what takes the time that a real one takes.
    static const std::string nobody = hash_password("nobody's");
    const std::string& form = encoded.starts_with("$argon2id$") ? encoded : nobody;
    const std::lock_guard lock(one_at_a_time());
    const bool same = ::argon2id_verify(form.c_str(), password.data(), password.size()) == ARGON2_OK;
    return same && &form == &encoded;
}

}  // namespace assidu::node::web
