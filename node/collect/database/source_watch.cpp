#include "node/collect/database/source_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "node/collect/text.h"

namespace assidu::node::collect::database {
namespace {

constexpr std::int64_t kHourSeconds = 3'600, kDaySeconds = 86'400, kHoursADay = 24;
// The log is silent if nothing came in this long while people were there.
constexpr std::int64_t kSilenceSeconds = kHourSeconds;
// Weeks that the usual volume of an hour is taken from, and the rows below which it tells nothing.
constexpr std::int64_t kWeeks = 8, kUsualRowsMin = 50;
constexpr std::size_t kWeeksMin = 3;

std::int64_t number_of(const std::optional<std::string>& text) {
    std::int64_t number = 0;
    if (text) std::from_chars(text->data(), text->data() + text->size(), number);
    return std::max<std::int64_t>(number, 0);
}

std::string go_on() {
    return "nothing was collected; if it is the right one all the same, `assidu collect --accept-source` "
           "goes on "
           "with it";
}

}  // namespace

SqlResult<SourceSettings> read_source_settings(MoodleDatabase& moodle,
                                               const config::DatabaseSettings& settings) {
    SourceSettings found;
    std::optional<std::string> site, stores, lifetime, guest;
    const bool standard = !settings.log_server;
    const char* const plugin = standard ? "logstore_standard" : "logstore_database";
    const auto take = [](std::optional<std::string>& into,
                         SqlResult<std::optional<std::string>> value) -> SqlResult<void> {
        if (!value) return std::unexpected(value.error());
        into = std::move(*value);
        return {};
    };
    if (const auto read = take(site, moodle.config_value("siteidentifier")); !read)
        return std::unexpected(read.error());
    if (const auto read = take(guest, moodle.config_value("siteguest")); !read)
        return std::unexpected(read.error());
    if (const auto read = take(stores, moodle.plugin_value("tool_log", "enabled_stores")); !read)
        return std::unexpected(read.error());
    if (const auto read = take(lifetime, moodle.plugin_value(plugin, "loglifetime")); !read)
        return std::unexpected(read.error());
    found.site = site.value_or("");
    found.enabled_stores = stores.value_or("");
    // standardqueued fills the same table. Not set at all: Moodle's default, which is logstore_standard.
    found.store_enabled = !stores || found.enabled_stores.find(plugin) != std::string::npos ||
                          (standard && found.enabled_stores.find("standardqueued") != std::string::npos);
    found.lifetime_s = number_of(lifetime) * kDaySeconds;
    if (guest) found.guest_user_id = number_of(guest);
    return found;
}

SqlResult<std::int64_t> newest_access(MoodleDatabase& moodle) {
    std::int64_t newest_s = 0;
    const auto read = moodle.read("SELECT MAX(lastaccess) AS lastaccess FROM " + moodle.name_of("user"), {},
                                  [&](const SqlRow& row) { newest_s = row.whole_or(0, 0).value_or(0); });
    if (!read) return std::unexpected(read.error());
    return newest_s;
}

SqlResult<std::vector<archive::RememberedRow>> read_remembered(MoodleDatabase& log, const std::string& table,
                                                               const archive::CollectorState& state) {
    std::vector<archive::RememberedRow> found;
    for (const archive::RememberedRow& known : state.remembered) {
        const SqlParameter parameters[] = {known.id};
        const auto read =
            log.read(fmt::format("SELECT id, timecreated, userid FROM {} WHERE id = ?", log.name_of(table)),
                     parameters, [&](const SqlRow& row) {
                         found.push_back(
                             {row.whole(0).value_or(0), row.whole(1).value_or(0), row.whole(2).value_or(0)});
                     });
        if (!read) return std::unexpected(read.error());
    }
    return found;
}

config::Result<void> refuse_other_source(const archive::CollectorState& state,
                                         const std::string& configured_site, const SourceSettings& settings,
                                         const LogBounds& bounds,
                                         const std::vector<archive::RememberedRow>& found) {
    if (!configured_site.empty() && configured_site != settings.site)
        return config::refuse(
            fmt::format("the database is that of the Moodle {}, and [source] site_identifier names {}: "
                        "nothing was collected",
                        shown(settings.site), shown(configured_site)));
    if (state.read_id == 0) return {};
    if (!state.site.empty() && state.site != settings.site)
        return config::refuse(
            fmt::format("the database is that of the Moodle {}, and {} was collected from before: {}",
                        shown(settings.site), shown(state.site), go_on()));
    if (bounds.max_id < state.read_id)
        return config::refuse(fmt::format(
            "the log's highest id is {}, and id {} was read before: the database was restored from a "
            "backup, is a copy that lags, or its last rows were deleted; {}",
            bounds.max_id, state.read_id, go_on()));
    std::size_t there = 0, gone = 0;
    for (const archive::RememberedRow& known : state.remembered) {
        const auto now = std::ranges::find(found, known.id, &archive::RememberedRow::id);
        if (now == found.end()) {
            // A purge takes old rows, and an erasure those of one person: not all that we remember.
            if (known.id >= bounds.min_id) ++gone;
            continue;
        }
        ++there;
        if (*now != known)
            return config::refuse(
                fmt::format("row {} of the log is of user {} at {}, and was of user {} at {} when it was "
                            "read: the database was "
                            "restored or rewritten; {}",
                            known.id, now->user_id, now->time_s, known.user_id, known.time_s, go_on()));
    }
    if (there == 0 && gone > 0)
        return config::refuse(fmt::format(
            "the last {} rows that were read, up to id {}, are not in the log any more, and older ones are: "
            "the database was restored, or they were deleted; {}",
            gone, state.remembered.back().id, go_on()));
    return {};
}

std::optional<federation::Outage> purged_before_collection(const archive::CollectorState& state,
                                                           const LogBounds& bounds) {
    if (state.read_id == 0 || bounds.empty() || bounds.min_id <= state.read_id + 1) return std::nullopt;
    return federation::Outage{
        state.newest_s, std::max(bounds.min_time_s, state.newest_s + 1),
        fmt::format("rows were purged from Moodle's log before they were collected (ids {} to {})",
                    state.read_id + 1, bounds.min_id - 1)};
}

std::optional<federation::Outage> watch_silence(archive::CollectorState& state,
                                                const SourceSettings& settings, const LogBounds& bounds,
                                                std::int64_t newest_access_s) {
    const std::int64_t now_s = bounds.server_utc_s;
    const bool moved = bounds.max_id != state.moved_id;
    if (moved || state.moved_utc_s == 0 || state.moved_utc_s > now_s) {
        state.moved_id = bounds.max_id;
        state.moved_utc_s = now_s;
    }
    std::string cause;
    if (!settings.store_enabled && !moved)
        cause = fmt::format("Moodle's log store is switched off (tool_log enabled_stores is {})",
                            shown(settings.enabled_stores));
    else if (now_s - state.moved_utc_s > kSilenceSeconds &&
             newest_access_s > std::max(bounds.max_time_s, state.moved_utc_s) + kSilenceSeconds / 2)
        cause = "Moodle writes no log while people work in it";
    std::optional<federation::Outage> ended;
    if (cause.empty() && moved && state.silent_since_s > 0) {
        ended = federation::Outage{state.silent_since_s, std::max(state.silent_since_s + 1, now_s),
                                   state.silent_cause};
        state.silent_since_s = 0;
        state.silent_cause.clear();
    } else if (!cause.empty()) {
        if (state.silent_since_s == 0) state.silent_since_s = std::max<std::int64_t>(1, bounds.max_time_s);
        state.silent_cause = cause;
    }
    return ended;
}

std::vector<std::string> warnings_of(const archive::CollectorState& state, std::int64_t now_utc_s) {
    std::vector<std::string> warnings;
    const std::int64_t lag_s = state.whole_node_utc_s == 0 ? 0 : now_utc_s - state.whole_node_utc_s;
    if (state.lifetime_s > 0 && lag_s * 2 >= state.lifetime_s)
        warnings.push_back(
            fmt::format("the log was last read to its end {} h ago, and Moodle deletes rows after {} days: "
                        "events WILL BE LOST",
                        lag_s / kHourSeconds, state.lifetime_s / kDaySeconds));
    if (state.silent_since_s > 0) warnings.push_back(state.silent_cause);
    warnings.insert(warnings.end(), state.warnings.begin(), state.warnings.end());
    return warnings;
}

std::vector<std::string> thin_hours(archive::Collection& collection, archive::SourceKey source,
                                    std::int64_t utc_day) {
    std::vector<std::string> thin;
    constexpr std::int64_t kHoursAWeek = 7 * kHoursADay;
    const std::int64_t first = utc_day * kHoursADay;
    const auto hours = collection.hours(source, first - kWeeks * kHoursAWeek, first + kHoursADay);
    for (std::int64_t hour = first; hour < first + kHoursADay; ++hour) {
        std::vector<std::int64_t> usual;
        for (std::int64_t week = 1; week <= kWeeks; ++week) {
            const auto then = hours.find(hour - week * kHoursAWeek);
            if (then != hours.end()) usual.push_back(then->second.rows);
        }
        if (usual.size() < kWeeksMin) continue;
        std::ranges::sort(usual);
        const std::int64_t median = usual[usual.size() / 2];
        const auto now = hours.find(hour);
        const std::int64_t rows = now == hours.end() ? 0 : now->second.rows;
        if (median >= kUsualRowsMin && rows * 10 < median)
            thin.push_back(
                fmt::format("{} rows in the hour from UTC second {}, where {} are usual: the log may "
                            "have failed",
                            rows, hour * kHourSeconds, median));
    }
    return thin;
}

}  // namespace assidu::node::collect::database
