// A new key for a node: made beside the old one, endorsed by it, and put in its place, in steps of which each
// may be the last before a crash.
//
//   keys/node.pem.next      the new key, while it is not in place yet
//   keys/handover-NNN.note  the notes by which one key endorsed the next: with the keys, so that whoever
//   restores an
//                           older ledger beside newer keys still has them
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "federation/handover.h"
#include "node/node.h"

namespace assidu::node {

// The note is kept beside the keys and in the ledger's file before the key is put in place; the old key is
// gone then. Refused while `serve` runs on the folder: it would go on with the old key. Call with a node
// opened to change; open it anew afterwards.
[[nodiscard]] config::Result<federation::Handover> rotate_key(const Node& node);

// Puts into the ledger's file what notes it lacks, and a key in place whose note is kept: what rotate_key()
// does last, and what whoever opens the node does after a crash or a restore. A key without a note is
// removed. Whether the key changed.
[[nodiscard]] bool finish_rotation(const NodeFolder& folder, federation::HandoverLog& handovers);

// The fingerprints that the key of a folder `keys` had, the present one last: a backup that was made under
// any of them can be restored with it.
[[nodiscard]] std::vector<std::string> fingerprints_of(const std::filesystem::path& keys);

}  // namespace assidu::node
