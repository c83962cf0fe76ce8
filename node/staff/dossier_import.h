// A CSV file of dossiers as a spreadsheet gives it: a line a student and dossier; comma, semicolon or tab;
// UTF-8 or Windows-1252; columns in any order, named in French or English (docs/files.md). Everything in it
// is somebody's typing: each bad line is told with its number and the reason, and costs only itself.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "node/archive/dossier_store.h"
#include "node/collect/byte_source.h"
#include "node/staff/student_index.h"

namespace assidu::node::staff {

struct DossierImportOptions {
    bool dry_run = false;  // nothing is written
    bool strict = false;   // nothing is written if a line is rejected
};

struct DossierImport {
    std::int64_t lines = 0, rejected = 0;
    std::int64_t repeated = 0;  // lines that say what an earlier one of the file said
    archive::DossierStore::Changes changes;
    std::int64_t students = 0;  // of the lines that were taken
    bool written = false;
};

using DossierReject = std::function<void(std::uint64_t line, std::string_view reason)>;

// "350", "350,5", "350.25", "350:30", "350h30": as seconds, rounded to one. Nothing for anything else, and
// over kPlannedSecondsMax.
[[nodiscard]] std::optional<std::int64_t> parse_hours(std::string_view text);
// "2026-03-31", "31/03/2026".
[[nodiscard]] std::optional<config::CivilDay> parse_day(std::string_view text);

// All good lines in one transaction. Refused, naming the file: it is empty or no table, a needed column is
// missing or stands twice, it has more than kDossierLinesMax lines. Throws ResourceFailure.
[[nodiscard]] config::Result<DossierImport> import_dossiers(
    const std::function<config::Result<std::unique_ptr<collect::ByteSource>>()>& open,
    const StudentIndex& students, archive::DossierStore& store, const std::string& node,
    std::int64_t now_utc_s, const DossierImportOptions& options, const DossierReject& reject);

}  // namespace assidu::node::staff
