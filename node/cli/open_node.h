// A node opened by a command that changes it.
#pragma once

#include <filesystem>

#include "config/clock.h"
#include "config/refusal.h"
#include "node/cli/console.h"
#include "node/node.h"

namespace assidu::node::cli {

// Waits kFolderWaitSeconds, and says so, while another process (a round of `serve`) works in the folder;
// Ctrl-C ends the waiting. Refused as Node::open() does.
[[nodiscard]] config::Result<Node> open_to_change(const std::filesystem::path& dir,
                                                  const config::Clock& clock, Console& console);

}  // namespace assidu::node::cli
