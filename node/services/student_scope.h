// Which students somebody from outside may be told of: what a peer's grant and an ERP's token have in common.
//
// A scope lists students by name, or says conditions as the settings' [students] does, or both; whoever is
// listed or meets the conditions is in it. An empty scope has nobody in it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/refusal.h"
#include "config/settings.h"
#include "federation/dossier.h"
#include "node/archive/catalogue.h"

namespace assidu::node::services {

struct StudentScope {
    bool everyone = false;
    // Pseudonyms (32 hexadecimal digits), so that a renamed student stays in it. By who is written.
    std::vector<std::string> students;
    // All conditions that are set must hold; the values of one are alternatives. None set: nobody by it.
    std::vector<std::string> cohorts, institutions, departments, email_domains;
    // Of one dossier, with a day of the period that is asked about: its funder, a group of it.
    std::vector<std::string> funders, groups;

    bool operator==(const StudentScope&) const = default;
    [[nodiscard]] bool empty() const;
};

// Adds one condition as it is written on a command line: "everyone", "student=PSEUDONYM", "cohort=DAEU A",
// "institution=...", "department=...", "email_domain=...", "funder=...", "group=...". Refused if it is none
// of these, or longer than limits::kScopeTextBytesMax, or one more than limits::kScopeEntriesMax.
[[nodiscard]] config::Result<void> add_to_scope(StudentScope& scope, std::string_view condition);
// The conditions back, in that form: for lists, files and the audit.
[[nodiscard]] std::vector<std::string> conditions_of(const StudentScope& scope);

// Whether a person of the catalogue is in it. `pseudonym`: of that person; `dossiers`: those of theirs with a
// day of the period. One whose record says only that they are another's (`of_others`) is in no scope but by
// name or as everyone.
[[nodiscard]] bool covers(const StudentScope& scope, const archive::PersonRecord& person,
                          std::string_view pseudonym, std::span<const federation::Dossier> dossiers);

}  // namespace assidu::node::services
