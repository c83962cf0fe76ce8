#include "node/services/pool_directory.h"

#include <fmt/format.h>

#include "config/refusal.h"
#include "node/services/hub_contact.h"

namespace assidu::node::services {
namespace {

using federation::RosterRow;

template <class Map>
auto find(const Map& map, const typename Map::key_type& key) -> std::optional<typename Map::mapped_type> {
    const auto found = map.find(key);
    if (found == map.end()) return std::nullopt;
    return found->second;
}

std::vector<RosterRow> kept_roster(const Node& hub, const std::string& member) {
    std::vector<RosterRow> rows;
    for (const auto& [key, text] : hub.statements().roster(member)) {
        auto row = federation::parse_roster_row(text);
        if (!row)
            throw config::ResourceFailure(fmt::format(
                "the ledger is damaged: the roster of {} cannot be read; restore it from a backup", member));
        rows.push_back(std::move(*row));
    }
    return rows;
}

config::Result<std::vector<RosterRow>> asked_rows(const Node& hub, const federation::Member& member,
                                                  const federation::NamesAsked& asked,
                                                  const std::string& purpose) {
    if (member.state != federation::MemberState::active)
        return config::refuse(
            fmt::format("the names of {} are not asked for: it is {}", member.id, name_of(member.state)));
    if (member.url.empty())
        return config::refuse(fmt::format(
            "the names of {} cannot be asked for: it has not said where it is reached", member.id));
    const auto carry = carry_to(member.url, member.tls_fingerprint, hub.tls_identity());
    if (!carry)
        return config::refuse(
            fmt::format("the names of {} cannot be asked for: {}", member.id, carry.error().what));
    return federation::ask_names({hub.settings().node_id, &hub.signing_key(), &hub.clock(), &hub.audit()},
                                 member, *carry, asked, purpose);
}

}  // namespace

config::Result<std::unique_ptr<PoolDirectory>> PoolDirectory::of(const Node& hub,
                                                                 const federation::Member& member,
                                                                 const federation::NamesAsked& asked,
                                                                 const std::string& purpose) {
    switch (member.names) {
        case federation::Names::none:
            break;
        case federation::Names::roster:
            return std::make_unique<PoolDirectory>(kept_roster(hub, member.id));
        case federation::Names::issue: {
            const auto rows = asked_rows(hub, member, asked, purpose);
            if (!rows) return std::unexpected(rows.error());
            return std::make_unique<PoolDirectory>(*rows);
        }
    }
    return std::make_unique<PoolDirectory>(std::vector<RosterRow>());
}

PoolDirectory::PoolDirectory(const std::vector<RosterRow>& rows) {
    for (const RosterRow& row : rows) {
        const auto text = [&](const char* name) { return find(row.texts, name).value_or(""); };
        if (row.what == "person") {
            people_[row.student] = {0,
                                    text("username"),
                                    text("idnumber"),
                                    text("firstname"),
                                    text("lastname"),
                                    text("email"),
                                    text("institution"),
                                    text("department")};
            // A member of an earlier version says nothing of dossiers; what is no dossier is not known.
            if (auto told = federation::parse_dossiers(text("dossiers")))
                dossiers_[row.student] = *std::move(told);
        } else if (row.what == "course")
            courses_[row.course] = {text("fullname"), text("shortname"), text("idnumber")};
        else
            activities_[row.activity] = {text("name"), text("type"), text("idnumber")};
    }
}

std::optional<reports::Person> PoolDirectory::person(const federation::StudentId& student) const {
    return find(people_, student);
}

std::vector<federation::Dossier> PoolDirectory::dossiers(const federation::StudentId& student,
                                                         const federation::Period& period) const {
    std::vector<federation::Dossier> dossiers =
        find(dossiers_, student).value_or(std::vector<federation::Dossier>());
    std::erase_if(dossiers, [&](const federation::Dossier& dossier) {
        return dossier.to < period.from || dossier.from > period.to;
    });
    return dossiers;
}

std::optional<reports::Course> PoolDirectory::course(const std::string& /*source*/,
                                                     std::int64_t course) const {
    return find(courses_, course);
}

std::optional<reports::Activity> PoolDirectory::activity(const std::string& /*source*/,
                                                         std::int64_t activity) const {
    return find(activities_, activity);
}

}  // namespace assidu::node::services
