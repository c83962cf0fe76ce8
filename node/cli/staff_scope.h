// Students as an administrator types them, for tokens and accounts.
#pragma once

#include <string>
#include <vector>

#include "config/refusal.h"
#include "node/node.h"
#include "node/services/student_scope.h"

namespace assidu::node::cli {

// Conditions of services/student_scope.h; a student by any of their names, which becomes the pseudonym.
[[nodiscard]] config::Result<services::StudentScope> typed_scope(const Node& node,
                                                                 const std::vector<std::string>& conditions);

}  // namespace assidu::node::cli
