// What printed reports and workbooks have in common: digest, names and provenance in words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reports/model.h"
#include "reports/template/look.h"
#include "reports/text.h"

namespace assidu::reports::print {

// SHA-256 of canonical_data(), as a package's manifest has it; of a group, of render_json().
[[nodiscard]] std::string data_sha256(const StudentReport& report);
[[nodiscard]] std::string data_sha256(const GroupReport& report);
// What the QR code says: the address with the digest behind '#', or the digest alone.
[[nodiscard]] std::string qr_text(const std::string& verification_url, const std::string& sha256);

// "du 20/03/2026 au 29/03/2026 inclus"
[[nodiscard]] std::string period_text(Language language, const federation::Period& period);
// The university, and at a hub also who issues.
[[nodiscard]] std::string university(const Provenance& provenance);
[[nodiscard]] std::string sessions_text(const std::optional<std::int64_t>& sessions);
[[nodiscard]] std::string short_course_name(Language language, std::int64_t course,
                                            const std::optional<Course>& names);

// Lines of a warning where time may be missing from the totals, its title first; empty: none.
[[nodiscard]] std::vector<std::string> warning_of(Language language, const Provenance& provenance);

// Which report this one takes the place of, and why.
[[nodiscard]] std::string replaced_text(Language language, const config::CivilCalendar& calendar,
                                        const Replaced& replaced);
// Who trains, as a template says it: name, numbers, address. None where it says nothing.
[[nodiscard]] std::vector<std::string> provider_lines(Language language, const Look& look);

using Pairs = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] Pairs identity_of(Language language, const StudentReport& report);
// A dossier's fields; of no dossier the same with empty values, to be written on.
[[nodiscard]] Pairs dossier_of(Language language, const federation::Dossier& dossier);
[[nodiscard]] Pairs no_dossier(Language language);
// Planned hours as people write them: "350:00:00 (350 h)".
[[nodiscard]] std::string planned_text(Language language, const std::optional<std::int64_t>& planned_s);
// A line a finding, with what overrode it.
[[nodiscard]] std::vector<std::string> findings_of(Language language, const StudentReport& report);
// Who issued what, when, of which data and under which scale.
[[nodiscard]] Pairs provenance_of(Language language, const config::CivilCalendar& calendar,
                                  const Provenance& provenance);
// The rule in sentences, then remarks and dropped events.
[[nodiscard]] std::vector<std::string> rule_of(Language language, const Provenance& provenance);

}  // namespace assidu::reports::print
