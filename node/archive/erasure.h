// Deleting events from an archive: one student's, or those before a day. The ids stay in `seen`: what was
// deleted was there, is no hole and no outage, and is not taken in again (docs/formats/archive.md).
//
// On the file of open_sqlite_archive(), by a connection of its own; the caller holds the folder's lock and
// opens the archive anew afterwards. Each function is one transaction, synced on return, may be repeated, and
// may throw ResourceFailure. Of the bytes nothing remains after wipe_archive().
#pragma once

#include <cstdint>
#include <filesystem>

#include "node/archive/archive.h"

namespace assidu::node::archive {

// Everything of a user: events, marks, and whatever else has a column user_id. How many events.
std::int64_t erase_user(const std::filesystem::path& path, SourceKey source, std::int64_t user_id);
// Events of UTC days before `utc_day`. How many; with `dry_run` nothing is deleted.
std::int64_t erase_events_before(const std::filesystem::path& path, SourceKey source, std::int64_t utc_day,
                                 bool dry_run = false);
void wipe_archive(const std::filesystem::path& path);

}  // namespace assidu::node::archive
