// A dossier: the file of a funder that ties a student, a training, its dates and its planned hours together.
// No name of a person stands in it; whose it is says who holds it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/civil_calendar.h"
#include "config/refusal.h"

namespace assidu::federation {

struct Dossier {
    // The nature of the action, as the French labour code tells them apart (L6313-1).
    enum class Nature : std::uint8_t { training, assessment, experience, apprenticeship };
    enum class Modality : std::uint8_t { distance, mixed };

    std::string
        funder;  // as people read it; funders are the same where their names are, but for case and accents
    std::string number;    // the funder's own number of the file
    std::string training;  // its title; may be empty
    Nature nature = Nature::training;
    Modality modality = Modality::distance;
    std::string status;                     // the student's employer or status; may be empty
    config::CivilDay from, to;              // both included
    std::optional<std::int64_t> planned_s;  // nothing: not said
    std::vector<std::string> groups;        // ascending, each once

    [[nodiscard]] bool covers(config::CivilDay day) const { return from <= day && day <= to; }
    bool operator==(const Dossier&) const = default;
};

// "training", "assessment", "experience", "apprenticeship"; "distance", "mixed".
[[nodiscard]] std::string_view name_of(Dossier::Nature nature);
[[nodiscard]] std::string_view name_of(Dossier::Modality modality);
[[nodiscard]] std::optional<Dossier::Nature> parse_nature(std::string_view name);
[[nodiscard]] std::optional<Dossier::Modality> parse_modality(std::string_view name);

// Why this cannot be a dossier; empty: it can. Limits: kDossierTextBytesMax, kDossierGroupsMax,
// kPlannedSecondsMax, kPeriodDaysMax.
[[nodiscard]] std::string objection_to(const Dossier& dossier);

// A student's dossiers as one text of canonical JSON (RFC 8785), as a roster carries them; and back, refused
// where it is not of that form.
[[nodiscard]] std::string dossiers_text(const std::vector<Dossier>& dossiers);
[[nodiscard]] config::Result<std::vector<Dossier>> parse_dossiers(std::string_view text);

}  // namespace assidu::federation
