// The archive on SQLite: one compact block a student and UTC day, a compressed set of the ids that are there,
// and a dictionary of shapes. Format: docs/formats/archive.md.
#pragma once

#include <filesystem>
#include <memory>

#include "node/archive/archive.h"

namespace assidu::node::archive {

[[nodiscard]] std::unique_ptr<Archive> open_sqlite_archive(const std::filesystem::path& path);

}  // namespace assidu::node::archive
