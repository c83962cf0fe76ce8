// The vectors of Moodle Networking in tests/data/mnet: messages that Moodle's own functions and two real
// Moodles made, with their (throwaway) keys.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "rpc/mnet_key.h"
#include "tests/temporary_folder.h"

namespace assidu::tests {

inline std::string mnet_file(const std::string& name) {
    const std::filesystem::path path = std::filesystem::path(ASSIDU_SOURCE_DIR) / "tests/data/mnet" / name;
    EXPECT_TRUE(std::filesystem::exists(path)) << path;
    return contents_of(path);
}

inline rpc::MnetCertificate mnet_certificate(const std::string& name) {
    auto certificate = rpc::MnetCertificate::of(mnet_file(name));
    if (!certificate) throw std::runtime_error(name + ": " + certificate.error().what);
    return *certificate;
}

// "keys/a" stands for keys/a.key and keys/a.crt.
inline rpc::MnetKey mnet_key(const std::string& name) {
    auto key = rpc::MnetKey::of(rpc::Secret::copy_of(mnet_file(name + ".key")), mnet_file(name + ".crt"));
    if (!key) throw std::runtime_error(name + ": " + key.error().what);
    return std::move(*key);
}

inline rpc::MnetKeyRing mnet_ring(const std::string& newest, const std::string& former = {}) {
    std::vector<rpc::MnetKey> keys;
    keys.push_back(mnet_key(newest));
    if (!former.empty()) keys.push_back(mnet_key(former));
    return rpc::MnetKeyRing(std::move(keys));
}

inline constexpr const char* kPeerA = "http://peer-a.example.org";
inline constexpr const char* kPeerB = "https://peer-b.example.org/moodle";

// Who B knows: A, and itself.
inline std::optional<rpc::MnetCertificate> known_in_vectors(const std::string& wwwroot) {
    if (wwwroot == kPeerA) return mnet_certificate("keys/a.crt");
    if (wwwroot == kPeerB) return mnet_certificate("keys/b.crt");
    return std::nullopt;
}

}  // namespace assidu::tests
