// What a node keeps of a person of its Moodle.
#pragma once

#include "node/archive/catalogue.h"
#include "node/node.h"

namespace assidu::node::collect {

// All of it if they are this node's, else that they are, and the keyed digest of their name.
[[nodiscard]] archive::PersonRecord kept_of(const Node& node, const archive::PersonRecord& person);

}  // namespace assidu::node::collect
