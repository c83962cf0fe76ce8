// The names of one member's students, courses and activities, as the agreement with that member has it: for
// the reports that a hub issues about it.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "federation/member.h"
#include "federation/names.h"
#include "node/node.h"
#include "reports/directory.h"

namespace assidu::node::services {

class PoolDirectory final : public reports::Directory {
  public:
    // By agreement: `roster` reads the member's last roster, `issue` asks the member now, once for all of
    // `asked`, over the network (up to minutes where it does not answer), audited on both sides; `none` knows
    // nobody. `purpose` is what the audits say, such as "report group 2026-01-01 to 2026-01-31". Refused,
    // naming the member, if it cannot be asked or refuses: the report can still be issued with pseudonyms.
    // Throws ResourceFailure.
    [[nodiscard]] static config::Result<std::unique_ptr<PoolDirectory>> of(
        const Node& hub, const federation::Member& member, const federation::NamesAsked& asked,
        const std::string& purpose);
    explicit PoolDirectory(const std::vector<federation::RosterRow>& rows);

    // A person's Moodle user id is not told: it is 0. A member's courses are of one source: `source` is not
    // looked at.
    [[nodiscard]] std::optional<reports::Person> person(const federation::StudentId& student) const override;
    [[nodiscard]] std::optional<reports::Course> course(const std::string& source,
                                                        std::int64_t course) const override;
    [[nodiscard]] std::optional<reports::Activity> activity(const std::string& source,
                                                            std::int64_t activity) const override;
    [[nodiscard]] std::vector<federation::Dossier> dossiers(const federation::StudentId& student,
                                                            const federation::Period& period) const override;

  private:
    std::map<federation::StudentId, reports::Person> people_;
    std::map<federation::StudentId, std::vector<federation::Dossier>> dossiers_;
    std::map<std::int64_t, reports::Course> courses_;
    std::map<std::int64_t, reports::Activity> activities_;
};

}  // namespace assidu::node::services
