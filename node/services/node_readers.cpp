#include "node/services/node_readers.h"

namespace assidu::node::services {

NodeReaders::NodeReaders(NodeFolder folder, const config::Clock& clock)
    : folder_(std::move(folder)), clock_(clock) {}

config::Result<void> NodeReaders::with(const std::function<void(const Node& node)>& work) {
    std::unique_ptr<Node> node;
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            node = std::move(idle_.back());
            idle_.pop_back();
        }
    }
    if (!node) {
        auto opened = Node::open(folder_, clock_, Node::Access::look);
        if (!opened) return std::unexpected(opened.error());
        node = std::make_unique<Node>(*std::move(opened));
    }
    work(*node);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(node));
    return {};
}

}  // namespace assidu::node::services
