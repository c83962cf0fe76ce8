#include "node/staff/selection.h"

#include <algorithm>
#include <set>

#include "node/collect/text.h"

namespace assidu::node::staff {

namespace {

bool same(const std::string& one, const std::string& other) {
    return collect::folded(one) == collect::folded(other);
}

bool names(const std::vector<std::string>& wanted, const std::string& name) {
    return wanted.empty() ||
           std::ranges::any_of(wanted, [&](const std::string& one) { return same(one, name); });
}

}  // namespace

bool is_of(const federation::Dossier& dossier, const Selection& selection) {
    if (!selection.funder.empty() && !same(dossier.funder, selection.funder)) return false;
    if (!names(selection.only_funders, dossier.funder)) return false;
    const auto has = [&](const auto& wanted) { return std::ranges::any_of(dossier.groups, wanted); };
    if (!selection.group.empty() &&
        !has([&](const std::string& group) { return same(group, selection.group); }))
        return false;
    return selection.only_groups.empty() ||
           has([&](const std::string& group) { return names(selection.only_groups, group); });
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
