#include "node/services/pool_member.h"

#include <set>

#include "federation/declaration.h"
#include "node/directory.h"

namespace assidu::node::services {
namespace {

// Names of everyone and everything that the ledger speaks of, as far as the catalogue has them.
std::vector<federation::RosterRow> roster_of(const Node& node) {
    const NodeDirectory directory(node);
    std::vector<federation::RosterRow> rows;
    std::set<std::int64_t> courses;
    std::map<std::int64_t, std::int64_t> activities;
    constexpr federation::Period kAlways{config::CivilDay{INT32_MIN}, config::CivilDay{INT32_MAX}};
    node.ledger().rows({node.settings().node_id, node.scale().sha256, kAlways, std::nullopt},
                       [&](const federation::LedgerRow& row) {
                           if (row.course > 0) courses.insert(row.course);
                           for (const auto& share : row.activities)
                               activities[share.activity] = row.course;
                       });
    for (const federation::StudentId& student : directory.students()) {
        const auto person = directory.person(student);
        if (!person) continue;
        rows.push_back({"person",
                        student,
                        0,
                        0,
                        {{"username", person->username},
                         {"idnumber", person->idnumber},
                         {"firstname", person->firstname},
                         {"lastname", person->lastname},
                         {"email", person->email},
                         {"institution", person->institution},
                         {"department", person->department}}});
    }
    for (const std::int64_t course : courses) {
        if (const auto names = directory.course(node.settings().source_name, course))
            rows.push_back({"course",
                            {},
                            course,
                            0,
                            {{"fullname", names->fullname},
                             {"shortname", names->shortname},
                             {"idnumber", names->idnumber}}});
    }
    for (const auto& [activity, course] : activities) {
        if (const auto names = directory.activity(node.settings().source_name, activity))
            rows.push_back({"activity",
                            {},
                            std::max<std::int64_t>(course, 0),
                            activity,
                            {{"name", names->name}, {"type", names->type}, {"idnumber", names->idnumber}}});
    }
    return rows;
}

}  // namespace

config::Result<std::int64_t> declare(Node& node, bool with_roster) {
    const federation::Declarant declarant{node.settings().node_id, node.scale_identity(), &node.calendar(),
                                          &node.signing_key(), node.clock().now_utc_s()};
    const auto days = federation::declare_days(declarant, node.ledger(), node.statements());
    if (!days || !with_roster) return days;
    const auto roster = federation::declare_roster(declarant, roster_of(node), node.statements());
    if (!roster) return roster;
    return *days + *roster;
}

config::Result<void> deliver(const Node& node, const federation::Hub& hub, const federation::Carry& carry,
                             federation::Delivered& delivered) {
    federation::Delivery delivery(node.settings().node_id, hub, node.signing_key(), node.clock(), carry);
    return delivery.deliver(node.statements(), delivered);
}

config::Result<void> report_to(Node& node, const federation::Hub& hub, const federation::Carry& carry,
                               bool with_roster, Reported& reported) {
    const auto declared = declare(node, with_roster);
    if (!declared) return std::unexpected(declared.error());
    reported.declared = *declared;
    return deliver(node, hub, carry, reported.delivered);
}

}  // namespace assidu::node::services
