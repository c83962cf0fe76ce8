// Limits on what administrative staff bring: as limits.h, and of its namespace. Each is tested at the limit
// and one past it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace assidu::config::limits {

// A text of a dossier (funder, number, title, status, a group), in bytes of UTF-8.
inline constexpr std::size_t kDossierTextBytesMax = 255;
// Groups of a dossier; dossiers of one student; lines of a file of dossiers, which is taken in as one.
inline constexpr std::size_t kDossierGroupsMax = 32;
inline constexpr std::size_t kDossiersOfStudentMax = 64;
inline constexpr std::size_t kDossierLinesMax = 100'000;
// Planned seconds: 20,000 hours.
inline constexpr std::int64_t kPlannedSecondsMax = 72'000'000;

}  // namespace assidu::config::limits
