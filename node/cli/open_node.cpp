#include "node/cli/open_node.h"

#include "config/limits.h"
#include "node/cli/interrupt.h"

namespace assidu::node::cli {

config::Result<Node> open_to_change(const std::filesystem::path& dir, const config::Clock& clock,
                                    Console& console) {
    return Node::open(NodeFolder{dir}, clock, Node::Access::change,
                      {config::limits::kFolderWaitSeconds,
                       [&](const std::string& line) { console.say(line); }, [] { return !interrupted(); }});
}

}  // namespace assidu::node::cli
