// Files into a node, told to a person: what `import` and `demo` share.
#pragma once

#include <filesystem>
#include <vector>

#include "node/cli/console.h"
#include "node/cli/exit_code.h"
#include "node/collect/importer.h"

namespace assidu::node::cli {

// Recognises all files first, then imports catalogues before logs, and says of each what became of its rows;
// `imported` gets one entry a file that was begun. `input` if a file was refused, `interrupted` if a signal
// came.
[[nodiscard]] ExitCode import_files(Node& node, const std::vector<std::filesystem::path>& paths,
                                    const collect::ImportOptions& options, Console& console,
                                    std::vector<collect::FileImport>& imported);

}  // namespace assidu::node::cli
