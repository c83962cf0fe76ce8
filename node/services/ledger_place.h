// Where a file lies, in words that a copy of it would not repeat.
#pragma once

#include <filesystem>
#include <string>

namespace assidu::node::services {

// The machine's start, the disk, the file's number on it and when it was made: another one after the file was
// restored or moved and after the machine was started anew (which a restored machine was). What cannot be
// found out is left out. A copy over the very same file, on a running machine, is not noticed.
[[nodiscard]] std::string place_of(const std::filesystem::path& file);

}  // namespace assidu::node::services
