// The same work with a node's folder: archive and ledger committed and synced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "config/refusal.h"
#include "tests/bench/tuple.h"

namespace assidu::bench {

// Makes a node in `folder`, or gives the one that is there another scale (the path of a document).
[[nodiscard]] config::Result<void> set_up(const std::filesystem::path& folder,
                                          const std::filesystem::path& scale);

// What `assidu import` does with a dump: archive its events, then compute the students whose events changed.
// Prints what became of the rows.
[[nodiscard]] config::Result<void> import_and_compute(const std::filesystem::path& folder,
                                                      const std::filesystem::path& csv);

// Computes whoever is not up to date: after another scale was set up, everybody. The second computes
// everybody and throws the totals away after it made the tuple of them.
[[nodiscard]] config::Result<void> recompute(const std::filesystem::path& folder);
[[nodiscard]] config::Result<Tuple> recompute_for_nothing(const std::filesystem::path& folder);

// The tuple of what the ledger holds under the folder's scale.
[[nodiscard]] config::Result<Tuple> tuple_of_ledger(const std::filesystem::path& folder);

// Prints what that tuple is made of: lines "user,course,activity,day,seconds,events".
[[nodiscard]] config::Result<void> print_cells(const std::filesystem::path& folder);

// How many events the archive holds.
[[nodiscard]] config::Result<std::int64_t> archived_events(const std::filesystem::path& folder);

// Reads the whole period of every so-manieth student from the ledger, by course and activity, and answers
// milliseconds (wall) as JSON: {"students":N,"rows":N,"ms_median":X,"ms_max":X}.
[[nodiscard]] config::Result<std::string> one_students(const std::filesystem::path& folder);

}  // namespace assidu::bench
