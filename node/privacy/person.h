// One person's rights: to be told what a node holds about them, and to be forgotten (RGPD, articles 15, 17
// and 20). Both are audited, without the name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "node/node.h"

namespace assidu::node::privacy {

// Everything that the node holds about the person, as JSON to be read by people
// (docs/formats/person-json.md). Throws ResourceFailure.
[[nodiscard]] std::string export_person(const Node& node, std::int64_t user_id);

struct ErasedPerson {
    std::int64_t events = 0, rows = 0, sessions = 0;
    std::int64_t evidence = 0;      // records beside events: completions, enrolments, exclusions...
    std::int64_t statements = 0;    // in which their rows became leaves
    std::int64_t dossiers = 0;      // all that was ever said in them
    std::int64_t reject_lines = 0;  // of files in rejects/
    // Files of the folder that still name them, which are somebody's to delete: files left in the spool.
    std::vector<std::filesystem::path> named_in;
};

// Forgets a person: identity, dossiers, events, evidence, totals, their rows in statements and the secret of
// their salts, their reports in the register, rejected rows. They are not collected again. The caller has the
// folder's lock and opens the node anew afterwards. Refused, with nothing erased, if author or reason are
// missing, too long, or name the person: they stand in the audit. Throws ResourceFailure, after which it is
// to be repeated.
[[nodiscard]] config::Result<ErasedPerson> erase_person(Node& node, std::int64_t user_id,
                                                        const std::string& reason, const std::string& author);

}  // namespace assidu::node::privacy
