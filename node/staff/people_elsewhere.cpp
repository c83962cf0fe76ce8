#include "node/staff/people_elsewhere.h"

#include <algorithm>

#include "federation/statement.h"
#include "node/collect/text.h"

namespace assidu::node::staff {

PeopleElsewhere::PeopleElsewhere(const Node& hub) : hub_(hub) {
    for (const federation::Member& member : hub.members().all()) {
        if (member.names != federation::Names::roster) continue;
        for (const auto& [key, text] : hub.statements().roster(member.id)) {
            const auto row = federation::parse_roster_row(text);
            if (!row || row->what != "person") continue;
            const auto email = row->texts.find("email");
            if (email == row->texts.end() || email->second.empty()) continue;
            by_email_[collect::lower_ascii(email->second)].push_back(
                {member.id, member.name.empty() ? member.id : member.name, row->student});
        }
    }
}

std::vector<reports::LintContext::Elsewhere> PeopleElsewhere::of(const std::string& member,
                                                                 const std::optional<reports::Person>& person,
                                                                 const federation::Period& period) const {
    std::vector<reports::LintContext::Elsewhere> elsewhere;
    if (!person || person->email.empty()) return elsewhere;
    const auto places = by_email_.find(collect::lower_ascii(person->email));
    if (places == by_email_.end()) return elsewhere;
    for (const Place& place : places->second) {
        if (place.member == member) continue;
        hub_.ledger().rows(
            {place.member, hub_.scale().sha256, period, place.student},
            [&](const federation::LedgerRow& row) {
                if (elsewhere.empty() || elsewhere.back().day != row.day ||
                    elsewhere.back().where != place.name)
                    elsewhere.push_back({place.name, row.day, {}, {}, 0, 0});
                auto& day = elsewhere.back();
                if (row.first_utc_s)
                    day.first_utc_s = std::min(day.first_utc_s.value_or(*row.first_utc_s), *row.first_utc_s);
                if (row.last_utc_s)
                    day.last_utc_s = std::max(day.last_utc_s.value_or(*row.last_utc_s), *row.last_utc_s);
                day.measured_s += row.measured_s;
                day.credited_s += row.credited_s;
            });
    }
    return elsewhere;
}

}  // namespace assidu::node::staff
