// A copy of a node's folder while the node runs, and a node made of such a copy. docs/formats/backup.md.
//
// Both are whole or not there: everything is written and synced under another name, read back and compared,
// and takes its place by one rename. Both throw ResourceFailure naming the file (disk full, unreadable...).
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/clock.h"
#include "config/refusal.h"
#include "node/node.h"

namespace assidu::node::backup {

struct BackupOptions {
    bool with_keys = false;  // who has them can sign as this node
    LockPatience patience;   // for the folder's lock: nobody imports or computes meanwhile
};

struct BackupMade {
    std::filesystem::path folder;
    std::int64_t files = 0, bytes = 0;
    std::int64_t statement = 0;  // the node's last one in it
};

// Makes the folder NODE-YYYYMMDDTHHMMSSZ inside `into`. The databases are copied by SQLite while others read
// and, in the ledger, write; each copy is checked (integrity_check). Refused if the folder is no node, if
// somebody has its lock all the time, or if `into` lies inside it.
[[nodiscard]] config::Result<BackupMade> back_up(const NodeFolder& folder, const std::filesystem::path& into,
                                                 const config::Clock& clock, const BackupOptions& options);

struct RestoreOptions {
    // Where node.pem and the rest are if the backup has none: a folder `keys`. Empty: those of the node that
    // is replaced.
    std::filesystem::path keys;
    bool replace = false;  // a node that is there already; it stays beside the new one, under another name
};

struct Restored {
    std::string node;
    std::int64_t made_utc_s = 0;     // when the backup was made
    std::filesystem::path replaced;  // where the node that was there is now; empty: none was
};

// Makes a node in `folder` of a backup whose every file has the digest that its manifest says. The node asks
// its hub what it has before it issues a statement. Refused: no backup, damaged, of a later format; keys
// missing or not those of the backup's node; a node is there and is not to be replaced, or is at work.
[[nodiscard]] config::Result<Restored> restore(const std::filesystem::path& backup, const NodeFolder& folder,
                                               const config::Clock& clock, const RestoreOptions& options);

}  // namespace assidu::node::backup
