// The presets after the rules of plugins that are neither SONATE's nor use_stats'.
#include <array>

#include "config/scale_presets.h"

namespace assidu::config {
namespace {

// block_dedication 4: a stream a course, no time after the last click, runs of two minutes or less give
// nothing.
constexpr std::string_view kDedication = R"({
  "schema": 1,
  "id": "dedication",
  "version": 1,
  "label": {"fr": "block_dedication", "en": "block_dedication"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore"],
    "exclude_loginas": false,
    "anonymous": "time_only",
    "exclude_actions": [],
    "exclude_events": [],
    "include_site": true,
    "courses": {"exclude": [0]},
    "modules": {"exclude": []}
  },
  "stream": "user_course",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 0,
    "cap_credit_by_gap": true,
    "last_credit": 0,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": false
  },
  "session": {"per": "course", "split_on_idle": true, "min_duration": 120, "min_compare": "gt"}
}
)";

// mod_attendanceregister, nicusX: every session lasts half a time-out longer than its last click.
constexpr std::string_view kAttendanceregister = R"({
  "schema": 1,
  "id": "attendanceregister",
  "version": 1,
  "label": {"fr": "attendanceregister, nicusX", "en": "attendanceregister, nicusX"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore", "cli", ""],
    "exclude_loginas": false,
    "anonymous": "time_only",
    "exclude_actions": [],
    "exclude_events": [],
    "include_site": true,
    "courses": {"exclude": [0]},
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 1800,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": false,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": false
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0},
  "credits": {
    "declared": {"policy": "floor", "require_validation": false, "max_session": 43200, "max_age_days": 10, "no_overlap": true}
  }
}
)";

// mod_attendanceregister, the scalimax fork: nothing after the last click, sessions of a minute or less
// dropped.
constexpr std::string_view kAttendanceregisterFork = R"({
  "schema": 1,
  "id": "attendanceregister-fork",
  "version": 1,
  "label": {"fr": "attendanceregister, scalimax", "en": "attendanceregister, scalimax"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws", "restore", "cli", ""],
    "exclude_loginas": false,
    "anonymous": "time_only",
    "exclude_actions": [],
    "exclude_events": [],
    "include_site": true,
    "courses": {"exclude": [0]},
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 1800,
    "compare": "gt",
    "idle_credit": 0,
    "cap_credit_by_gap": true,
    "last_credit": 0,
    "attribute": "earlier",
    "logout_ends": false,
    "login_starts": false
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 60, "min_compare": "gt"},
  "credits": {
    "declared": {"policy": "floor", "require_validation": false, "max_session": 43200, "max_age_days": 10, "no_overlap": true}
  }
}
)";

// tool_attestoodle: no measured time; a completed activity is worth what its milestone says.
constexpr std::string_view kAttestoodle = R"({
  "schema": 1,
  "id": "attestoodle",
  "version": 1,
  "label": {"fr": "tool_attestoodle, par achèvement", "en": "tool_attestoodle, by completion"},
  "engine": "completion",
  "timezone": "Europe/Paris",
  "credits": {"completion": [{"match": {}, "seconds": "item", "mode": "replace", "states": [1, 2]}]}
}
)";

// block_timestat: time that the browser measured, taken as it is.
constexpr std::string_view kTimestat = R"({
  "schema": 1,
  "id": "timestat",
  "version": 1,
  "label": {"fr": "block_timestat, importé", "en": "block_timestat, imported"},
  "engine": "import",
  "timezone": "Europe/Paris"
}
)";

constexpr std::array kPresets{
    Preset{"dedication", kDedication},
    Preset{"attendanceregister", kAttendanceregister},
    Preset{"attendanceregister-fork", kAttendanceregisterFork},
    Preset{"attestoodle", kAttestoodle},
    Preset{"timestat", kTimestat},
};

}  // namespace

std::span<const Preset> plugin_presets() {
    return kPresets;
}

}  // namespace assidu::config
