// The presets that reproduce a plugin bug for bug: each defect is a named quirk (docs/scales.md), which no
// other scale may use. The algorithms stand in node/attendance/legacy.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "config/scale.h"
#include "config/scale_presets.h"

namespace assidu::config {
namespace {

// tool_time_report 1.0.4 (SONATE) to the second. The limit of half an hour is judged in whole minutes.
constexpr std::string_view kSonateLegacy = R"({
  "schema": 1,
  "id": "sonate-legacy",
  "version": 1,
  "label": {
    "fr": "SONATE, ancien barème : tool_time_report",
    "en": "SONATE, former scale: tool_time_report"
  },
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore", "cli", ""],
    "exclude_loginas": false,
    "anonymous": "time_only",
    "exclude_actions": [],
    "exclude_events": [],
    "include_site": false,
    "targets": [],
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 1800,
    "compare": "gt",
    "truncate_to": 60,
    "idle_credit": 900,
    "cap_credit_by_gap": false,
    "last_credit": 0,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": false
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0},
  "legacy_quirks": [
    "sonate.day_end_credit",
    "sonate.last_day_repeat",
    "sonate.min_gap_seconds_is_minutes",
    "sonate.single_3600"
  ]
}
)";

// block_use_stats, branch 39. What differs is read from its specification; it was not run.
constexpr std::string_view kUsestatsLegacy39 = R"({
  "schema": 1,
  "id": "usestats-legacy-39",
  "version": 1,
  "label": {"fr": "use_stats, branche 39", "en": "use_stats, branch 39"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": false,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": false, "min_duration": 0},
  "legacy_quirks": [
    "usestats.credit_twice",
    "usestats.exclusive_bounds",
    "usestats.first_event_twice",
    "usestats.ignored_carry_over",
    "usestats.login_outside_session",
    "usestats.session_without_end",
    "usestats.site_rows",
    "usestats.trailing_graded",
    "usestats.uncapped_credit"
  ]
}
)";

// block_use_stats, branch 401.
constexpr std::string_view kUsestatsLegacy401 = R"({
  "schema": 1,
  "id": "usestats-legacy-401",
  "version": 1,
  "label": {"fr": "use_stats, branche 401", "en": "use_stats, branch 401"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": false,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": false, "min_duration": 0},
  "legacy_quirks": [
    "usestats.capture_memory",
    "usestats.credit_twice",
    "usestats.first_event_twice",
    "usestats.login_outside_session",
    "usestats.session_without_end",
    "usestats.site_rows",
    "usestats.trailing_graded",
    "usestats.uncapped_credit"
  ]
}
)";

// block_use_stats, branch 405 (501 computes the same).
constexpr std::string_view kUsestatsLegacy405 = R"({
  "schema": 1,
  "id": "usestats-legacy-405",
  "version": 1,
  "label": {"fr": "use_stats, branche 405", "en": "use_stats, branch 405"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [],
    "include_site": false,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": false,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": false, "min_duration": 0},
  "legacy_quirks": [
    "usestats.capture_memory",
    "usestats.credit_twice",
    "usestats.first_event_twice",
    "usestats.login_outside_session",
    "usestats.session_without_end",
    "usestats.trailing_graded",
    "usestats.uncapped_credit"
  ]
}
)";

// report_trainingsessions over use_stats 405: its export of working days.
constexpr std::string_view kTrainingsessionsLegacy = R"({
  "schema": 1,
  "id": "trainingsessions-legacy",
  "version": 1,
  "label": {
    "fr": "trainingsessions, export des jours ouvrés",
    "en": "trainingsessions, export of working days"
  },
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [],
    "include_site": false,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": false,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": false, "min_duration": 0},
  "calendar": {
    "weekdays": [1, 2, 3, 4, 5],
    "windows": [["08:00", "18:30"]],
    "exclude_month_days": ["01-01", "12-31"],
    "mode": "clip"
  },
  "legacy_quirks": [
    "trainingsessions.day_is_24_hours",
    "trainingsessions.day_off_by_one",
    "trainingsessions.midnight_is_zero",
    "usestats.capture_memory",
    "usestats.credit_twice",
    "usestats.first_event_twice",
    "usestats.login_outside_session",
    "usestats.session_without_end",
    "usestats.trailing_graded",
    "usestats.uncapped_credit"
  ]
}
)";

constexpr std::array kLegacyPresets{
    Preset{"sonate-legacy", kSonateLegacy},
    Preset{"trainingsessions-legacy", kTrainingsessionsLegacy},
    Preset{"usestats-legacy-39", kUsestatsLegacy39},
    Preset{"usestats-legacy-401", kUsestatsLegacy401},
    Preset{"usestats-legacy-405", kUsestatsLegacy405},
};

}  // namespace

std::span<const Preset> legacy_presets() {
    return kLegacyPresets;
}

std::vector<std::string> quirks_of(std::string_view scale_id) {
    const auto preset = std::ranges::find(kLegacyPresets, scale_id, &Preset::name);
    if (preset == kLegacyPresets.end()) return {};
    return nlohmann::json::parse(preset->document).at("legacy_quirks").get<std::vector<std::string>>();
}

}  // namespace assidu::config
