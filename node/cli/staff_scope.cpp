#include "node/cli/staff_scope.h"

#include <optional>

#include "node/directory.h"

namespace assidu::node::cli {

config::Result<services::StudentScope> typed_scope(const Node& node,
                                                   const std::vector<std::string>& conditions) {
    constexpr std::string_view kStudent = "student=";
    services::StudentScope scope;
    std::optional<NodeDirectory> directory;
    for (const std::string& condition : conditions) {
        std::string pseudonymous = condition;
        if (condition.starts_with(kStudent)) {
            if (!directory) directory.emplace(node);
            const auto student = directory->find(condition.substr(kStudent.size()));
            if (!student) return std::unexpected(student.error());
            pseudonymous = std::string(kStudent) + federation::to_string(*student);
        }
        if (auto added = services::add_to_scope(scope, pseudonymous); !added)
            return std::unexpected(added.error());
    }
    return scope;
}

}  // namespace assidu::node::cli
