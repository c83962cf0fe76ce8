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
// A template: its document, its logo in bytes and pixels a side, a text of it, lines of a text, boxes to sign
// in, funders.
inline constexpr std::size_t kTemplateBytesMax = std::size_t{256} << 10;
inline constexpr std::size_t kLogoBytesMax = std::size_t{512} << 10;
inline constexpr std::uint32_t kLogoPixelsMax = 2'000;
inline constexpr std::size_t kTemplateTextBytesMax = 2'000;
inline constexpr std::size_t kTemplateLinesMax = 20;
inline constexpr std::size_t kTemplateSignatoriesMax = 4;
inline constexpr std::size_t kTemplateFundersMax = 200;
// [[report_schedule]] entries, and periods that one of them missed and makes up.
inline constexpr std::size_t kReportSchedulesMax = 32;
inline constexpr std::int32_t kMissedPeriodsMax = 31;
// Least students of a cell of an anonymous report, as a setting.
inline constexpr std::int64_t kSmallCellMax = 1'000;

}  // namespace assidu::config::limits
