// Nodes opened to look, for listeners that answer several requests at once: a Node is for one thread at a
// time, and opening one takes longer than most answers.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include "config/clock.h"
#include "config/refusal.h"
#include "node/node.h"

namespace assidu::node::services {

class NodeReaders {
  public:
    // `clock` must outlive it.
    NodeReaders(NodeFolder folder, const config::Clock& clock);

    // Runs `work` with a node that nobody else has meanwhile; from any thread. As many are opened as are
    // wanted at once, and kept. Refused as Node::open() refuses; what `work` throws passes through, and its
    // node is closed.
    [[nodiscard]] config::Result<void> with(const std::function<void(const Node& node)>& work);

  private:
    const NodeFolder folder_;
    const config::Clock& clock_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Node>> idle_;  // under the mutex
};

}  // namespace assidu::node::services
