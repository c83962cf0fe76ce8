// A dump of the log to daily totals, with nothing stored: the readers of node/collect and the engine of
// node/attendance, and between them only memory.
#pragma once

#include <filesystem>

#include "config/refusal.h"
#include "config/scale.h"
#include "tests/bench/tuple.h"

namespace assidu::bench {

// The guest (user 1) and nobody (0 and below) are left out, as a node leaves them out. A second thread, where
// there is one, computes nothing but the last part: the students by halves.
[[nodiscard]] config::Result<Tuple> totals_of_csv(const std::filesystem::path& csv,
                                                  const config::Scale& scale, int threads);

}  // namespace assidu::bench
