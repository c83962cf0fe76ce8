// The canonical zip of a package: a set of named files has one spelling. Stored, names ascending, every field
// that is not a name, a size, an offset or a CRC fixed, no extra field, no comment, nothing between and
// nothing around: docs/formats/package.md. Any program that reads zip reads it (APPNOTE 6.3.3, without
// zip64).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "config/limits.h"
#include "config/refusal.h"

namespace assidu::reports {

struct ZipFile {
    std::string name, bytes;
};
// As read; the views are into the zip's bytes.
struct ZipView {
    std::string_view name, bytes;
};

// Words of a-z, 0-9, '.', '-' and '_' with '/' between them, none beginning with a dot; at most
// kPackageNameBytesMax: cannot leave the folder into which it is unpacked, on any system.
[[nodiscard]] bool is_package_name(std::string_view name);

// How much a zip may hold: a package's, unless another is said. Never 65,536 files or 4 GiB, which are
// zip64's.
struct ZipRoom {
    std::size_t files = config::limits::kPackageFilesMax;
    std::size_t bytes = config::limits::kPackageBytesMax;
    std::size_t name_bytes = config::limits::kPackageNameBytesMax;
};

// Any order of `files`. Refused if a name is none or is there twice, or the room is not enough.
[[nodiscard]] config::Result<std::string> write_zip(std::vector<ZipFile> files, const ZipRoom& room = {});

// Refused, saying what is wrong, unless the bytes are those that write_zip() makes of the files in them.
[[nodiscard]] config::Result<std::vector<ZipView>> read_zip(std::string_view bytes);

}  // namespace assidu::reports
