// The presets: scales that come with the program. Once released, a document never changes by a byte of its
// canonical form; a change is a new version under a new name.
#include <array>

#include "config/scale.h"
#include "config/scale_presets.h"

namespace assidu::config {
namespace {

// SONATE's published scale with its defects removed: half an hour of silence still counts, a longer one is
// worth a quarter of an hour and never more than itself. The excluded events are rows that Moodle writes
// about a student without a click of theirs.
constexpr std::string_view kSonate = R"({
  "schema": 1,
  "id": "sonate",
  "version": 1,
  "label": {"fr": "SONATE – financeurs", "en": "SONATE – funders"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 1800,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0}
}
)";

// block_use_stats with its defects removed: an hour of silence still counts, a longer one is worth a
// quarter of an hour.
constexpr std::string_view kUsestats = R"({
  "schema": 1,
  "id": "usestats",
  "version": 1,
  "label": {"fr": "use_stats, corrigé", "en": "use_stats, corrected"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0}
}
)";

// report_trainingsessions: use_stats, and only the working hours of working days.
constexpr std::string_view kTrainingsessions = R"({
  "schema": 1,
  "id": "trainingsessions",
  "version": 1,
  "label": {"fr": "trainingsessions, jours ouvrés", "en": "trainingsessions, working days"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0},
  "calendar": {"weekdays": [1, 2, 3, 4, 5], "windows": [["08:00", "18:30"]], "mode": "clip"}
}
)";

// mod_learningtimecheck over use_stats, strictness 0: never lower.
constexpr std::string_view kLearningtimecheck0 = R"({
  "schema": 1,
  "id": "learningtimecheck-0",
  "version": 1,
  "label": {"fr": "learningtimecheck, jamais moins", "en": "learningtimecheck, never lower"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0},
  "credits": {"completion": [{"match": {}, "seconds": "item", "mode": "floor", "states": [1, 2]}]}
}
)";

// mod_learningtimecheck over use_stats, strictness 1: the credit where it is higher.
constexpr std::string_view kLearningtimecheck1 = R"({
  "schema": 1,
  "id": "learningtimecheck-1",
  "version": 1,
  "label": {"fr": "learningtimecheck, le crédit s’il est plus haut", "en": "learningtimecheck, the credit where it is higher"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0},
  "credits": {"completion": [{"match": {}, "seconds": "item", "mode": "floor", "states": [0, 1, 2, 3]}]}
}
)";

// mod_learningtimecheck over use_stats, strictness 2: the credit where it is lower.
constexpr std::string_view kLearningtimecheck2 = R"({
  "schema": 1,
  "id": "learningtimecheck-2",
  "version": 1,
  "label": {"fr": "learningtimecheck, le crédit s’il est plus bas", "en": "learningtimecheck, the credit where it is lower"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0},
  "credits": {"completion": [{"match": {}, "seconds": "item", "mode": "ceiling", "states": [0, 1, 2, 3]}]}
}
)";

// mod_learningtimecheck over use_stats, strictness 3: always the credit.
constexpr std::string_view kLearningtimecheck3 = R"({
  "schema": 1,
  "id": "learningtimecheck-3",
  "version": 1,
  "label": {"fr": "learningtimecheck, toujours le crédit", "en": "learningtimecheck, always the credit"},
  "engine": "gap",
  "timezone": "Europe/Paris",
  "filter": {
    "origins": ["web", "ws"],
    "exclude_loginas": true,
    "anonymous": "time_only",
    "exclude_actions": ["failed"],
    "exclude_events": [
      "\\core\\event\\user_graded",
      "\\core\\event\\badge_awarded",
      "\\core\\event\\notification_sent",
      "\\core\\event\\notification_viewed",
      "\\core\\event\\email_failed"
    ],
    "include_site": true,
    "modules": {"exclude": []}
  },
  "stream": "user",
  "gap": {
    "idle": 3600,
    "compare": "gt",
    "idle_credit": 900,
    "cap_credit_by_gap": true,
    "last_credit": 900,
    "attribute": "earlier",
    "logout_ends": true,
    "login_starts": true
  },
  "session": {"per": "site", "split_on_idle": true, "min_duration": 0},
  "credits": {"completion": [{"match": {}, "seconds": "item", "mode": "replace", "states": [0, 1, 2, 3]}]}
}
)";

constexpr std::array kPresets{
    Preset{"sonate", kSonate},
    Preset{"usestats", kUsestats},
    Preset{"trainingsessions", kTrainingsessions},
    Preset{"learningtimecheck-0", kLearningtimecheck0},
    Preset{"learningtimecheck-1", kLearningtimecheck1},
    Preset{"learningtimecheck-2", kLearningtimecheck2},
    Preset{"learningtimecheck-3", kLearningtimecheck3},
};

// Names that people look for, and the preset that they mean.
struct OtherName {
    std::string_view name, preset;
};
constexpr std::array kOtherNames{
    OtherName{"recommended", "sonate"},
    OtherName{"sonate-fixed", "sonate"},
    OtherName{"usestats-fixed", "usestats"},
    OtherName{"usestats-legacy", "usestats-legacy-405"},
    OtherName{"learningtimecheck", "learningtimecheck-0"},
};

}  // namespace

std::vector<std::string> preset_names() {
    std::vector<std::string> names;
    for (const std::span<const Preset> presets :
         {std::span<const Preset>(kPresets), plugin_presets(), legacy_presets()}) {
        for (const Preset& preset : presets)
            names.emplace_back(preset.name);
    }
    return names;
}

std::string_view preset_document(std::string_view name) {
    for (const OtherName& other : kOtherNames) {
        if (other.name == name) name = other.preset;
    }
    for (const std::span<const Preset> presets :
         {std::span<const Preset>(kPresets), plugin_presets(), legacy_presets()}) {
        for (const Preset& preset : presets) {
            if (preset.name == name) return preset.document;
        }
    }
    return {};
}

}  // namespace assidu::config
