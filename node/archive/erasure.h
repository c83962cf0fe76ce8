// Deleting from an archive: all of one student, or what is older than a day or an instant. The ids of events
// stay in `seen`: what was deleted was there, is no hole and no outage, and is not taken in again
// (docs/formats/archive.md). Nothing here marks anybody dirty.
//
// On the file of open_sqlite_archive(), by a connection of its own; the caller holds the folder's lock and
// opens the archive anew afterwards. Each function is one transaction, synced on return, may be repeated, and
// may throw ResourceFailure. Of the bytes nothing remains after wipe_archive().
#pragma once

#include <cstdint>
#include <filesystem>

#include "config/civil_calendar.h"
#include "node/archive/archive.h"

namespace assidu::node::archive {

struct ErasedFromArchive {
    std::int64_t events = 0;
    std::int64_t evidence = 0;  // records of EvidenceStore
    bool operator==(const ErasedFromArchive&) const = default;
};

// Everything of a user: events, marks, revocations of their exclusions, and whatever else has a column
// user_id.
ErasedFromArchive erase_user(const std::filesystem::path& path, SourceKey source, std::int64_t user_id);
// Events of UTC days before `utc_day`. How many; with `dry_run` nothing is deleted.
std::int64_t erase_events_before(const std::filesystem::path& path, SourceKey source, std::int64_t utc_day,
                                 bool dry_run = false);
// Evidence that says nothing of any instant from `utc_s` on: declarations and foreign times of before, and
// states of completions, enrolments and roles that another state followed by then. The state that holds
// stays, however old and be it that nothing is active: what is next said of its key is held against it. How
// many records; with `dry_run` nothing is deleted.
std::int64_t erase_evidence_before(const std::filesystem::path& path, SourceKey source, std::int64_t utc_s,
                                   bool dry_run = false);
// Why totals are as they are: exclusions that ended by `utc_s`, with their revocations, and signed days
// before `day`. They go when the totals go. How many records.
std::int64_t erase_reasons_before(const std::filesystem::path& path, SourceKey source, std::int64_t utc_s,
                                  config::CivilDay day, bool dry_run = false);
void wipe_archive(const std::filesystem::path& path);

}  // namespace assidu::node::archive
