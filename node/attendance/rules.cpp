#include "node/attendance/rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/attendance/credits.h"
#include "node/attendance/limits.h"

namespace assidu::node::attendance {
namespace {

using config::Scale;

Attendance import_timestat(const Evidence& evidence, std::int64_t as_of_s) {
    std::vector<ForeignTime> records;
    std::ranges::copy_if(evidence.foreign, std::back_inserter(records), [](const ForeignTime& record) {
        return record.source == ForeignTime::Source::timestat;
    });
    std::ranges::stable_sort(records, {}, &ForeignTime::time_s);
    Attendance attendance;
    for (std::size_t i = 0; i < records.size(); ++i) {
        const ForeignTime& record = records[i];
        const std::int64_t until_s = i + 1 < records.size() ? records[i + 1].time_s : as_of_s;
        const std::int64_t end_s = std::min({record.time_s + record.seconds, until_s, as_of_s});
        attendance.events.push_back({record.time_s, std::max(record.time_s, end_s), record.course,
                                     record.activity, /*logout=*/false, ShapeKey{0}});
    }
    return attendance;
}

config::Result<void> refused(const Scale& scale, std::string_view key, std::string_view why) {
    return config::refuse(
        fmt::format("scale {}: key '{}': {}; try it with `assidu compute --scale`", scale.name(), key, why));
}

}  // namespace

Attendance attend(const Evidence& evidence, const CompiledScale& scale, const config::CivilCalendar& calendar,
                  std::int64_t as_of_s, Trace* trace) {
    Attendance attendance;
    switch (scale.scale().engine) {
        case Scale::Engine::gap:
            attendance = attend(evidence.events, scale, as_of_s, trace);
            break;
        case Scale::Engine::import:
            attendance = import_timestat(evidence, as_of_s);
            break;
        case Scale::Engine::completion:
            break;
    }
    apply_limits(attendance, scale, calendar);
    grant_credits(attendance, scale, evidence, as_of_s);
    return attendance;
}

config::Result<void> fits_archive(const Scale& scale) {
    if (!scale.legacy_quirks.empty())
        return refused(scale, "legacy_quirks",
                       "a plugin's defects are for comparing with its old figures, not for a ledger");
    if (scale.engine != Scale::Engine::gap)
        return refused(scale, "engine", "the archive of this version holds events alone");
    if (scale.credits.any())
        return refused(scale, "credits",
                       "the archive of this version holds no completions, declarations or foreign time");
    if (!scale.filter.exclude_addresses.empty())
        return refused(scale, "filter.exclude_ips", "addresses are not archived");
    return {};
}

config::Result<void> fits_ledger(const Scale& scale) {
    if (auto fits = fits_archive(scale); !fits) return fits;
    if (scale.stream == Scale::Stream::user_course)
        return refused(scale, "stream", "a stream a course counts one hour twice, and a ledger never does");
    if (!scale.session.split_on_idle)
        return refused(scale, "session.split_on_idle", "a session of the ledger has no idle time inside");
    if (scale.calendar.restricts() && scale.calendar.mode == Scale::CalendarMode::mark)
        return refused(scale, "calendar.mode", "the ledger of this version has no column for marked time");
    return {};
}

}  // namespace assidu::node::attendance
