// The key files of a node. Each is made once, durably, readable by its owner alone, and never overwritten.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "config/refusal.h"
#include "rpc/secret.h"

namespace assidu::rpc {

// 256 bits: the key under which students get their pseudonyms.
inline constexpr std::size_t kStudentSecretBytes = 32;

// Makes a student secret in a new file: hexadecimal and a line feed. Refused if the file exists.
[[nodiscard]] config::Result<void> create_student_secret(const std::filesystem::path& path);
// Refused if it is missing, not of that form, or readable by others than its owner.
[[nodiscard]] config::Result<Secret> read_student_secret(const std::filesystem::path& path);

// 128 bits: what stands in the paths under which a Moodle's own pushes are taken.
inline constexpr std::size_t kIntakeSecretBytes = 16;

// The same for an intake secret.
[[nodiscard]] config::Result<void> create_intake_secret(const std::filesystem::path& path);
[[nodiscard]] config::Result<Secret> read_intake_secret(const std::filesystem::path& path);

// Makes an Ed25519 key (RFC 8032) in a new file: PKCS#8, PEM. Refused if the file exists.
[[nodiscard]] config::Result<void> create_node_key(const std::filesystem::path& path);
// The fingerprint of the key in that file: SHA-256 of its SubjectPublicKeyInfo (RFC 5280), in hexadecimal.
[[nodiscard]] config::Result<std::string> node_key_fingerprint(const std::filesystem::path& path);

// What the functions above stand on, for the other keys of this floor.
// A new file of `bytes`, durable, readable by its owner alone. Refused if it exists.
[[nodiscard]] config::Result<void> create_key_file(const std::filesystem::path& path, std::string_view bytes);
// Its bytes. Refused if it is missing (with `if_missing`, what to do then) or others may read it.
[[nodiscard]] config::Result<Secret> read_key_file(const std::filesystem::path& path,
                                                   std::string_view if_missing);

}  // namespace assidu::rpc
