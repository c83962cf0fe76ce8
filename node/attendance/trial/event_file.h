// A file of events for a trial: a dump of logstore_standard_log as CSV or JSON (the readers of node/collect),
// or one object in the form of a case, with `logs` and what is no event. Plain or gzip.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "node/attendance/trial/material.h"

namespace assidu::node::attendance::trial {

struct EventFile {
    Students students;
    Catalogue catalogue;
    std::int64_t rejected = 0;            // rows that give no event
    std::vector<std::string> rejections;  // the first of them: file, line and why
};

// Refused if the file is none of these; a row that does not read is counted, and reading goes on. `only`: of
// a dump, the rows of this student alone are kept in memory.
// `wants_more` is asked between rows. Throws ResourceFailure.
[[nodiscard]] config::Result<EventFile> read_event_file(const std::filesystem::path& path,
                                                        std::optional<std::int64_t> only,
                                                        const std::function<bool()>& wants_more);

}  // namespace assidu::node::attendance::trial
