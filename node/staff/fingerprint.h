// What of a report makes it another report than the last one that was issued.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "reports/model.h"

namespace assidu::node::staff {

// SHA-256 over everything that the report shows, but when and from how large an archive it was made, and what
// it takes the place of; `made_as`: formats, language and whatever else makes other documents of the same
// report.
[[nodiscard]] std::string fingerprint_of(const reports::StudentReport& report, const std::string& made_as);
// Digests of its parts: "rows", "sessions", "person", "dossiers", "names", "scale", "findings", "outages",
// "template", "made_as".
[[nodiscard]] std::map<std::string, std::string> parts_of(const reports::StudentReport& report,
                                                          const std::string& made_as);
// The same of a report of a group; of its parts "rows", "person", "names", "scale", "outages", "template",
// "made_as".
[[nodiscard]] std::string fingerprint_of(const reports::GroupReport& report, const std::string& made_as);
[[nodiscard]] std::map<std::string, std::string> parts_of(const reports::GroupReport& report,
                                                          const std::string& made_as);
// Codes of text.h ("replaced.rows") of the parts that differ; "replaced.other" where none does.
[[nodiscard]] std::vector<std::string> changed_parts(const std::map<std::string, std::string>& before,
                                                     const std::map<std::string, std::string>& now);

}  // namespace assidu::node::staff
