// The node's own names, for reports: pseudonyms back to people, ids to courses and activities.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>

#include "node/node.h"
#include "reports/directory.h"

namespace assidu::node::archive {
class DossierStore;
}

namespace assidu::node {

class NodeDirectory final : public reports::Directory {
  public:
    // Knows every user with events and everybody of the catalogue, by the names that held at `at_utc_s`
    // (nothing: the latest). What the source has deleted since is marked `gone`. `node` must outlive the
    // directory.
    explicit NodeDirectory(const Node& node, std::optional<std::int64_t> at_utc_s = {});

    [[nodiscard]] std::optional<reports::Person> person(const federation::StudentId& student) const override;
    [[nodiscard]] std::optional<reports::Course> course(const std::string& source,
                                                        std::int64_t course) const override;
    [[nodiscard]] std::optional<reports::Activity> activity(const std::string& source,
                                                            std::int64_t activity) const override;
    [[nodiscard]] std::vector<federation::Dossier> dossiers(const federation::StudentId& student,
                                                            const federation::Period& period) const override;

    // The students of the node: whoever has events, and whoever of the catalogue is selected and neither
    // suspended nor deleted. By pseudonym.
    [[nodiscard]] std::vector<federation::StudentId> students() const;

    // The one student whom a person names by user name, e-mail, id number, Moodle user id or pseudonym (32
    // hexadecimal digits); by a former one if nobody has it now. Refused if nobody or more than one answers
    // to it.
    [[nodiscard]] config::Result<federation::StudentId> find(const std::string& name) const;

  private:
    [[nodiscard]] std::int64_t instant() const;

    const Node& node_;
    std::shared_ptr<archive::DossierStore> dossiers_;
    std::optional<std::int64_t> at_utc_s_;
    std::map<federation::StudentId, std::int64_t> users_;
};

}  // namespace assidu::node
