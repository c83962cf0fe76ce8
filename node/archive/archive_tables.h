// The tables of the archive's SQLite file, and what several parts of this room do in them. Everything here
// runs inside the caller's transaction. Format: docs/formats/archive.md.
#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <cstdint>
#include <filesystem>

#include "node/archive/archive.h"

namespace assidu::node::archive {

// Opens or makes the file and brings it to the newest format. Throws ResourceFailure.
[[nodiscard]] SQLite::Database open_archive_file(const std::filesystem::path& path);

// Marks students of a source dirty, one statement prepared for many. Whoever writes evidence marks in the
// transaction that writes it.
class DirtyMarker {
  public:
    DirtyMarker(SQLite::Database& database, SourceKey source);
    // A mark that is there already keeps the earlier of the two instants.
    void mark(const DirtyMark& mark);

  private:
    SQLite::Statement put_;
};

}  // namespace assidu::node::archive
