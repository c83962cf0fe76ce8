// Files that are wholly there or not there.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "config/refusal.h"

namespace assidu::config {

// Writes `bytes` beside `path`, syncs them, and puts them in place of whatever `path` was, syncing the folder
// too: after a crash the file is the old one or the new one. Throws ResourceFailure naming the path (disk
// full, no permission...); the temporary file is removed then.
void write_file_durably(const std::filesystem::path& path, std::string_view bytes, mode_t mode = 0644);

// The same without the syncs, for a document that can be made again: whole or not there while the machine
// runs.
void replace_file(const std::filesystem::path& path, std::string_view bytes, mode_t mode = 0644);

// Durably, and only if the file does not exist yet: false, and nothing written, if it does.
[[nodiscard]] bool create_file_durably(const std::filesystem::path& path, std::string_view bytes,
                                       mode_t mode);

// The whole file, refused when it cannot be read or is longer than `bytes_max`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::size_t bytes_max);

}  // namespace assidu::config
