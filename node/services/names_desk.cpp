#include "node/services/names_desk.h"

#include "config/refusal.h"
#include "node/services/hub_contact.h"
#include "node/services/roster.h"

namespace assidu::node::services {

federation::OwnHub names_desk(const NodeFolder& folder, const config::Clock& clock,
                              federation::AuditLog& audit, std::function<void(std::string_view)> log) {
    const auto hub = [folder, log = std::move(log)]() -> std::optional<federation::Hub> {
        auto read = read_hub(folder);
        if (read) return *std::move(read);
        log(read.error().what);
        return std::nullopt;
    };
    const auto names = [folder, &clock](const federation::NamesAsked& asked) {
        const auto node = Node::open(folder, clock, Node::Access::look);
        if (!node) throw config::ResourceFailure(node.error().what);
        return roster_of(*node, asked);
    };
    return {hub, names, &audit};
}

}  // namespace assidu::node::services
