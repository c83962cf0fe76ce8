// What a hub lacks of a member's statements, by number and in words: the same in every format.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "reports/model.h"
#include "reports/text.h"

namespace assidu::reports {

// Numbers of statements, both included.
struct StatementRun {
    std::int64_t from = 0, to = 0;
    bool operator==(const StatementRun&) const = default;
};
// Of those that are missing: behind the hub's last one, or the announced one of which the hub has another.
// Nothing: none is known to be missing.
[[nodiscard]] std::optional<StatementRun> missing_statements(const Declared& declared);

// "no. 13 to 14"; empty where none is known to be missing.
[[nodiscard]] std::string missing_statements_text(Language language, const Declared& declared);

// The sentence that names them, without its full stop: what was announced and not received, or of which the
// hub has another. `last` and `announced` say the hub's last one and the member's as the format says them
// elsewhere. Call it where statements are missing.
[[nodiscard]] std::string statements_lack_text(Language language, const Declared& declared,
                                               std::string_view last, std::string_view announced);

}  // namespace assidu::reports
