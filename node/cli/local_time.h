// Instants as people type them.
#pragma once

#include <cstdint>
#include <string>

#include "config/civil_calendar.h"
#include "config/refusal.h"

namespace assidu::node::cli {

// "2026-03-29" (its midnight) or "2026-03-29T14:05", local time of the calendar's zone. Refused on anything
// else.
[[nodiscard]] config::Result<std::int64_t> parse_local_time(const std::string& text,
                                                            const config::CivilCalendar& calendar);

}  // namespace assidu::node::cli
