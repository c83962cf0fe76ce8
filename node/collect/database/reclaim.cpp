#include "node/collect/database/reclaim.h"

#include <optional>
#include <vector>

#include "node/archive/collection.h"

namespace assidu::node::collect::database {

void reclaim_newly_selected(Node& node, std::span<const archive::PersonRecord> records) {
    if (!node.settings().database) return;
    archive::Collection& collection = node.archive().collection();
    std::vector<std::int64_t> newly;
    std::optional<bool> passed_unknown;
    for (const archive::PersonRecord& record : records) {
        if (record.of_others) continue;
        const auto before = node.catalogue().person(node.settings().source_name, record.user_id);
        if (before && !before->of_others) continue;
        if (!before && !passed_unknown)
            passed_unknown = collection.count(node.source(), archive::Fate::unknown_person) > 0;
        if (before || *passed_unknown) newly.push_back(record.user_id);
    }
    collection.reclaim(node.source(), newly);
}

}  // namespace assidu::node::collect::database
