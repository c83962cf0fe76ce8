// Whom staff mean: a funder's students, a group's, some, or all.
#pragma once

#include <string>
#include <vector>

#include "node/archive/dossier_store.h"
#include "node/directory.h"
#include "node/node.h"

namespace assidu::node::staff {

// All that is set must hold.
struct Selection {
    std::string funder, group;  // as people write them, compared without case and accents; empty: any
    std::vector<federation::StudentId> students;  // none: any
    // Of whoever may see these funders' and groups' dossiers alone (a scope's): one of each; none: any.
    std::vector<std::string> only_funders = {}, only_groups = {};
    [[nodiscard]] bool by_dossier() const {
        return !funder.empty() || !group.empty() || !only_funders.empty() || !only_groups.empty();
    }
};

[[nodiscard]] bool is_of(const federation::Dossier& dossier, const Selection& selection);

// The dossiers of the selection, by funder, number and student.
[[nodiscard]] std::vector<archive::DossierRecord> selected_dossiers(const Node& node,
                                                                    const Selection& selection);

// The students of the selection, by pseudonym: those of a funder or group have such a dossier with a day of
// the period.
[[nodiscard]] std::vector<federation::StudentId> selected_students(const Node& node,
                                                                   const NodeDirectory& directory,
                                                                   const Selection& selection,
                                                                   const federation::Period& period);

}  // namespace assidu::node::staff
