// What a scale makes of one student, as JSON in the field names of the golden cases (docs/formats/cases.md).
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>

#include "config/civil_calendar.h"
#include "config/scale.h"
#include "node/attendance/daily_totals.h"
#include "node/attendance/legacy/time_report.h"
#include "node/attendance/legacy/use_stats.h"
#include "node/attendance/trial/material.h"

namespace assidu::node::attendance::trial {

struct Question {
    Span span;  // [from, to)
    std::int64_t as_of_s = 0;
    std::int64_t current_course = 0;  // only block_use_stats asks
    // Sessions that do not touch the span are left out; else all are given. They are whole either way.
    bool sessions_of_span = false;
};

// `calendar` is that of the scale's zone. A scale with quirks is answered by its plugin's algorithm, in the
// shape that its cases have.
[[nodiscard]] nlohmann::json answer(const config::Scale& scale, const config::CivilCalendar& calendar,
                                    const Student& student, std::int64_t user, const Catalogue& catalogue,
                                    const Question& question);

[[nodiscard]] nlohmann::json to_json(const legacy::UseStats& stats);
[[nodiscard]] nlohmann::json to_json(const legacy::TimeReportRules& rules,
                                     std::span<const legacy::DayTotal> days);
[[nodiscard]] std::map<std::int64_t, legacy::Place> places_of(const Catalogue& catalogue);

}  // namespace assidu::node::attendance::trial
