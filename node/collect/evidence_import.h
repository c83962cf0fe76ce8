// The import of dumps of what is known of students beside the log (evidence_csv.h): whose rows they are is
// asked as for a log, and nothing is kept of anybody else.
#pragma once

#include <filesystem>

#include "config/refusal.h"
#include "node/collect/importer.h"
#include "node/collect/recognise.h"
#include "node/node.h"

namespace assidu::node::collect {

// As import_file(), of which it is a part. Counts: "read", "kept" (they changed the store), "duplicate" (the
// store had them), "rejected", and those of people who are not students of this node.
[[nodiscard]] config::Result<void> import_evidence(Node& node, const std::filesystem::path& path,
                                                   const Recognised& recognised, const ImportOptions& options,
                                                   const ImportEvents& events, FileImport& result);

}  // namespace assidu::node::collect
