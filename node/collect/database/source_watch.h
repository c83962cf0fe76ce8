// What can be wrong at the source, looked at before a page is read: another Moodle than before, a table that
// was restored, rows that were purged before they were collected, a log that is switched off.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "config/refusal.h"
#include "node/archive/collection.h"
#include "node/collect/database/log_pages.h"
#include "node/collect/database/moodle_database.h"
#include "node/node.h"

namespace assidu::node::collect::database {

// Moodle's own settings of its log (tables config and config_plugins).
struct SourceSettings {
    std::string site;             // siteidentifier
    bool store_enabled = true;    // the log store that is read is among tool_log's enabled_stores
    std::string enabled_stores;   // as it stands
    std::int64_t lifetime_s = 0;  // after which rows are deleted; 0: never
    std::optional<std::int64_t> guest_user_id;
};
SqlResult<SourceSettings> read_source_settings(MoodleDatabase& moodle,
                                               const config::DatabaseSettings& settings);

// The instant of the newest sign of life of anybody, user.lastaccess; 0 if there is none.
SqlResult<std::int64_t> newest_access(MoodleDatabase& moodle);

// Refused, naming what was found and how to go on, if this is not the source of before: another site, MAX(id)
// lower than what was read, remembered rows with other contents. `found`: the remembered rows, as the source
// has them now, by read_remembered().
[[nodiscard]] config::Result<void> refuse_other_source(const archive::CollectorState& state,
                                                       const std::string& configured_site,
                                                       const SourceSettings& settings,
                                                       const LogBounds& bounds,
                                                       const std::vector<archive::RememberedRow>& found);
SqlResult<std::vector<archive::RememberedRow>> read_remembered(MoodleDatabase& log, const std::string& table,
                                                               const archive::CollectorState& state);

// The outage that a purge made which was quicker than the collector; nothing if there was none.
[[nodiscard]] std::optional<federation::Outage> purged_before_collection(const archive::CollectorState& state,
                                                                         const LogBounds& bounds);

// Puts down in the state whether the log moves, and answers the outage that ended, if one did.
[[nodiscard]] std::optional<federation::Outage> watch_silence(archive::CollectorState& state,
                                                              const SourceSettings& settings,
                                                              const LogBounds& bounds,
                                                              std::int64_t newest_access_s);

// Warnings that hold at this instant, for a person: a lag of half the log's lifetime, a log that is silent.
[[nodiscard]] std::vector<std::string> warnings_of(const archive::CollectorState& state,
                                                   std::int64_t now_utc_s);

// Hours of the day whose rows are under a tenth of the median of the same weekday's; nothing where the usual
// volume is too small to tell.
[[nodiscard]] std::vector<std::string> thin_hours(archive::Collection& collection, archive::SourceKey source,
                                                  std::int64_t utc_day);

}  // namespace assidu::node::collect::database
