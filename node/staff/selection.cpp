#include "node/staff/selection.h"

#include <algorithm>
#include <set>

#include "node/collect/text.h"

namespace assidu::node::staff {

bool is_of(const federation::Dossier& dossier, const Selection& selection) {
    if (!selection.funder.empty() && collect::folded(dossier.funder) != collect::folded(selection.funder))
        return false;
    if (selection.group.empty()) return true;
    const std::string group = collect::folded(selection.group);
    return std::ranges::any_of(dossier.groups,
                               [&](const std::string& one) { return collect::folded(one) == group; });
}

std::vector<archive::DossierRecord> selected_dossiers(const Node& node, const Selection& selection) {
    const archive::DossierStore store(archive::DossierStore::path_in(node.folder().path));
    std::vector<archive::DossierRecord> records = store.all(node.settings().node_id);
    std::erase_if(records, [&](const archive::DossierRecord& record) {
        const bool asked = selection.students.empty() ||
                           std::ranges::find(selection.students, record.student) != selection.students.end();
        return !asked || !is_of(record.dossier, selection);
    });
    return records;
}

std::vector<federation::StudentId> selected_students(const Node& node, const NodeDirectory& directory,
                                                     const Selection& selection,
                                                     const federation::Period& period) {
    if (!selection.by_dossier())
        return selection.students.empty() ? directory.students() : selection.students;
    std::set<federation::StudentId> students;
    for (const archive::DossierRecord& record : selected_dossiers(node, selection)) {
        if (record.dossier.from <= period.to && record.dossier.to >= period.from)
            students.insert(record.student);
    }
    return {students.begin(), students.end()};
}

}  // namespace assidu::node::staff
