// The students of a node by whatever a person calls them: for who looks up many.
#pragma once

#include <map>
#include <set>
#include <string>

#include "config/refusal.h"
#include "node/directory.h"

namespace assidu::node::staff {

class StudentIndex {
  public:
    // Reads everybody once. The directory must outlive the index.
    explicit StudentIndex(const NodeDirectory& directory);

    // As NodeDirectory::find(), which is asked where the index does not know the name.
    [[nodiscard]] config::Result<federation::StudentId> find(const std::string& name) const;

  private:
    const NodeDirectory& directory_;
    std::map<std::string, std::set<federation::StudentId>> by_name_;
};

}  // namespace assidu::node::staff
